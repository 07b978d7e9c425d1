// Counts the entries that a filter means: by shape, by session, and over time.
import type { Conditions } from './filter-conditions.ts';
import type { Part } from './index-cover.ts';
import type { IndexDatabase } from './index-database.ts';
import { textsOf } from './index-schema.ts';

/** So many calls of one shape; `of` is the bucket or the session that they are counted for, 0 where it is for neither. */
export interface Tally {
  readonly of: number;
  readonly shape: number;
  readonly calls: number;
}

/** What calls are counted by beside their shape: nothing, their session, or pieces of time from `start` on (Unix ms). */
export type TallyBy =
  | { readonly kind: 'shape' }
  | { readonly kind: 'session' }
  | { readonly kind: 'time'; readonly start: number; readonly width: number };

const hour = 3_600_000;

/** All that is asked of a part; what it takes is bounded by the length of a stretch. */
export function tallyPart(database: IndexDatabase, part: Part, conditions: Conditions, by: TallyBy): Tally[] {
  const { shapes, sessions, match, from, to, minLatency } = conditions;
  if (part.lastAt < from || part.firstAt >= to) return [];
  if (shapes?.length === 0 || sessions?.length === 0) return [];
  const { stretch } = part;
  const wholly = from <= part.firstAt && part.lastAt < to && part.indexed;
  if (by.kind === 'shape' && wholly && sessions === null && match === null && minLatency === -1) {
    return database
      .prepare<object, Tally>(
        `SELECT 0 AS of, shape, calls FROM stretch_shapes WHERE stretch = @stretch AND calls > 0
         ${shapes === null ? '' : 'AND shape IN (SELECT value FROM json_each(@shapes))'}`,
      )
      .all({ ...conditions.values, stretch });
  }
  const texts = textsOf(stretch);
  const source =
    match !== null
      ? `${texts} CROSS JOIN entries ON entries.id = ${texts}.rowid
         WHERE ${texts} MATCH @match AND ${texts}.rowid BETWEEN @first AND @last`
      : sessions !== null
        ? `entries INDEXED BY entries_by_session WHERE entries.session IN (SELECT value FROM json_each(@sessions))
           AND entries.id BETWEEN @first AND @last`
        : 'entries NOT INDEXED WHERE entries.id BETWEEN @first AND @last';
  return database
    .prepare<object, Tally>(
      `SELECT ${groupOf(by)} AS of, entries.shape, count(*) AS calls FROM ${source}${conditions.sql} GROUP BY 1, 2`,
    )
    .all({ ...conditions.values, ...timesOf(by), first: part.from, last: part.through });
}

/** Whether the table of hours tells all: it knows nothing but shapes. */
export function countsByHours({ sessions, match, minLatency }: Conditions, by: TallyBy): boolean {
  return (
    sessions === null &&
    match === null &&
    minLatency === -1 &&
    by.kind === 'time' &&
    by.start % hour === 0 &&
    by.width % hour === 0
  );
}

/** The calls of whole hours, `from` to before `to`, in buckets of whole hours. Of everything that is indexed. */
export function tallyHours(
  database: IndexDatabase,
  { shapes, values }: Conditions,
  by: Extract<TallyBy, { kind: 'time' }>,
  from: number,
  to: number,
): Tally[] {
  return database
    .prepare<object, Tally>(
      `SELECT (hour * ${hour} - @start) / @width AS of, shape, sum(calls) AS calls FROM hours
       WHERE hour >= @first AND hour < @end AND calls > 0
       ${shapes === null ? '' : 'AND shape IN (SELECT value FROM json_each(@shapes))'} GROUP BY 1, 2`,
    )
    .all({ ...values, ...timesOf(by), first: from / hour, end: to / hour });
}

function groupOf(by: TallyBy): string {
  switch (by.kind) {
    case 'shape':
      return '0';
    case 'session':
      return 'entries.session';
    case 'time':
      return '(entries.at - @start) / @width';
  }
}

/** Whole numbers in SQL, so that division cuts. */
function timesOf(by: TallyBy) {
  return by.kind === 'time' ? { start: BigInt(by.start), width: BigInt(by.width) } : {};
}
