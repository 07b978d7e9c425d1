// Lists calls: a page of those that a filter means, in one of six orders.
import type { Database } from 'better-sqlite3';
import type { z } from 'zod';
import type { CallHits, callSearch } from '../../../shared/audit-search.ts';
import type { AskParts } from './ask-parts.ts';
import { readHits } from './call-hits.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { compare, findEntries, orders, type Place } from './find-entries.ts';

/** Pages go on from where the last one ended, never by number: calls that come meanwhile neither repeat nor hide any. */
export async function listCalls(
  askParts: AskParts,
  log: Database,
  { filter, sort, cursor, after = 0, limit }: z.output<typeof callSearch>,
  signal: AbortSignal,
): Promise<CallHits> {
  const order = orders[sort];
  const inOrderOfIds = order.key === 'entries.id';
  const behind = decodeCursor(cursor, sort);
  // One more than asked for tells whether there are more.
  const wanted = limit + 1;
  let found: Place[] = [];
  const bounds = await askParts({
    filter,
    after,
    newestFirst: order.descending,
    signal,
    ask(database, conditions, part) {
      if (inOrderOfIds) {
        found.push(...findEntries(database, part, conditions, order, behind, wanted - found.length));
        return found.length < wanted;
      }
      // In other orders any part may have the first ones.
      found.push(...findEntries(database, part, conditions, order, behind, wanted));
      found = found.sort((a, b) => compare(order, a, b)).slice(0, wanted);
      return true;
    },
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    calls: readHits(
      log,
      page.map(({ id }) => id),
    ),
    cursor: found.length > limit && last !== undefined ? encodeCursor(sort, last) : null,
    through: bounds?.newest ?? after,
  };
}
