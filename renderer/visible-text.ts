// Text of strangers, made honest: what would be invisible or would turn the reading order is spelt out.

/**
 * Control characters but line break and tab, everything that Unicode calls a format character (the bidirectional
 * overrides of "Trojan Source", zero-width ones, tags), blank letters, lone surrogates, private use, and variation
 * selectors, which can carry text unseen; but not the two that emoji need.
 */
export const hiddenCharacters =
  /[\p{Cf}\p{Cs}\p{Co}\u115f\u1160\u2028\u2029\u3164\uffa0]|(?![\ufe0e\ufe0f])\p{Variation_Selector}|(?![\n\t])\p{Cc}/gu;

/** The same text with each hidden character as its code point, for example `‹U+202E›`. */
export function visibleText(text: string): string {
  return text.replace(hiddenCharacters, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `‹U+${code}›`;
  });
}
