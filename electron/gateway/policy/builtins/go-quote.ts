// Strings in quotes, as Go's strconv.Quote writes them.

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrintable(character: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character);
}

const escapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** @param mark the quotation mark, which is escaped inside; `asciiOnly` escapes all that lies beyond ASCII */
export function quoteGo(text: string, mark: '"' | "'" = '"', asciiOnly = false): string {
  let quoted: string = mark;
  for (const character of text) quoted += escape(character, mark, asciiOnly);
  return quoted + mark;
}

/** https://pkg.go.dev/strconv#CanBackquote */
export function canBackquote(text: string): boolean {
  return Array.from(text).every((character) => {
    const control = (character < ' ' && character !== '\t') || character === '\u007f';
    return !control && character !== '`' && character !== '\ufeff';
  });
}

function escape(character: string, mark: string, asciiOnly: boolean): string {
  if (character === mark) return `\\${mark}`;
  const known = escapes[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (isPrintable(character) && (code < 0x80 || !asciiOnly)) return character;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
