// One value under one verb, as Go's fmt prints integers, floats and strings; also what it says of wrong verbs.
import { formatFloat } from './go-float.ts';
import { canBackquote, isPrintable, quoteGo } from './go-quote.ts';

export type GoValue = bigint | number | string;

export interface Flags {
  plus: boolean;
  minus: boolean;
  sharp: boolean;
  /** `%#v`: in Go's own syntax. */
  sharpV: boolean;
  space: boolean;
  zero: boolean;
  width: number | null;
  precision: number | null;
}

export function noFlags(): Flags {
  const unset = { plus: false, minus: false, sharp: false, sharpV: false, space: false, zero: false };
  return { ...unset, width: null, precision: null };
}

export function typeName(value: GoValue): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'float64';
  return isBig(value) ? 'big.Int' : 'int64';
}

function isBig(value: bigint): boolean {
  return BigInt.asIntN(64, value) !== value;
}

/** @throws where a float is asked for in a way that is not supplied: `%x`, `%b`, and the flag `#` */
export function print(value: GoValue, verb: string, flags: Flags): string {
  if (verb === 'T') return pad(truncate(typeName(value), flags), flags);
  const printed =
    typeof value === 'string'
      ? printString(value, verb, flags)
      : typeof value === 'bigint'
        ? printInteger(value, verb, flags)
        : printFloat(value, verb, flags);
  return printed ?? `%!${verb}(${typeName(value)}=${print(value, 'v', flags)})`;
}

/** These return null for a verb that does not fit the value. */
function printString(text: string, verb: string, flags: Flags): string | null {
  switch (verb) {
    case 'v':
      return pad(flags.sharpV ? quoteGo(truncate(text, flags)) : truncate(text, flags), flags);
    case 's':
      return pad(truncate(text, flags), flags);
    case 'q': {
      const shown = truncate(text, flags);
      const raw = flags.sharp && canBackquote(shown);
      return pad(raw ? `\`${shown}\`` : quoteGo(shown, '"', flags.plus), flags);
    }
    case 'x':
    case 'X':
      return pad(hexadecimal(text, verb === 'X', flags), flags);
    default:
      return null;
  }
}

function hexadecimal(text: string, upper: boolean, { precision, space, sharp }: Flags): string {
  const bytes = [...Buffer.from(text)].slice(0, precision ?? undefined);
  const prefix = sharp && bytes.length > 0 ? '0x' : '';
  const pairs = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  const joined = prefix + (space ? pairs.join(` ${prefix}`) : pairs.join(''));
  return upper ? joined.toUpperCase() : joined;
}

const bases: Readonly<Record<string, readonly [radix: number, prefix: string]>> = {
  d: [10, ''],
  v: [10, ''],
  b: [2, '0b'],
  o: [8, ''],
  O: [8, '0o'],
  x: [16, '0x'],
  X: [16, '0X'],
};

function printInteger(value: bigint, verb: string, flags: Flags): string | null {
  // OPA hands integers beyond 64 bits to Go as big.Int, which prints itself and knows fewer verbs.
  if (isBig(value)) return printInBase(value, verb === 's' ? 'd' : verb, flags);
  if (verb === 'c' || verb === 'q' || verb === 'U') return printCharacter(value, verb, flags);
  return printInBase(value, verb, flags);
}

function printInBase(value: bigint, verb: string, flags: Flags): string | null {
  const base = bases[verb];
  if (base === undefined) return null;
  const [radix, prefix] = base;
  const sign = signOf(value < 0n, flags);
  let digits = (value < 0n ? -value : value).toString(radix);
  if (verb === 'X') digits = digits.toUpperCase();
  if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0);
  let shown = digits.padStart(flags.precision ?? 0, '0');
  if (flags.precision === null && flags.zero && !flags.minus && flags.width !== null) {
    shown = digits.padStart(flags.width - sign.length, '0');
  }
  const octal = verb === 'o' || verb === 'O';
  if (octal && flags.sharp && !shown.startsWith('0')) shown = `0${shown}`;
  const prefixed = verb === 'O' || (flags.sharp && verb !== 'o');
  return pad(sign + (prefixed ? prefix : '') + shown, { ...flags, zero: false });
}

function printCharacter(value: bigint, verb: 'c' | 'q' | 'U', flags: Flags): string {
  const code = value < 0n || value > 0x10ffffn ? 0xfffd : Number(value);
  const character = code >= 0xd800 && code < 0xe000 ? '\ufffd' : String.fromCodePoint(code);
  if (verb === 'c') return pad(character, flags);
  if (verb === 'q') return pad(quoteGo(character, "'", flags.plus), flags);
  const digits = BigInt.asUintN(64, value).toString(16).toUpperCase();
  const named = `U+${digits.padStart(Math.max(4, flags.precision ?? 0), '0')}`;
  const quoted = flags.sharp && value >= 0n && value <= 0x10ffffn && isPrintable(character);
  const shown = quoted ? `${named} '${character}'` : named;
  return pad(shown, { ...flags, zero: false });
}

const floatVerbs: Readonly<Record<string, readonly ['e' | 'f' | 'g', precision: number | null]>> = {
  v: ['g', null],
  g: ['g', null],
  G: ['g', null],
  e: ['e', 6],
  E: ['e', 6],
  f: ['f', 6],
  F: ['f', 6],
};

function printFloat(value: number, verb: string, flags: Flags): string | null {
  if (flags.sharp || flags.sharpV || verb === 'x' || verb === 'X' || verb === 'b') {
    throw new Error(`sprintf: %${verb} with these flags, of the float ${value} is not supported`);
  }
  const format = floatVerbs[verb];
  if (format === undefined) return null;
  const [kind, usual] = format;
  const lower = formatFloat(value, kind, flags.precision ?? usual);
  const digits = verb === 'E' || verb === 'G' ? lower.toUpperCase() : lower;
  const sign = signOf(value < 0 || Object.is(value, -0), flags);
  const zeros = flags.zero && !flags.minus && flags.width !== null ? flags.width - sign.length : 0;
  return pad(sign + digits.padStart(zeros, '0'), { ...flags, zero: false });
}

function signOf(negative: boolean, { plus, space }: Flags): string {
  if (negative) return '-';
  return plus ? '+' : space ? ' ' : '';
}

/** Precision cuts strings to so many characters. */
function truncate(text: string, { precision }: Flags): string {
  return precision === null ? text : Array.from(text).slice(0, precision).join('');
}

/** Width counts characters. */
function pad(text: string, { width, minus, zero }: Flags): string {
  const missing = (width ?? 0) - Array.from(text).length;
  if (missing <= 0) return text;
  if (minus) return text + ' '.repeat(missing);
  return (zero ? '0' : ' ').repeat(missing) + text;
}
