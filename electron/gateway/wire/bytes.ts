// Small facts about JSON text as bytes: trimming, one-line form, the spans of an array's elements.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

const isWhiteSpace = (byte: number | undefined): boolean =>
  byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;

/** The same bytes without JSON white space at both ends; a view, not a copy. */
export function trimmed(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  while (start < end && isWhiteSpace(bytes[start])) start += 1;
  while (end > start && isWhiteSpace(bytes[end - 1])) end -= 1;
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
}

/**
 * The same JSON on one line, for framings that end a message at a line break (stdio, SSE).
 * A raw line break can't stand inside a JSON string (RFC 8259 section 7), so each one is white space.
 */
export function singleLine(bytes: Buffer): Buffer {
  if (!bytes.includes(LINE_FEED) && !bytes.includes(CARRIAGE_RETURN)) return bytes;
  return Buffer.from(bytes.map((byte) => (byte === LINE_FEED || byte === CARRIAGE_RETURN ? SPACE : byte)));
}

/** How many `:` stand outside strings in valid JSON: the number of members that were written. */
export function countMembersWritten(json: Buffer): number {
  let colons = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfString(json, at);
    else if (byte === COLON) colons += 1;
  }
  return colons;
}

/** The bytes of each element of a valid JSON array, in order, without white space around them. */
export function arrayElements(json: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  let depth = 0;
  let start = 1;
  for (let at = 1; at < json.length - 1; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfString(json, at);
    else if (byte === 0x5b || byte === 0x7b) depth += 1;
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    else if (byte === COMMA && depth === 0) {
      elements.push(trimmed(json.subarray(start, at)));
      start = at + 1;
    }
  }
  const last = trimmed(json.subarray(start, json.length - 1));
  return last.length === 0 ? elements : [...elements, last];
}

/** Strings are looked through byte by byte so far, and then by a native search, which pays for longer ones only. */
const SHORT_STRING = 32;

/** The position of the quote that ends the string which starts at `start`; the length where none does. */
function endOfString(json: Buffer, start: number): number {
  const near = Math.min(start + SHORT_STRING, json.length);
  let at = start + 1;
  for (; at < near; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  // From here on a quote ends the string if an even number of backslashes stands before it.
  for (let quote = json.indexOf(QUOTE, at); quote !== -1; quote = json.indexOf(QUOTE, quote + 1)) {
    let slashes = 0;
    while (json[quote - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote;
  }
  return json.length;
}
