// Rego's builtins that make numbers: amounts with units, exactly, and ranges with a step.
import { RegoNumber, type RegoValue } from '../rego-value.ts';
import { onTexts, regoInteger, type Builtins } from './builtin.ts';

/** More elements than any rule can want; a longer range would only fill the memory. */
const maxRange = 1_000_000;

export const numberBuiltins: Builtins = [
  ['units.parse', onTexts((text = '') => parseUnits(text))],
  ['units.parse_bytes', onTexts((text = '') => parseBytes(text))],
  ['numbers.range_step', rangeStep],
];

const thousands = ['', 'k', 'm', 'g', 't', 'p', 'e'];

/** `1.5Ki`, `200m`, `3G`: the letter's case counts for `m` (milli) and `M` (mega) alone. */
function parseUnits(text: string): RegoValue | undefined {
  const amount = split(text);
  if (amount === null) return undefined;
  const { digits, places, unit } = amount;
  if (unit === 'm') return decimal(digits, places + 3);
  const factor = factorOf(unit.toLowerCase());
  return factor === null ? undefined : decimal(digits * factor, places);
}

/** `10KB`, `1.5gib`, `3m`: case does not count, parts of a byte are cut off. */
function parseBytes(text: string): RegoValue | undefined {
  const amount = split(text);
  if (amount === null) return undefined;
  const { digits, places, unit } = amount;
  const letters = unit.toLowerCase();
  // A `b` by itself is no unit.
  const factor = letters === 'b' ? null : factorOf(letters.replace(/b$/u, ''));
  return factor === null ? undefined : regoInteger((digits * factor) / 10n ** BigInt(places));
}

/** @param unit in lower case: a letter of the thousands, with an `i` for powers of 1024 or without */
function factorOf(unit: string): bigint | null {
  const binary = unit.length > 1 && unit.endsWith('i');
  const power = thousands.indexOf(binary ? unit.slice(0, -1) : unit);
  return power < 0 ? null : (binary ? 1024n : 1000n) ** BigInt(power);
}

interface Amount {
  /** The number without its point. */
  readonly digits: bigint;
  /** How many of the digits stand behind the point. */
  readonly places: number;
  readonly unit: string;
}

/** Quotation marks are passed over, as OPA does; exponents are bounded, because they cost memory. */
function split(text: string): Amount | null {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?([A-Za-z]*)$/u.exec(
    text.replaceAll('"', ''),
  );
  if (parts === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0', unit = ''] = parts;
  if (whole + fraction === '') return null;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const places = fraction.length - Number(exponent);
  return places < 0 ? { digits: digits * 10n ** BigInt(-places), places: 0, unit } : { digits, places, unit };
}

/** As OPA writes it: whole, or with ten places, rounded half away from zero. */
function decimal(digits: bigint, places: number): RegoNumber {
  const unit = 10n ** BigInt(places);
  if (digits % unit === 0n) return new RegoNumber(digits / unit);
  const magnitude = digits < 0n ? -digits : digits;
  const scaled = (magnitude * 10n ** 11n) / unit;
  const shown = ((scaled + 5n) / 10n).toString().padStart(11, '0');
  return new RegoNumber(`${digits < 0n ? '-' : ''}${shown.slice(0, -10)}.${shown.slice(-10)}`);
}

/** From one to the other, both included where the step meets them, upwards or downwards. */
function rangeStep(from?: RegoValue, to?: RegoValue, step?: RegoValue): RegoValue | undefined {
  const [first, last, stride] = [from, to, step].map(whole);
  if (first === undefined || last === undefined || stride === undefined || stride <= 0) return undefined;
  const length = Math.floor(Math.abs(last - first) / stride) + 1;
  if (length > maxRange) throw new Error(`numbers.range_step: more than ${maxRange} elements`);
  const direction = last < first ? -1 : 1;
  return Array.from({ length }, (_, index) => regoInteger(first + index * stride * direction));
}

/** Unlike other builtins this one takes `2.0` for 2. */
function whole(value: RegoValue | undefined): number | undefined {
  const number = value instanceof RegoNumber ? Number(value.text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}
