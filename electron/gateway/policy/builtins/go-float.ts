// Floating point numbers in decimal, as Go's strconv.FormatFloat writes them: exact, halves rounded to even.
// JavaScript's toFixed and toExponential round halves away from zero, and give up beyond 1e21.

/** A number above or equal to zero: `0.d₁d₂d₃… × 10^point`. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/**
 * @param precision digits after the point for `e` and `f`, significant digits for `g`; null for the fewest that
 * still name this number
 * @returns without sign, which is the caller's business
 */
export function formatFloat(value: number, verb: 'e' | 'f' | 'g', precision: number | null): string {
  const magnitude = Math.abs(value);
  if (precision === null) return layOut(shortest(magnitude), verb, null);
  const exact = exactDecimal(magnitude);
  switch (verb) {
    case 'e':
      return layOut(round(exact, precision + 1), verb, precision);
    case 'f':
      return layOut(round(exact, exact.point + precision), verb, precision);
    case 'g':
      return layOut(round(exact, precision || 1), verb, precision || 1);
  }
}

function layOut(decimal: Decimal, verb: 'e' | 'f' | 'g', precision: number | null): string {
  const { digits, point } = decimal;
  if (verb === 'e') return exponential(decimal, precision ?? digits.length - 1);
  if (verb === 'f') return fixed(decimal, precision ?? Math.max(digits.length - point, 0));
  // Go's strconv/ftoa.go: from these exponents on, %g is %e.
  const fits = precision !== null && precision > digits.length && digits.length >= point;
  const limit = fits ? digits.length : (precision ?? 6);
  const exponent = point - 1;
  if (exponent < -4 || exponent >= limit) {
    return exponential(decimal, Math.min(precision ?? digits.length, digits.length) - 1);
  }
  return fixed(decimal, Math.max(digits.length - point, 0));
}

function exponential({ digits, point }: Decimal, places: number): string {
  const [first = '0', ...rest] = digits;
  const fraction = rest.join('').padEnd(Math.max(places, 0), '0');
  const exponent = digits === '' ? 0 : point - 1;
  const sign = exponent < 0 ? '-' : '+';
  return `${first}${fraction === '' ? '' : `.${fraction}`}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function fixed({ digits, point }: Decimal, places: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const leading = point < 0 ? '0'.repeat(-point) : '';
  const fraction = (leading + digits.slice(Math.max(point, 0))).slice(0, places).padEnd(places, '0');
  return places > 0 ? `${whole}.${fraction}` : whole;
}

/** JavaScript prints the shortest digits that name the number, as Go does. */
function shortest(value: number): Decimal {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  return trimmed(mantissa.replace('.', ''), Number(exponent) + 1);
}

/** All digits: a double is an integer times a power of two. */
function exactDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = Math.max(biased, 1) - 1075;
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return trimmed(digits, digits.length);
  }
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return trimmed(digits, digits.length + exponent);
}

/** Keeps so many digits. */
function round({ digits, point }: Decimal, keep: number): Decimal {
  if (keep >= digits.length) return { digits, point };
  if (keep < 0) return { digits: '', point: 0 };
  const kept = BigInt(`0${digits.slice(0, keep)}`);
  const rest = digits.slice(keep);
  const half = `5${'0'.repeat(rest.length - 1)}`;
  const up = rest > half || (rest === half && kept % 2n === 1n);
  if (!up) return trimmed(digits.slice(0, keep), point);
  const raised = (kept + 1n).toString().padStart(keep, '0');
  return trimmed(raised, point + raised.length - keep);
}

function trimmed(digits: string, point: number): Decimal {
  const significant = digits.replace(/0+$/u, '');
  return significant === '' ? { digits: '', point: 0 } : { digits: significant, point };
}
