// Rego's builtins that reckon with spans of time: time.add_date, time.diff and time.parse_duration_ns.
import { RegoNumber, type RegoValue } from '../rego-value.ts';
import { onTexts, regoInteger, smallInteger, type Builtins } from './builtin.ts';
import { fitsNanos, localTime, nanosPerMilli } from './time.ts';

export const spanBuiltins: Builtins = [
  ['time.add_date', addDate],
  ['time.diff', diff],
  ['time.parse_duration_ns', onTexts((text = '') => parseDuration(text))],
];

/** Days beyond the end of a month run over into the next one, as in Go. */
function addDate(
  time?: RegoValue,
  years?: RegoValue,
  months?: RegoValue,
  days?: RegoValue,
): RegoValue | undefined {
  const local = time === undefined ? undefined : localTime(time);
  const [y, m, d] = [smallInteger(years), smallInteger(months), smallInteger(days)];
  if (local === undefined || y === undefined || m === undefined || d === undefined) return undefined;
  const { date, nanos } = local;
  const added = Date.UTC(
    date.getUTCFullYear() + y,
    date.getUTCMonth() + m,
    date.getUTCDate() + d,
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    date.getUTCMilliseconds(),
  );
  if (Number.isNaN(added)) return undefined;
  const result = BigInt(local.toUtc(added)) * nanosPerMilli + nanos;
  return fitsNanos(result) ? new RegoNumber(result) : undefined;
}

/** `[years, months, days, hours, minutes, seconds]` from the earlier to the later of two times. */
function diff(one?: RegoValue, other?: RegoValue): RegoValue | undefined {
  const a = one === undefined ? undefined : localTime(one);
  const b = other === undefined ? undefined : localTime(other);
  if (a === undefined || b === undefined) return undefined;
  const inOneZone = { ...b, date: a.inThisZone(b.utcMillis) };
  const [from, to] = a.utcNanos <= b.utcNanos ? [a, inOneZone] : [inOneZone, a];
  const fields = (date: Date) => [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  const start = fields(from.date);
  const spans = fields(to.date).map((value, index) => value - (start[index] ?? 0));
  // Borrowed from the next larger unit, as on paper.
  const daysOfMonth = new Date(Date.UTC(start[0] ?? 0, (start[1] ?? 0) + 1, 0)).getUTCDate();
  const sizes = [0, 12, daysOfMonth, 24, 60, 60];
  for (let unit = 5; unit > 0; unit -= 1) {
    if ((spans[unit] ?? 0) >= 0) continue;
    spans[unit] = (spans[unit] ?? 0) + (sizes[unit] ?? 0);
    spans[unit - 1] = (spans[unit - 1] ?? 0) - 1;
  }
  return spans.map(regoInteger);
}

const unitNanos: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
  y: 31_536_000_000_000_000n,
};

/** Go's time.ParseDuration and days, weeks and years of 365 days: `1h15m30.5s`, `-2.5h`, `2d`. */
function parseDuration(text: string): RegoValue | undefined {
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/su.exec(text) ?? [];
  if (body === '0') return regoInteger(0);
  if (body === '') return undefined;
  const piece = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w|y)/uy;
  let total = 0n;
  while (piece.lastIndex < body.length) {
    const [, amount = '', unit = ''] = piece.exec(body) ?? [];
    const nanos = unitNanos[unit];
    if (nanos === undefined) return undefined;
    const [whole = '', fraction = ''] = amount.split('.');
    total += BigInt(whole === '' ? 0 : whole) * nanos;
    if (fraction !== '') total += (BigInt(fraction) * nanos) / 10n ** BigInt(fraction.length);
  }
  const signed = sign === '-' ? -total : total;
  return fitsNanos(signed) ? new RegoNumber(signed) : undefined;
}
