// Puts a question to the log part by part: through the index, or, where that has gaps, through one made for the part alone.
import type { CallFilter } from '../../../shared/audit-search.ts';
import { type Conditions, conditionsOf } from './filter-conditions.ts';
import type { SearchIndex } from './follow-log.ts';
import { logBounds, type LogBounds, inPieces, type Part, partsOf, readStretches } from './index-cover.ts';
import { type IndexDatabase, openIndexInMemory } from './index-database.ts';
import { createIndexWriter } from './index-records.ts';
import type { Turn } from './turns.ts';

/** A question to one part. False: that was enough. */
export type Ask = (database: IndexDatabase, conditions: Conditions, part: Part) => boolean;

export interface PartsQuestion {
  readonly filter: CallFilter;
  /** Ids up to this one are left out. */
  readonly after: number;
  readonly newestFirst: boolean;
  readonly signal: AbortSignal;
  /** Before the parts, where there is an index: what it knows without looking at them. */
  readonly first?: (database: IndexDatabase, conditions: Conditions) => void;
  readonly ask: Ask;
}

/**
 * Resolves to the bounds of what was looked at, null for an empty log. Between two parts others have their turn, and
 * `signal` ends it there: SQLite itself can't be interrupted from here.
 */
export type AskParts = (question: PartsQuestion) => Promise<LogBounds | null>;

/**
 * @param log the path of the log
 * @param turn resolves when the next part may be looked at
 */
export function createAskParts(
  index: Pick<SearchIndex, 'database' | 'catchUp'>,
  log: string,
  turn: Turn,
): AskParts {
  return async ({ filter, after, newestFirst, signal, first, ask }) => {
    index.catchUp();
    const { bounds, parts } = withIndex(index, log, (database) => {
      const whole = logBounds(database);
      const within = whole === null ? null : { ...whole, oldest: Math.max(whole.oldest, after + 1) };
      if (index.database() !== null) first?.(database, conditionsOf(database, filter));
      return {
        bounds: within,
        parts: within === null ? [] : inPieces(partsOf(readStretches(database), within)),
      };
    });
    for (const part of newestFirst ? parts.reverse() : parts) {
      if (!askOne(part, filter, ask)) break;
      await turn();
      signal.throwIfAborted();
    }
    return bounds;
  };

  function askOne(part: Part, filter: CallFilter, ask: Ask): boolean {
    const database = index.database();
    if (part.indexed || (database !== null && isIndexedBy(database, part))) {
      if (database === null) throw new IndexGone();
      return ask(database, conditionsOf(database, filter), part);
    }
    const alone = openIndexInMemory(log);
    try {
      createIndexWriter(alone).add(part.from, part.through);
      return ask(alone, conditionsOf(alone, filter), part);
    } finally {
      alone.close();
    }
  }
}

/** The index was given up in the middle of a question. Asked again, it is answered without one. */
export class IndexGone extends Error {
  override readonly name = 'IndexGone';
}

/** While the log was looked at, the index may have come this far. */
function isIndexedBy(database: IndexDatabase, { stretch, through }: Part): boolean {
  return (readStretches(database).get(stretch)?.next ?? 0) > through;
}

function withIndex<T>(
  index: Pick<SearchIndex, 'database'>,
  log: string,
  work: (database: IndexDatabase) => T,
): T {
  const database = index.database();
  if (database !== null) return work(database);
  const empty = openIndexInMemory(log);
  try {
    return work(empty);
  } finally {
    empty.close();
  }
}
