// Rego's time.parse_ns: reads a time that is written in one of Go's layouts (https://pkg.go.dev/time#Parse).
import { RegoNumber, type RegoValue } from '../rego-value.ts';
import { months, readLayout, weekdays } from './go-layout.ts';
import { fitsNanos, nanosPerMilli } from './time.ts';

/** What the text has told so far; null where it has not. */
interface Told {
  year: number;
  month: number | null;
  day: number | null;
  dayOfYear: number | null;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  half: 'am' | 'pm' | null;
  /** Seconds east of UTC. */
  offset: number;
}

/** Nanoseconds since 1970; undefined where the text is not written so, or is no time that they can hold. */
export function parseNanos(layout: string, text: string): RegoValue | undefined {
  const told: Told = {
    ...{ year: 0, month: null, day: null, dayOfYear: null, hour: 0, minute: 0, second: 0, nanos: 0 },
    ...{ half: null, offset: 0 },
  };
  let rest = text;
  const parts = readLayout(layout);
  for (const [index, { text: literal, element }] of parts.entries()) {
    const from = skip(rest, literal);
    if (from === undefined) return undefined;
    if (element === null) return from === '' ? momentOf(told) : undefined;
    const read = readElement(element, from, told);
    if (read === undefined) return undefined;
    // A fraction may follow the seconds also where the layout has none.
    const fractionFollows = /^[.,]/u.test(parts[index + 1]?.element ?? '');
    rest = /^0?5$/u.test(element) && !fractionFollows ? readFraction(read, told) : read;
  }
  return undefined;
}

/** What follows the literal text; any run of spaces stands for any other. */
function skip(text: string, literal: string): string | undefined {
  let rest = text;
  for (const piece of literal.split(/( +)/u)) {
    if (piece.startsWith(' ')) {
      if (rest !== '' && !rest.startsWith(' ')) return undefined;
      rest = rest.replace(/^ +/u, '');
    } else if (rest.startsWith(piece)) rest = rest.slice(piece.length);
    else return undefined;
  }
  return rest;
}

/** Reads one element off the text into what is told; gives what follows it, or undefined. */
function readElement(element: string, text: string, told: Told): string | undefined {
  const take = (pattern: RegExp, use: (found: string) => boolean): string | undefined => {
    const found = pattern.exec(text);
    return found !== null && use(found[1] ?? '') ? text.slice(found[0].length) : undefined;
  };
  const number = (pattern: RegExp, from: number, to: number, use: (value: number) => void) =>
    take(pattern, (found) => {
      const value = Number(found);
      if (value < from || value > to) return false;
      use(value);
      return true;
    });
  const name = (names: readonly string[], use: (index: number) => void) => {
    const index = names.findIndex((each) => text.toLowerCase().startsWith(each.toLowerCase()));
    if (index < 0) return undefined;
    use(index);
    return text.slice((names[index] ?? '').length);
  };
  switch (element) {
    case '2006':
      return number(/^(\d.{3})/u, 0, 9999, (year) => (told.year = year));
    case '06':
      return number(/^(\d\d)/u, 0, 99, (year) => (told.year = year + (year >= 69 ? 1900 : 2000)));
    case 'January':
      return name(months, (month) => (told.month = month + 1));
    case 'Jan':
      return name(months.map(short), (month) => (told.month = month + 1));
    case 'Monday':
      return name(weekdays, () => undefined);
    case 'Mon':
      return name(weekdays.map(short), () => undefined);
    case '01':
    case '1':
      return number(element === '01' ? two : oneOrTwo, 1, 12, (month) => (told.month = month));
    case '02':
    case '2':
    case '_2':
      return number(dayPatterns[element], 0, 99, (day) => (told.day = day));
    case '002':
    case '__2':
      return number(
        element === '002' ? /^(\d{3})/u : /^ {0,2}(\d{1,3})/u,
        0,
        999,
        (day) => (told.dayOfYear = day),
      );
    case '15':
      return number(oneOrTwo, 0, 23, (hour) => (told.hour = hour));
    case '03':
    case '3':
      return number(element === '03' ? two : oneOrTwo, 0, 12, (hour) => (told.hour = hour));
    case '04':
    case '4':
      return number(element === '04' ? two : oneOrTwo, 0, 59, (minute) => (told.minute = minute));
    case '05':
    case '5':
      return number(element === '05' ? two : oneOrTwo, 0, 59, (second) => (told.second = second));
    case 'PM':
    case 'pm':
      return take(element === 'PM' ? /^([AP]M)/u : /^([ap]m)/u, (half) => {
        told.half = half.toLowerCase() === 'am' ? 'am' : 'pm';
        return true;
      });
    case 'MST':
      // Which offset a name stands for depends on who reads it: Go takes it for UTC then.
      return take(zoneName, () => true);
    default:
      return /^[.,]/u.test(element) ? exactFraction(element, text, told) : readOffset(element, text, told);
  }
}

