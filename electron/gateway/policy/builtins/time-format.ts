// Rego's time.format: a moment as Go's layouts write it.
import { isArray, type RegoValue } from '../rego-value.ts';
import { defaultLayout, months, readLayout, weekdays } from './go-layout.ts';
import { localTime, type LocalTime } from './time.ts';

/** Of `ns`, `[ns, zone]` or `[ns, zone, layout]`. Throws where the layout asks for a zone's abbreviation. */
export function formatTime(operand: RegoValue): string | undefined {
  const time = localTime(operand);
  const given = operand !== null && typeof operand === 'object' && isArray(operand) ? operand[2] : undefined;
  const layout = given ?? '';
  if (time === undefined || typeof layout !== 'string') return undefined;
  return readLayout(layout === '' ? defaultLayout : layout)
    .map(({ text, element }) => text + (element === null ? '' : written(element, time)))
    .join('');
}

function written(element: string, { date, nanos, offset, zone }: LocalTime): string {
  const hour = date.getUTCHours();
  const half = hour % 12 === 0 ? 12 : hour % 12;
  switch (element) {
    case 'January':
      return months[date.getUTCMonth()] ?? '';
    case 'Jan':
      return (months[date.getUTCMonth()] ?? '').slice(0, 3);
    case 'Monday':
      return weekdays[date.getUTCDay()] ?? '';
    case 'Mon':
      return (weekdays[date.getUTCDay()] ?? '').slice(0, 3);
    case 'MST':
      if (zone === 'UTC') return zone;
      // What the clocks of a zone are called (CET, CEST) is not in what Node knows of it.
      throw new Error('time.format: abbreviations of time zones (MST) are known for UTC alone');
    case '2006':
      return digits(date.getUTCFullYear(), 4);
    case '06':
      return digits(date.getUTCFullYear() % 100, 2);
    case '01':
      return digits(date.getUTCMonth() + 1, 2);
    case '1':
      return String(date.getUTCMonth() + 1);
    case '02':
      return digits(date.getUTCDate(), 2);
    case '_2':
      return digits(date.getUTCDate(), 2, ' ');
    case '2':
      return String(date.getUTCDate());
    case '002':
      return digits(dayOfYear(date), 3);
    case '__2':
      return digits(dayOfYear(date), 3, ' ');
    case '15':
      return digits(hour, 2);
    case '03':
      return digits(half, 2);
    case '3':
      return String(half);
    case '04':
      return digits(date.getUTCMinutes(), 2);
    case '4':
      return String(date.getUTCMinutes());
    case '05':
      return digits(date.getUTCSeconds(), 2);
    case '5':
      return String(date.getUTCSeconds());
    case 'PM':
      return hour < 12 ? 'AM' : 'PM';
    case 'pm':
      return hour < 12 ? 'am' : 'pm';
    default:
      return /^[.,]/u.test(element) ? fraction(element, date, nanos) : zoneOffset(element, offset / 1000);
  }
}

function digits(value: number, length: number, fill = '0'): string {
  return String(value).padStart(length, fill);
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - start) / 86_400_000) + 1;
}

/** `.000` has so many digits; `.999` at most so many, without zeros at the end and without the point if none is left. */
function fraction(element: string, date: Date, nanos: bigint): string {
  const all = digits(date.getUTCMilliseconds(), 3) + String(nanos).padStart(6, '0');
  const shown = all.slice(0, element.length - 1);
  if (element[1] === '0') return `${element[0] ?? ''}${shown}`;
  const trimmed = shown.replace(/0+$/u, '');
  return trimmed === '' ? '' : `${element[0] ?? ''}${trimmed}`;
}

/** @param seconds east of UTC */
function zoneOffset(element: string, seconds: number): string {
  if (element.startsWith('Z') && seconds === 0) return 'Z';
  const size = Math.abs(seconds);
  const fields = [size / 3600, (size / 60) % 60, size % 60].map((field) => digits(Math.floor(field), 2));
  const count = element.replaceAll(/[^\d]/gu, '').length / 2;
  // Go takes the sign of whole minutes.
  const sign = Math.trunc(seconds / 60) < 0 ? '-' : '+';
  return sign + fields.slice(0, count).join(element.includes(':') ? ':' : '');
}
