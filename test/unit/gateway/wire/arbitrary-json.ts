// JSON for property tests: values, and the many ways in which one value can be written.
import fc from 'fast-check';

/** Strings made of what could mislead a scanner: quotes, backslashes, brackets, separators, long runs. */
export const trickyString = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', ':', '\n', 'x', 'é', '😀'),
    maxLength: 80,
  }),
  fc.integer({ min: 20, max: 70 }).map((length) => '\\'.repeat(length)),
);

/** Any JSON value, no object with the same key twice. */
export const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -1.5e300),
    trickyString,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(trickyString, tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** White space as JSON allows it between tokens (RFC 8259 section 2). */
export const whiteSpace = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 });

/** The text of a string with each of its characters as it is, or as an escape. */
export function spelling(text: string): fc.Arbitrary<string> {
  const units = Array.from({ length: text.length }, (_, at) => text.charAt(at));
  return fc.array(fc.boolean(), { minLength: units.length, maxLength: units.length }).map((escaped) => {
    const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    const plain = (unit: string) => JSON.stringify(unit).slice(1, -1);
    return `"${units.map((unit, at) => (escaped[at] ? escape(unit) : plain(unit))).join('')}"`;
  });
}
