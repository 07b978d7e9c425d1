// Rego's semver.compare and semver.is_valid: https://semver.org, as OPA reads it: a `v` may
// stand before it, leading zeros are let pass.
import { onTexts, regoInteger, type Builtins } from './builtin.ts';

interface Version {
  readonly numbers: readonly bigint[];
  readonly preRelease: readonly string[];
}

export const semverBuiltins: Builtins = [
  ['semver.is_valid', (value) => typeof value === 'string' && parse(value) !== null],
  [
    'semver.compare',
    onTexts((one = '', other = '') => {
      const [a, b] = [parse(one), parse(other)];
      return a === null || b === null ? undefined : regoInteger(compare(a, b));
    }),
  ],
];

const identifiers = String.raw`[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*`;
const pattern = new RegExp(
  String.raw`^v?(\d+)\.(\d+)\.(\d+)(?:-(${identifiers})?)?(?:\+(?:${identifiers})?)?$`,
  'u',
);

function parse(text: string): Version | null {
  const [whole, major = '', minor = '', patch = '', preRelease] = pattern.exec(text) ?? [];
  if (whole === undefined) return null;
  const numbers = [major, minor, patch].map(BigInt);
  if (numbers.some((number) => BigInt.asIntN(64, number) !== number)) return null;
  return {
    numbers,
    preRelease: preRelease === undefined ? [] : preRelease.split('.'),
  };
}

function compare(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.preRelease.length === 0 || b.preRelease.length === 0) {
    return Math.sign(b.preRelease.length - a.preRelease.length);
  }
  for (const [index, identifier] of a.preRelease.entries()) {
    const other = b.preRelease[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return Math.sign(a.preRelease.length - b.preRelease.length);
}

/** Numbers come before words, and are compared as numbers. */
function compareIdentifiers(a: string, b: string): number {
  if (a === b) return 0;
  const [numberA, numberB] = [/^\d+$/u.test(a), /^\d+$/u.test(b)];
  if (numberA && numberB) return Math.sign(Number(BigInt(a) - BigInt(b)));
  if (numberA !== numberB) return numberA ? -1 : 1;
  return a < b ? -1 : 1;
}
