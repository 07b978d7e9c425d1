// Which calls of the log an export is of, found out once, before the first of them is written.
import { setImmediate as otherWork } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { callFilter, type CallFilter } from '../../../shared/audit-search.ts';
import { createAskParts } from '../search/ask-parts.ts';
import { findEntries, orders } from '../search/find-entries.ts';
import { openIndexAsFound } from '../search/index-database.ts';
import { markedNumbers, type MarkedNumbers } from './marked-numbers.ts';

export interface Selection {
  /** Null: all calls. */
  readonly marked: MarkedNumbers | null;
  readonly calls: number;
  /** The records that are exported have numbers between these, both included. */
  readonly bounds: Bounds;
}

export interface Bounds {
  readonly from: number;
  readonly through: number;
}

const idsAtOnce = 2000;
const everything = JSON.stringify(callFilter.parse({}));

/** @param bounds calls beyond are left out */
export async function selectCalls(
  database: Database,
  filter: CallFilter,
  bounds: Bounds,
): Promise<Selection> {
  if (JSON.stringify(callFilter.parse(filter)) === everything) {
    const count = database
      .prepare<[number, number], number>('SELECT count(*) FROM calls WHERE id BETWEEN ? AND ?')
      .pluck();
    return { marked: null, calls: count.get(bounds.from, bounds.through) ?? 0, bounds };
  }
  const marked = markedNumbers(bounds.from, bounds.through);
  let calls = 0;
  const index = openIndexAsFound(database.name);
  try {
    const asFound = { database: () => index, catchUp: () => undefined };
    const askParts = createAskParts(asFound, database.name, () => otherWork());
    await askParts({
      filter,
      after: bounds.from - 1,
      newestFirst: false,
      signal: new AbortController().signal,
      ask(entries, conditions, part) {
        if (part.from > bounds.through) return false;
        for (let behind = null; ;) {
          const found = findEntries(entries, part, conditions, orders.oldest, behind, idsAtOnce);
          for (const { id } of found) {
            if (id > bounds.through) return false;
            marked.add(id);
            calls += 1;
          }
          if (found.length < idsAtOnce) return true;
          behind = found.at(-1) ?? null;
        }
      },
    });
  } finally {
    index?.close();
  }
  return { marked, calls, bounds };
}

/** The ids of the calls that are meant, oldest first, so many at once. */
export function* selectedIds(
  database: Database,
  { marked, bounds }: Selection,
  atOnce: number,
): Generator<number[]> {
  const stored = database
    .prepare<[number, number], number>(
      `SELECT id FROM calls WHERE id > ? AND id <= ? ORDER BY id LIMIT ${atOnce}`,
    )
    .pluck();
  let last = bounds.from - 1;
  for (;;) {
    const ids = marked === null ? stored.all(last, bounds.through) : nextMarked(marked, last, atOnce);
    if (ids.length === 0) return;
    last = ids.at(-1) ?? last;
    yield ids;
  }
}

function nextMarked(marked: MarkedNumbers, after: number, atOnce: number): number[] {
  const ids: number[] = [];
  for (let id = marked.next(after); id !== null; id = ids.length < atOnce ? marked.next(id) : null) {
    ids.push(id);
  }
  return ids;
}
