// What every page of the app may and may not, and what it looks like before it is drawn.
import { nativeTheme, type WebPreferences } from 'electron';

export interface PageSetup {
  readonly preload: string;
  /** Draws into memory alone, where there is no screen to draw on. */
  readonly offscreen: boolean;
  readonly developerTools: boolean;
}

/** See https://www.electronjs.org/docs/latest/tutorial/security */
export function pagePreferences({ preload, offscreen, developerTools }: PageSetup): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools: developerTools,
    offscreen,
  };
}

/** `--surface` of the pages' tokens, so that nothing flashes before a page is drawn. */
export function pageBackground(): string {
  return nativeTheme.shouldUseDarkColors ? '#18191b' : '#fcfcfb';
}
