// Text of strangers for a terminal: nothing in it that a terminal obeys, or that an eye does not see.

/** Control, format (bidi overrides, zero-width) and line-breaking characters, written out. */
export function visibleLine(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
