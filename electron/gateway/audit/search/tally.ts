// Counts the entries that a filter means: in all, by what they have in common, and over time.
import type { CallDecision, CallDimension } from '../../../shared/audit-search.ts';
import type { Conditions } from './filter-conditions.ts';
import { type Part, readStretches } from './index-cover.ts';
import type { IndexDatabase } from './index-database.ts';
import { textsOf } from './index-schema.ts';

/** So many calls of one bucket, value and decision. */
export interface Tally {
  /** Counted from the first one; 0 where time does not matter. */
  readonly bucket: number;
  /** Empty where they have none, or it does not matter. */
  readonly value: string;
  readonly decision: Exclude<CallDecision, 'asked'>;
  readonly asked: 0 | 1;
  readonly calls: number;
}

/** Pieces of time, from `start` on (Unix milliseconds). */
export interface Buckets {
  readonly start: number;
  readonly width: number;
}

/** What calls are counted by beside their decision. */
export interface TallyBy {
  readonly value: CallDimension | null;
  readonly buckets: Buckets | null;
}

const hour = 3_600_000;

/** All that is asked of a part; what it takes is bounded by the length of a stretch. */
export function tallyPart(database: IndexDatabase, part: Part, conditions: Conditions, by: TallyBy): Tally[] {
  const { shapes, sessions, match, from, to } = conditions;
  if (part.lastAt < from || part.firstAt >= to) return [];
  if (shapes?.length === 0 || sessions?.length === 0) return [];
  const { stretch, firstAt, lastAt } = part;
  const isWhole = part.indexed && from <= firstAt && lastAt < to && isAllThatIsIndexed(database, part);
  const inner =
    isWhole && by.buckets === null && by.value !== 'session' && isOfShapesAlone(conditions)
      ? `SELECT 0 AS bucket, 0 AS session, shape, calls FROM stretch_shapes
         WHERE stretch = @stretch ${amongShapes(conditions)}`
      : `SELECT ${by.buckets === null ? '0' : '(entries.at - @start) / @width'} AS bucket,
           ${by.value === 'session' ? 'entries.session' : '0'} AS session, entries.shape, count(*) AS calls
         FROM ${sourceOf(stretch, match, sessions)} ${conditions.sql} GROUP BY 1, 2, 3`;
  return database
    .prepare<object, Tally>(summed(inner, by))
    .all({ ...conditions.values, ...timesOf(by), stretch, first: part.from, last: part.through });
}

/** What the index took in since the parts were made is in a part of its own: the stretch's sums would count it twice. */
function isAllThatIsIndexed(database: IndexDatabase, { stretch, next }: Part): boolean {
  return readStretches(database).get(stretch)?.next === next;
}

/** Whether the table of hours tells all: it knows nothing but shapes. */
export function countsByHours(conditions: Conditions, { start, width }: Buckets): boolean {
  return isOfShapesAlone(conditions) && start % hour === 0 && width % hour === 0;
}

/** The calls of whole hours, `from` to before `to`, in buckets of whole hours. Of everything that is indexed. */
export function tallyHours(
  database: IndexDatabase,
  conditions: Conditions,
  buckets: Buckets,
  from: number,
  to: number,
): Tally[] {
  const by = { value: null, buckets };
  const inner = `
    SELECT (hour * ${hour} - @start) / @width AS bucket, 0 AS session, shape, sum(calls) AS calls FROM hours
    WHERE hour >= @first AND hour < @last ${amongShapes(conditions)} GROUP BY 1, 3`;
  return database
    .prepare<object, Tally>(summed(inner, by))
    .all({ ...conditions.values, ...timesOf(by), first: from / hour, last: to / hour });
}

function isOfShapesAlone({ sessions, match, minLatency }: Conditions): boolean {
  return sessions === null && match === null && minLatency === -1;
}

function amongShapes({ shapes }: Conditions): string {
  return `AND calls > 0 ${shapes === null ? '' : 'AND shape IN (SELECT value FROM json_each(@shapes))'}`;
}

function sourceOf(stretch: number, match: string | null, sessions: readonly number[] | null): string {
  if (match !== null) {
    const texts = textsOf(stretch);
    return `${texts} CROSS JOIN entries ON entries.id = ${texts}.rowid
      WHERE ${texts} MATCH @match AND ${texts}.rowid BETWEEN @first AND @last`;
  }
  return sessions === null
    ? 'entries NOT INDEXED WHERE entries.id BETWEEN @first AND @last'
    : `entries INDEXED BY entries_by_session
       WHERE entries.session IN (SELECT value FROM json_each(@sessions)) AND entries.id BETWEEN @first AND @last`;
}

/** Shapes are what calls have in common; what is asked for is less than that. */
function summed(inner: string, { value }: TallyBy): string {
  const named =
    value === null
      ? `''`
      : value === 'session'
        ? '(SELECT name FROM sessions WHERE id = session)'
        : `shapes.${value}`;
  return `SELECT bucket, ${named} AS value, decision, asked, sum(calls) AS calls
    FROM (${inner}) AS counted CROSS JOIN shapes ON shapes.id = counted.shape GROUP BY 1, 2, 3, 4`;
}

/** Whole numbers in SQL, so that division cuts. */
function timesOf({ buckets }: TallyBy) {
  return buckets === null ? {} : { start: BigInt(buckets.start), width: BigInt(buckets.width) };
}
