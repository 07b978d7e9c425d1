// Makes JSON of the beginning of a JSON text (RFC 8259), so that a large one can be looked into without reading all of it.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;

/** Half an escape at the end of a text, where an even number of backslashes stands before it. */
const brokenEscape = /(?<=(?:^|[^\\])(?:\\\\)*)\\(?:u[\dA-Fa-f]{0,3})?$/u;

export interface Beginning {
  /** Valid JSON: all values that are whole, the text in which it was cut as far as it goes, and what closes it. */
  readonly json: string;
  readonly value: unknown;
}

/** Null where it is not the beginning of JSON, or of none but a number or word. Whole JSON stays as it is. */
export function beginningOf(json: Buffer): Beginning | null {
  const text = closed(json);
  if (text === '') return null;
  try {
    return { json: text, value: JSON.parse(text) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function closed(json: Buffer): string {
  /** What closes each object and array that is open. */
  const open: string[] = [];
  /** Behind the last value that is whole, or the last bracket that opened: `open` has not changed since. */
  let whole = 0;
  let isName = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) {
      const end = endOfString(json, at);
      if (end === null && isName) break;
      if (end === null) return json.toString('utf8', 0, at) + cutString(json, at) + open.reverse().join('');
      at = end - 1;
      if (!isName) whole = end;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      open.push(byte === OPEN_BRACE ? '}' : ']');
      isName = byte === OPEN_BRACE;
      whole = at + 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      open.pop();
      isName = false;
      whole = at + 1;
    } else if (byte === COMMA) {
      isName = open.at(-1) === '}';
    } else if (byte === COLON) {
      isName = false;
    } else if (byte > SPACE) {
      const end = endOfWord(json, at);
      // More of a number or word may follow.
      if (end === json.length) break;
      at = end - 1;
      whole = end;
    }
  }
  return json.toString('utf8', 0, whole) + open.reverse().join('');
}

/** The position after the string that opens at `at`; null where it does not end. */
function endOfString(json: Buffer, at: number): number | null {
  for (let i = at + 1; i < json.length; i += 1) {
    const byte = json[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i += 1;
  }
  return null;
}

/** The string that opens at `at` and is cut, with a quote at its end: neither half a character nor half an escape. */
function cutString(json: Buffer, at: number): string {
  const text = json.toString('utf8', at).replace(/\uFFFD+$/u, '');
  return `${text.replace(brokenEscape, '')}"`;
}

function endOfWord(json: Buffer, at: number): number {
  let end = at;
  while (end < json.length && !isBehindWord(json[end] ?? 0)) end += 1;
  return end;
}

function isBehindWord(byte: number): boolean {
  return byte <= SPACE || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
}
