// Whether bytes are JSON (RFC 8259), found out without making anything of them: for what is too large to be held twice.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const openers = new Map([
  [0x5b, 0x5d],
  [0x7b, 0x7d],
]);
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;
const escapes = /^(?:["\\/bfnrt]|u[\da-fA-F]{4})/u;
const scalar = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/u;
/** No number that anybody means is longer. */
const MAX_SCALAR = 1000;

/** As JSON.parse judges it; but a number of more than 1,000 digits counts as none. */
export function isJson(json: Buffer): boolean {
  /** The closing bytes that are waited for. */
  const open: number[] = [];
  let i = skipWhite(json, 0);
  for (;;) {
    const closer = openers.get(json[i] ?? 0);
    if (closer !== undefined) {
      open.push(closer);
      i = skipWhite(json, i + 1);
      if (json[i] !== closer) {
        if (closer === CLOSE_BRACE) i = afterName(json, i);
        if (i === -1) return false;
        continue;
      }
    } else i = afterScalar(json, i);
    if (i === -1) return false;
    if (closer !== undefined) {
      open.pop();
      i += 1;
    }
    // Behind a value: the ends of what it was the last of, then a comma, or the end of all.
    for (i = skipWhite(json, i); open.length > 0 && json[i] === open.at(-1); i = skipWhite(json, i + 1))
      open.pop();
    if (open.length === 0) return i === json.length;
    if (json[i] !== COMMA) return false;
    i = skipWhite(json, i + 1);
    if (open.at(-1) === CLOSE_BRACE) i = afterName(json, i);
    if (i === -1) return false;
  }
}

/** Where the value of a member starts whose name stands at `at`; -1 where none does. */
function afterName(json: Buffer, at: number): number {
  if (json[at] !== QUOTE) return -1;
  const end = afterString(json, at);
  if (end === -1) return -1;
  const colon = skipWhite(json, end);
  return json[colon] === COLON ? skipWhite(json, colon + 1) : -1;
}

/** The position behind the string, number or word at `at`; -1 where there is none. */
function afterScalar(json: Buffer, at: number): number {
  if (json[at] === QUOTE) return afterString(json, at);
  let end = at;
  while (end < json.length && end - at <= MAX_SCALAR && isOfScalar(json[end] ?? 0)) end += 1;
  return scalar.test(json.toString('latin1', at, end)) ? end : -1;
}

function afterString(json: Buffer, at: number): number {
  const { length } = json;
  for (let i = at + 1; i < length; i += 1) {
    const byte = json[i] ?? 0;
    if (byte === QUOTE) return i + 1;
    if (byte < SPACE) return -1;
    if (byte === BACKSLASH) {
      const escape = escapes.exec(json.toString('latin1', i + 1, i + 6));
      if (escape === null) return -1;
      i += escape[0].length;
    }
  }
  return -1;
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

function skipWhite(json: Buffer, at: number): number {
  let i = at;
  while (json[i] === SPACE || json[i] === 0x0a || json[i] === 0x0d || json[i] === 0x09) i += 1;
  return i;
}
