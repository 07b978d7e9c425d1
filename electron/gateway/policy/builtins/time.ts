// Rego's builtins about time. Times are nanoseconds since 1970 in UTC, beyond what a JavaScript number can hold.
import { isArray, RegoNumber, type RegoValue } from '../rego-value.ts';
import { regoInteger } from './builtin.ts';
import { weekdays } from './go-layout.ts';

export const nanosPerMilli = 1_000_000n;

/** What OPA accepts: the years 1677 to 2262, in which nanoseconds fit 64 bits. */
export function fitsNanos(nanos: bigint): boolean {
  return BigInt.asIntN(64, nanos) === nanos;
}

/** @param nowMs Unix milliseconds; the same for one whole evaluation, as in OPA */
export function nanosOf(nowMs: number): bigint {
  return BigInt(Math.trunc(nowMs)) * nanosPerMilli;
}

const rfc3339 = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/u;

export function parseRfc3339Nanos(text: RegoValue): RegoValue | undefined {
  const parts = typeof text === 'string' ? rfc3339.exec(text) : null;
  if (parts === null) return undefined;
  const [, date = '', clock = '', fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = parts;
  const millis = Date.parse(`${date}T${clock}Z`);
  // Date.parse carries 30 February over into March, and takes 24:00.
  if (Number.isNaN(millis) || new Date(millis).toISOString() !== `${date}T${clock}.000Z`) return undefined;
  const [hours, minutes] = [Number(offsetHours), Number(offsetMinutes)];
  // Go's limits for offsets are these.
  if (hours > 24 || minutes > 60) return undefined;
  const offset = (hours * 60 + minutes) * 60_000 * (sign === '-' ? -1 : 1);
  const nanos = BigInt(millis - offset) * nanosPerMilli + BigInt(fraction.padEnd(9, '0').slice(0, 9));
  return fitsNanos(nanos) ? new RegoNumber(nanos) : undefined;
}

/** `[hour, minute, second]` */
export function clock(operand: RegoValue): RegoValue | undefined {
  const time = localTime(operand)?.date;
  return time && [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map(regoInteger);
}

/** `[year, month, day]` */
export function date(operand: RegoValue): RegoValue | undefined {
  const time = localTime(operand)?.date;
  return time && [time.getUTCFullYear(), time.getUTCMonth() + 1, time.getUTCDate()].map(regoInteger);
}

export function weekday(operand: RegoValue): RegoValue | undefined {
  const time = localTime(operand)?.date;
  return time && weekdays[time.getUTCDay()];
}

/** A moment, as the clocks of a zone show it. */
export interface LocalTime {
  /** Its UTC fields are the clock's in that zone, to the millisecond. */
  readonly date: Date;
  /** Below the millisecond: 0 to 999,999. */
  readonly nanos: bigint;
  readonly utcNanos: bigint;
  readonly utcMillis: number;
  readonly zone: string;
  /** Milliseconds east of UTC. */
  readonly offset: number;
  /** Another moment on the same clocks. */
  readonly inThisZone: (utcMillis: number) => Date;
  /** The moment at which the clocks show this; between two, where they are put forward or back, as Go takes it. */
  readonly toUtc: (localMillis: number) => number;
}

/** Reads `ns`, `[ns, zone]`. Undefined where the operand is something else, or there is no such zone. */
export function localTime(operand: RegoValue): LocalTime | undefined {
  const [nanos, zone = ''] =
    operand !== null && typeof operand === 'object' && isArray(operand) ? operand : [operand];
  if (!(nanos instanceof RegoNumber) || typeof zone !== 'string') return undefined;
  const utcNanos = nanos.integer;
  if (utcNanos === null || !fitsNanos(utcNanos)) return undefined;
  // BigInt division rounds towards zero; times before 1970 must round down.
  const below = ((utcNanos % nanosPerMilli) + nanosPerMilli) % nanosPerMilli;
  const utcMillis = Number((utcNanos - below) / nanosPerMilli);
  const isUtc = zone === '' || zone === 'UTC';
  const offsetAt = (millis: number) => (isUtc ? 0 : zoneOffset(millis, zone));
  const offset = offsetAt(utcMillis);
  if (offset === undefined) return undefined;
  return {
    date: new Date(utcMillis + offset),
    nanos: below,
    utcNanos,
    utcMillis,
    zone: isUtc ? 'UTC' : zone,
    offset,
    inThisZone: (millis) => new Date(millis + (offsetAt(millis) ?? 0)),
    toUtc(local) {
      // Go's time.Date: the offset at that moment taken as UTC; if that leads beyond a change, the one on its other side.
      const guess = local - (offsetAt(local) ?? 0);
      return local - (offsetAt(guess) ?? 0);
    },
  };
}

/** Milliseconds east of UTC at that time. */
function zoneOffset(millis: number, zone: string): number | undefined {
  const format = zoneFormat(zone);
  if (format === undefined) return undefined;
  const parts = new Map(format.formatToParts(millis).map(({ type, value }) => [type, value]));
  const field = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  const shown = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  );
  return shown - Math.floor(millis / 1000) * 1000;
}

function zoneFormat(zone: string): Intl.DateTimeFormat | undefined {
  // Go knows names of zones alone; Intl would take offsets such as `+01:00` too.
  if (!/^[A-Za-z]/u.test(zone)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      ...(zone === 'Local' ? {} : { timeZone: zone }),
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
