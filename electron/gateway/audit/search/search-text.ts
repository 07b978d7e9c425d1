// What is searched of a record, and what a person's words mean to SQLite's full-text search.

/** A word that each record has: by what it lacks a record is found among all. Of the private use area, so nobody has it. */
export const everyRecord = '\u{E000}';

/** Shorter words have to occur whole: what begins with a letter or two is nearly everything. */
const longEnough = /^.{3}/su;

const wordCharacter = /[\p{L}\p{N}\p{Co}]/u;

/**
 * Makes a search expression of FTS5 from what somebody typed; see `callFilter.text` for what it means. Null where it holds
 * no word. Everything in it is quoted, so nothing that is typed is an operator.
 */
export function matchExpression(text: string): string | null {
  const wanted: string[] = [];
  const unwanted: string[] = [];
  for (const [, not, quoted, bare = ''] of text.matchAll(/(!?)(?:"([^"]*)"?|([^\s"]+))/gu)) {
    const words = (quoted ?? bare).replaceAll('\0', ' ');
    if (!wordCharacter.test(words)) continue;
    const term = `"${words}"${quoted === undefined && isLongEnough(words) ? ' *' : ''}`;
    (not === '!' ? unwanted : wanted).push(term);
  }
  if (wanted.length === 0 && unwanted.length === 0) return null;
  const positive = wanted.length === 0 ? everyRecord : wanted.join(' ');
  return [positive, ...unwanted].join(' NOT ');
}

/** By its last word: that is the one of which the beginning is meant. */
function isLongEnough(words: string): boolean {
  const last = words.split(/[^\p{L}\p{N}\p{Co}\p{M}]+/u).findLast((word) => word !== '') ?? '';
  return longEnough.test(last);
}

const escaped = /\\(?:u([\da-f]{4})|.)/giu;

/** The words of a text in JSON, whose escapes would stand between or in them: `\n` is no letter n. */
export function withoutEscapes(json: string): string {
  return json.replaceAll(escaped, (_, code: string | undefined) =>
    code === undefined ? ' ' : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
