// JSON text as bytes: without white space around it, and on one line.

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
  const line = Buffer.from(bytes);
  for (const lineBreak of [LINE_FEED, CARRIAGE_RETURN])
    for (let at = line.indexOf(lineBreak); at !== -1; at = line.indexOf(lineBreak, at + 1)) line[at] = SPACE;
  return line;
}
