// Walks JSON text as bytes: finds values by their place, so that they can be taken and counted as they were written.

/** Where the walk found nothing. */
export const nowhere = -1;

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/*
 * The functions here walk JSON that has been parsed before: it is valid, has no duplicate keys, and starts where
 * they are told. They are not for anything else.
 */

/** How many `:` stand outside strings: the number of members that were written. */
export function countMembersWritten(json: Buffer): number {
  const { length } = json;
  let colons = 0;
  for (let i = 0; i < length; i += 1) {
    const byte = json[i];
    if (byte === quote) i = skipString(json, i, length) - 1;
    else if (byte === colon) colons += 1;
  }
  return colons;
}

/** The bytes of each element of an array, in order, without white space around them. */
export function arrayElements(json: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  let at = skipSpace(json, 1);
  while (at < json.length && json[at] !== closeBracket) {
    const end = skipValue(json, at);
    elements.push(json.subarray(at, end));
    at = skipSpace(json, end);
    if (json[at] === comma) at = skipSpace(json, at + 1);
  }
  return elements;
}

/** The name of each member of an object, and the bytes of its value, in order. */
export function objectMembers(json: Buffer): [string, Buffer][] {
  const members: [string, Buffer][] = [];
  let at = skipSpace(json, 1);
  while (json[at] === quote) {
    const nameEnd = skipString(json, at, json.length);
    const name = JSON.parse(json.toString('utf8', at, nameEnd)) as string;
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const end = skipValue(json, start);
    members.push([name, json.subarray(start, end)]);
    at = skipSpace(json, end);
    if (json[at] === comma) at = skipSpace(json, at + 1);
  }
  return members;
}

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

/** The bytes of the value that lies at the end of these names, from the object that the text is. */
export function valueAt(json: Buffer, path: readonly Buffer[]): Buffer | null {
  const start = startOf(json, path);
  return start === nowhere ? null : json.subarray(start, skipValue(json, start));
}

/** The same text with other values in those of the places that it has; every other byte stays. */
export function withValues(
  json: Buffer,
  replacements: readonly { readonly path: readonly Buffer[]; readonly value: Buffer }[],
): Buffer {
  const pieces: Buffer[] = [];
  let copied = 0;
  const places = replacements.map(({ path, value }) => ({ start: startOf(json, path), value }));
  for (const { start, value } of places.toSorted((a, b) => a.start - b.start)) {
    if (start === nowhere) continue;
    pieces.push(json.subarray(copied, start), value);
    copied = skipValue(json, start);
  }
  return Buffer.concat([...pieces, json.subarray(copied)]);
}

function startOf(json: Buffer, path: readonly Buffer[]): number {
  let at = skipSpace(json, 0);
  for (const name of path) {
    if (at === nowhere) break;
    at = valueOf(json, at, name);
  }
  return at;
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

/** Strings are looked through byte by byte so far, and then by a native search, which pays for longer ones only. */
const shortString = 32;

/** The position after the string that opens at `at`; the length where it does not end. */
function skipString(json: Buffer, at: number, length: number): number {
  const near = Math.min(at + shortString, length);
  let i = at + 1;
  for (; i < near; i += 1) {
    const byte = json[i];
    if (byte === quote) return i + 1;
    if (byte === backslash) i += 1;
  }
  // From here on a quote ends the string if an even number of backslashes stands before it.
  for (let end = json.indexOf(quote, i); end !== -1; end = json.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (json[end - 1 - slashes] === backslash) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
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
