// Which records the index has: the stretches of the log, cut where the index ends.
import type { IndexDatabase } from './index-database.ts';
import { stretchLength } from './index-schema.ts';

/** Ids from `from` through `through`, in one stretch. */
export interface Part {
  readonly stretch: number;
  readonly from: number;
  readonly through: number;
  /** False: to be looked at one by one. */
  readonly indexed: boolean;
  /** The first id that the index lacked of the stretch when the parts were made; it may have come further since. */
  readonly next: number;
  /** The times of its calls lie between these, Unix milliseconds; of parts that are not indexed they are not known. */
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface LogBounds {
  readonly oldest: number;
  readonly newest: number;
}

/** Ids; calls have about half of them. */
const pieceLength = 2000;

export function logBounds(database: IndexDatabase): LogBounds | null {
  const bounds = database
    .prepare<[], { oldest: number | null; newest: number | null }>(
      'SELECT (SELECT min(id) FROM log.calls) AS oldest, (SELECT max(id) FROM log.calls) AS newest',
    )
    .get();
  if (bounds === undefined) return null;
  const { oldest, newest } = bounds;
  return oldest === null || newest === null ? null : { oldest, newest };
}

interface StretchRow {
  readonly stretch: number;
  readonly next: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export function readStretches(database: IndexDatabase): Map<number, StretchRow> {
  const rows = database
    .prepare<[], StretchRow>(
      'SELECT stretch, next, first_at AS firstAt, last_at AS lastAt FROM stretches ORDER BY stretch',
    )
    .all();
  return new Map(rows.map((row) => [row.stretch, row]));
}

/** All of the log between these ids, oldest first: of each stretch what is indexed, and what is not. */
export function partsOf(stretches: ReadonlyMap<number, StretchRow>, { oldest, newest }: LogBounds): Part[] {
  const parts: Part[] = [];
  for (let stretch = Math.floor(oldest / stretchLength); stretch * stretchLength <= newest; stretch += 1) {
    const from = Math.max(oldest, stretch * stretchLength);
    const through = Math.min(newest, (stretch + 1) * stretchLength - 1);
    const row = stretches.get(stretch);
    const next = row === undefined ? from : Math.max(from, row.next);
    if (row !== undefined && next > from) {
      const { firstAt, lastAt } = row;
      parts.push({
        stretch,
        from,
        through: Math.min(through, next - 1),
        indexed: true,
        next: row.next,
        firstAt,
        lastAt,
      });
    }
    if (next <= through) {
      parts.push({ stretch, from: next, through, indexed: false, next, firstAt: 0, lastAt: Infinity });
    }
  }
  return parts;
}

/** What is not indexed in pieces, so that other work gets its turn between them. */
export function inPieces(parts: readonly Part[]): Part[] {
  return parts.flatMap((part) => {
    if (part.indexed) return [part];
    const pieces: Part[] = [];
    for (let from = part.from; from <= part.through; from += pieceLength) {
      pieces.push({ ...part, from, through: Math.min(part.through, from + pieceLength - 1) });
    }
    return pieces;
  });
}