const two = /^(\d\d)/u;
const oneOrTwo = /^(\d\d?)/u;
const dayPatterns = { '02': two, '2': oneOrTwo, _2: /^ ?(\d\d?)/u };
/** UTC, GMT with hours or without, two named ones, `+03`, and three to five capitals. */
const zoneName =
  /^(?:UTC|ChST|MeST|GMT(?:[+-](?:2[0-3]|[01]?\d)(?!\d))?|[+-](?:2[0-3]|[01]?\d)(?!\d)|(?:[A-Z]{4}T|[A-Z]{3}T|WITA|[A-Z]{3})(?![A-Z]))/u;

function short(name: string): string {
  return name.slice(0, 3);
}

/** `.000` stands for exactly so many digits, `.999` for any number of them or for nothing. */
function exactFraction(element: string, text: string, told: Told): string | undefined {
  if (element[1] === '9') return readFraction(text, told);
  const found = text.slice(0, element.length);
  if (found.length < element.length || !/^[.,]\d+$/u.test(found)) return undefined;
  readFraction(found, told);
  return text.slice(element.length);
}

function readFraction(text: string, told: Told): string {
  const [found = ''] = /^[.,]\d+/u.exec(text) ?? [];
  if (found !== '') told.nanos = Number(found.slice(1, 10).padEnd(9, '0'));
  return text.slice(found.length);
}

function readOffset(element: string, text: string, told: Told): string | undefined {
  if (element.startsWith('Z') && text.startsWith('Z')) return text.slice(1);
  const colon = element.includes(':') ? ':' : '';
  const count = element.replaceAll(/[^\d]/gu, '').length / 2;
  const found = new RegExp(
    `^([+-])${Array<string>(count)
      .fill(String.raw`(\d\d)`)
      .join(colon)}`,
    'u',
  ).exec(text);
  if (found === null) return undefined;
  const [all, sign, hours = 0, minutes = 0, seconds = 0] = found;
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)];
  // Go's limits are these.
  if (h > 24 || m > 60 || s > 60) return undefined;
  told.offset = (h * 3600 + m * 60 + s) * (sign === '-' ? -1 : 1);
  return text.slice(all.length);
}

function momentOf({ year, month, day, dayOfYear, hour, minute, second, nanos, half, offset }: Told) {
  const hours = half === 'pm' && hour < 12 ? hour + 12 : half === 'am' && hour === 12 ? 0 : hour;
  const date = dayOfYear === null ? [month ?? 1, day ?? 1] : dateOf(year, dayOfYear);
  const [m = 0, d = 0] = date;
  if ((month !== null && month !== m) || (day !== null && day !== d)) return undefined;
  const moment = new Date(0);
  moment.setUTCFullYear(year, m - 1, d);
  // The 30th of February would be in March.
  if (moment.getUTCMonth() !== m - 1 || moment.getUTCDate() !== d) return undefined;
  const seconds = BigInt(moment.getTime() / 1000 + hours * 3600 + minute * 60 + second - offset);
  const total = seconds * 1000n * nanosPerMilli + BigInt(nanos);
  return fitsNanos(total) ? new RegoNumber(total) : undefined;
}

/** Month and day; none where the year has no such day. */
function dateOf(year: number, dayOfYear: number): readonly number[] {
  const moment = new Date(0);
  moment.setUTCFullYear(year, 0, dayOfYear);
  return moment.getUTCFullYear() === year ? [moment.getUTCMonth() + 1, moment.getUTCDate()] : [];
}
