// The rules that stand behind the lists of tools: which of them read the data, and what they read.

/** Keys of the policy data that the page writes. */
const writtenKeys = ['blocked_tools', 'ask_tools', 'tool_capabilities'] as const;

interface PolicyText {
  readonly name: string;
  readonly text: string;
}

/** Keys that none of these policies reads: what is set there does nothing. */
export function unreadKeys(policies: readonly PolicyText[]): string[] {
  return writtenKeys.filter((key) => !policies.some(({ text }) => text.includes(`data.${key}`)));
}

/** A piece of a policy file, and the line that it begins at, from 1. */
export interface RegoPiece {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** The rules that read what the page writes: pieces between empty lines, with the comments above them. */
export function readingRules(policies: readonly PolicyText[]): RegoPiece[] {
  return policies.flatMap(({ name: file, text }) =>
    piecesOf(text)
      .filter((piece) => writtenKeys.some((key) => piece.text.includes(`data.${key}`)))
      .map((piece) => ({ file, ...piece })),
  );
}

function piecesOf(text: string): { line: number; text: string }[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) =>
    line !== '' && (index === 0 || lines[index - 1] === '') ? [index] : [],
  );
  return starts.map((start) => {
    const end = lines.indexOf('', start);
    return { line: start + 1, text: lines.slice(start, end === -1 ? undefined : end).join('\n') };
  });
}

/** What the page writes, of all the data, as JSON. */
export function writtenData(data: Readonly<Record<string, unknown>>): string {
  const kept = writtenKeys.filter((key) => Object.hasOwn(data, key)).map((key) => [key, data[key]]);
  return JSON.stringify(Object.fromEntries(kept), null, 2);
}
