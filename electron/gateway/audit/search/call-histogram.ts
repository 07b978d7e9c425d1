// Counts calls over time, in pieces of a round width.
import type { Database } from 'better-sqlite3';
import type { z } from 'zod';
import type { CallHistogram, histogramQuery } from '../../../shared/audit-search.ts';
import type { AskParts } from './ask-parts.ts';
import { addTo, noCalls } from './call-figures.ts';
import { conditionsOf } from './filter-conditions.ts';
import type { SearchIndex } from './follow-log.ts';
import { readStretches } from './index-cover.ts';
import type { IndexDatabase } from './index-database.ts';
import { countsByHours, type Tally, tallyHours, tallyPart } from './tally.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A bucket is so many milliseconds wide, or a multiple of the last one. */
const roundWidths = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7].map((n) => n * day),
];

/** The least round width with which at most `buckets` of them reach from `from` to `to`. */
export function bucketsFor(from: number, to: number, buckets: number): { start: number; width: number } {
  for (let index = 0; ; index += 1) {
    const week = 7 * day;
    const width = roundWidths[index] ?? week * 2 ** (index - roundWidths.length + 1);
    const start = Math.floor(from / width) * width;
    if (Math.ceil((to - start) / width) <= buckets || width > Number.MAX_SAFE_INTEGER / 4)
      return { start, width };
  }
}

interface Times {
  readonly from: number;
  readonly to: number;
}

/** The log, and what is known of all of it. */
export interface Whole {
  readonly log: Database;
  readonly index: SearchIndex;
  readonly askParts: AskParts;
}

export async function histogramOfCalls(
  log: Whole,
  query: z.output<typeof histogramQuery>,
  signal: AbortSignal,
): Promise<CallHistogram> {
  const { filter } = query;
  const whole = timesOf(log, query);
  if (whole === null) return { width: hour, buckets: [] };
  const { start, width } = bucketsFor(whole.from, whole.to, query.buckets);
  const count = Math.max(1, Math.ceil((whole.to - start) / width));
  // Where nobody has set an edge all calls count: one that waited for an answer stands behind others that came after it.
  const times = {
    from: filter.from ?? (query.from === undefined ? -Infinity : start),
    to: filter.to ?? (query.to === undefined ? Infinity : start + count * width),
  };
  const buckets = Array.from({ length: count }, (_, n) => ({ at: start + n * width, decisions: noCalls() }));

  const by = { value: null, buckets: { start, width } };
  /** What the table of hours has told already. */
  let told: Times | null = null;
  function add(tallies: readonly Tally[]): void {
    for (const tally of tallies) {
      const bucket = buckets[Math.min(Math.max(tally.bucket, 0), count - 1)];
      if (bucket !== undefined) addTo(bucket.decisions, tally);
    }
  }
  await log.askParts({
    filter: { ...filter, ...times },
    after: 0,
    newestFirst: true,
    signal,
    first(database, conditions) {
      if (!countsByHours(conditions, { start, width })) return;
      const hours = { from: Math.ceil(times.from / hour) * hour, to: Math.floor(times.to / hour) * hour };
      if (hours.from >= hours.to) return;
      told = hours;
      add(tallyHours(database, conditions, { start, width }, hours.from, hours.to));
    },
    ask(database, _conditions, part) {
      const edges =
        told === null || !part.indexed
          ? [times]
          : [
              { from: times.from, to: told.from },
              { from: told.to, to: times.to },
            ];
      for (const edge of edges) {
        if (edge.from < edge.to)
          add(tallyPart(database, part, conditionsOf(database, { ...filter, ...edge }), by));
      }
      return true;
    },
  });
  return { width, buckets };
}

/**
 * The picture's edges; null where there is nothing to show. Calls whose clock was set back may lie beyond all that is known
 * of the log, on the other side of an edge that somebody has set: the picture has room for them there.
 */
function timesOf({ log, index }: Whole, { filter, from, to }: z.output<typeof histogramQuery>): Times | null {
  const first = filter.from ?? from;
  const end = filter.to ?? to;
  if (first !== undefined && end !== undefined) return first < end ? { from: first, to: end } : null;
  const whole = timesOfLog(log, index.database());
  if (whole === null) return null;
  return {
    from: first ?? Math.min(whole.from, (end ?? Infinity) - 1),
    to: end ?? Math.max(whole.to, (first ?? -Infinity) + 1),
  };
}

/**
 * Clocks are set back now and then: the index knows the times between oldest and newest call, but for deleted ones, of which
 * the first stretch may have some. A call of that one that came sooner than the oldest is shown with the first ones.
 */
function timesOfLog(log: Database, index: IndexDatabase | null): Times | null {
  const atOf = (which: 'min' | 'max') =>
    log.prepare<[], number>(`SELECT at FROM calls WHERE id = (SELECT ${which}(id) FROM calls)`).pluck().get();
  const oldest = atOf('min');
  const newest = atOf('max');
  if (oldest === undefined || newest === undefined) return null;
  const stretches = index === null ? [] : [...readStretches(index).values()];
  return {
    from: Math.min(oldest, newest, ...stretches.slice(1).map(({ firstAt }) => firstAt)),
    to: Math.max(oldest, newest, ...stretches.map(({ lastAt }) => lastAt)) + 1,
  };
}
