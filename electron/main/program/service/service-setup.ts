// What the systems' service files are made of, whichever of them it is.

/** The program as it is to be started without a window, each time that the user logs in. */
export interface ServiceSetup {
  /** The product's name. */
  readonly name: string;
  /** Electron's executable; absolute, as all paths here. */
  readonly executable: string;
  /** The entry without a window, and its options. */
  readonly args: readonly string[];
  /** Where servers look for what they start: services are not given the one that the user has in a terminal. */
  readonly path: string;
  /** How long its end may take, seconds: after that the system kills it. */
  readonly stopSeconds: number;
}

/** In every file that this program writes, and by which it knows them as its own. XML comments have no "--" in them. */
export const marker = 'Written by mcp-proxy-desktop (option install-service)';

/** What makes Electron's executable be Node. */
export const asNode = { name: 'ELECTRON_RUN_AS_NODE', value: '1' } as const;

/** Text as the content of an XML element. */
export function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
