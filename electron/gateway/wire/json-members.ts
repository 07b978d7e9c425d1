// The members of a large JSON object (RFC 8259), found in one pass that makes nothing of what is in them: for what is too
// large to be held twice.
import { ByteWindow } from './byte-window.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;
const LETTER_U = 0x75;
const escapable = new Set(Buffer.from('"\\/bfnrtu'));
const scalar = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/u;
/** No number that anybody means is longer. */
const MAX_SCALAR = 1000;
/** A name that an envelope has is shorter. */
const MAX_NAME_BYTES = 100;
const nowhere = -1;

/**
 * The values of the object's own members, as views, by their names as they are written. Null where the text is not one
 * object from its first byte to its last, has a name twice, or is not JSON as JSON.parse judges it, throughout; but a
 * number of more than 1,000 digits counts as none.
 */
export function membersOf(json: Buffer): ReadonlyMap<string, Buffer> | null {
  if (json[0] !== OPEN_BRACE) return null;
  const bytes = new ByteWindow(json);
  const members = new Map<string, Buffer>();
  /** The closing bytes that are waited for. */
  const open: number[] = [];
  let name = '';
  let valueStart = 0;

  /** Where the value starts whose name stands here. */
  function afterName(at: number): number {
    const start = afterColon(bytes, at);
    if (open.length === 1) {
      const nameEnd = Math.min(json.indexOf(QUOTE, at + 1), at + MAX_NAME_BYTES);
      name = json.toString('latin1', at + 1, nameEnd);
      valueStart = start;
    }
    return start;
  }

  for (let at = 0; at !== nowhere;) {
    let end: number;
    const closer = closerOf(bytes.at(at));
    if (closer === null) {
      end = afterScalar(bytes, at);
      if (end === nowhere) return null;
    } else {
      open.push(closer);
      at = skipWhite(bytes, at + 1);
      if (bytes.at(at) !== closer) {
        if (closer === CLOSE_BRACE) at = afterName(at);
        continue;
      }
      open.pop();
      end = at + 1;
    }
    // Behind a value: the ends of what it was the last of, then a comma, or the end of all.
    for (;;) {
      if (open.length === 0) return end === json.length ? members : null;
      if (open.length === 1) {
        if (members.has(name)) return null;
        members.set(name, json.subarray(valueStart, end));
      }
      at = skipWhite(bytes, end);
      if (bytes.at(at) !== open.at(-1)) break;
      open.pop();
      end = at + 1;
    }
    if (bytes.at(at) !== COMMA) return null;
    at = skipWhite(bytes, at + 1);
    if (open.at(-1) === CLOSE_BRACE) at = afterName(at);
  }
  return null;
}

function closerOf(byte: number): number | null {
  if (byte === OPEN_BRACE) return CLOSE_BRACE;
  return byte === OPEN_BRACKET ? CLOSE_BRACKET : null;
}

/** Where the value of a member starts whose name stands at `at`; nowhere where none does. */
function afterColon(bytes: ByteWindow, at: number): number {
  if (bytes.at(at) !== QUOTE) return nowhere;
  const end = afterString(bytes, at);
  if (end === nowhere) return nowhere;
  const colon = skipWhite(bytes, end);
  return bytes.at(colon) === COLON ? skipWhite(bytes, colon + 1) : nowhere;
}

/** The position behind the string, number or word at `at`; nowhere where there is none. */
function afterScalar(bytes: ByteWindow, at: number): number {
  if (bytes.at(at) === QUOTE) return afterString(bytes, at);
  let end = at;
  while (end - at <= MAX_SCALAR && isOfScalar(bytes.at(end))) end += 1;
  return scalar.test(bytes.text.toString('latin1', at, end)) ? end : nowhere;
}

function afterString(bytes: ByteWindow, at: number): number {
  for (let i = at + 1; ; i += 1) {
    i = bytes.endOfRun(i);
    const byte = bytes.at(i);
    if (byte === QUOTE) return i + 1;
    // Else it is a control character, or the end of the text.
    if (byte !== BACKSLASH) return nowhere;
    i += 1;
    if (!escapable.has(bytes.at(i))) return nowhere;
    if (bytes.at(i) !== LETTER_U) continue;
    for (const last = i + 4; i < last; i += 1) if (!isHexDigit(bytes.at(i + 1))) return nowhere;
  }
}

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** Letters, digits, plus, minus, point. */
function isOfScalar(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}

function skipWhite(bytes: ByteWindow, at: number): number {
  for (let i = at; ; i += 1) {
    const byte = bytes.at(i);
    if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return i;
  }
}
