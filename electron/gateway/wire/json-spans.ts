// Finds values in JSON text by their place, so that they can be taken as they were written.

/** Where the walk found nothing. */
export const nowhere = -1;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/*
 * The functions below walk JSON that has been parsed before: it is valid, has no duplicate keys, and starts where
 * they are told. They are not for anything else.
 */

/** Where the value of `name` starts in the object that opens at `at`. */
export function valueOf(json: Buffer, at: number, name: Buffer): number {
  if (json[at] !== openBrace) return nowhere;
  let i = skipSpace(json, at + 1);
  while (json[i] === quote) {
    const keyEnd = skipString(json, i, json.length);
    const start = skipSpace(json, skipSpace(json, keyEnd) + 1);
    if (isKey(json, i, keyEnd, name)) return start;
    i = skipSpace(json, skipValue(json, start));
    if (json[i] !== comma) return nowhere;
    i = skipSpace(json, i + 1);
  }
  return nowhere;
}

/** Whether the string from quote to quote is `name`, which may be written with escapes ("\u0070arams"). */
function isKey(json: Buffer, start: number, end: number, name: Buffer): boolean {
  for (let i = 0; i < name.length; i += 1) {
    const byte = json[start + 1 + i];
    if (byte === backslash) return JSON.parse(json.toString('utf8', start, end)) === name.toString();
    if (byte !== name[i]) return false;
  }
  return end - start === name.length + 2;
}

/** The first position from `at` on that is no white space. */
export function skipSpace(json: Buffer, at: number): number {
  let i = at;
  while (isSpace(json[i])) i += 1;
  return i;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

// `length` is handed in, because reading it from the buffer at each step doubles the time of this loop.
function skipString(json: Buffer, at: number, length: number): number {
  let i = at + 1;
  while (i < length) {
    const byte = json[i];
    if (byte === quote) return i + 1;
    i += byte === backslash ? 2 : 1;
  }
  return length;
}

/** The position after the value that starts at `at`. */
export function skipValue(json: Buffer, at: number): number {
  const { length } = json;
  let depth = 0;
  let i = at;
  while (i < length) {
    const byte = json[i];
    if (byte === quote) {
      i = skipString(json, i, length);
      if (depth === 0) return i;
      continue;
    }
    if (byte === openBrace || byte === openBracket) {
      depth += 1;
    } else if (byte === closeBrace || byte === closeBracket) {
      // At depth 0 it closes what surrounds a number or word.
      if (depth === 0) return i;
      depth -= 1;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && (byte === comma || isSpace(byte))) {
      return i;
    }
    i += 1;
  }
  return length;
}
