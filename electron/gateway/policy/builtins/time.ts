// Rego's builtins about time. Times are nanoseconds since 1970 in UTC, beyond what a JavaScript number can hold.
import { isArray, RegoNumber, type RegoValue } from '../rego-value.ts';

const nanosPerMilli = 1_000_000n;

/** What OPA accepts: the years 1677 to 2262, in which nanoseconds fit 64 bits. */
function inRange(nanos: bigint): boolean {
  return BigInt.asIntN(64, nanos) === nanos;
}

/** @param nowMs Unix milliseconds; the same for one whole evaluation, as in OPA */
export function nowNanos(nowMs: number): RegoValue {
  return new RegoNumber(BigInt(Math.trunc(nowMs)) * nanosPerMilli);
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
  return inRange(nanos) ? new RegoNumber(nanos) : undefined;
}

/** `[hour, minute, second]` */
export function clock(operand: RegoValue): RegoValue | undefined {
  const time = localTime(operand);
  return time && [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map(integer);
}

/** `[year, month, day]` */
export function date(operand: RegoValue): RegoValue | undefined {
  const time = localTime(operand);
  return time && [time.getUTCFullYear(), time.getUTCMonth() + 1, time.getUTCDate()].map(integer);
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export function weekday(operand: RegoValue): RegoValue | undefined {
  const time = localTime(operand);
  return time && weekdays[time.getUTCDay()];
}

function integer(value: number): RegoNumber {
  return new RegoNumber(String(value));
}

/**
 * Reads `ns` or `[ns, zone]` into a Date whose UTC fields are the clock's in that zone, to the millisecond.
 * Undefined where the operand is something else, or there is no such zone.
 */
function localTime(operand: RegoValue): Date | undefined {
  const [nanos, zone = ''] =
    operand !== null && typeof operand === 'object' && isArray(operand) ? operand : [operand];
  if (!(nanos instanceof RegoNumber) || typeof zone !== 'string') return undefined;
  const value = nanos.integer;
  if (value === null || !inRange(value)) return undefined;
  // BigInt division rounds towards zero; times before 1970 must round down.
  const millis = Number(
    (value - (((value % nanosPerMilli) + nanosPerMilli) % nanosPerMilli)) / nanosPerMilli,
  );
  if (zone === '' || zone === 'UTC') return new Date(millis);
  const offset = zoneOffset(millis, zone);
  return offset === undefined ? undefined : new Date(millis + offset);
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
