// Finds entries of one part of the log, in the order that is asked for, by the way that is the shortest for the filter.
import type { CallSort } from '../../../shared/audit-search.ts';
import type { Conditions } from './filter-conditions.ts';
import type { Part } from './index-cover.ts';
import type { IndexDatabase } from './index-database.ts';
import { stretchOf, textsOf } from './index-schema.ts';

/** Where an entry stands in a list: `key` is what is sorted by, and equal ones go by id. */
export interface Place {
  readonly id: number;
  readonly key: number;
}

export interface Order {
  readonly key: 'entries.id' | 'entries.latency' | 'entries.bytes';
  readonly descending: boolean;
}

export const orders: Readonly<Record<CallSort, Order>> = {
  newest: { key: 'entries.id', descending: true },
  oldest: { key: 'entries.id', descending: false },
  slowest: { key: 'entries.latency', descending: true },
  fastest: { key: 'entries.latency', descending: false },
  largest: { key: 'entries.bytes', descending: true },
  smallest: { key: 'entries.bytes', descending: false },
};

/** Negative where `a` comes first. */
export function compare({ descending }: Order, a: Place, b: Place): number {
  const difference = a.key - b.key || a.id - b.id;
  return descending ? -difference : difference;
}

/** So few are collected and sorted; of more, the first ones are looked for in their order. */
const few = 3000;

const inPart = 'entries.id BETWEEN @first AND @last';

/** A place to begin with in SQL, that is the FROM and the first conditions, and what to sort by. */
interface Way {
  readonly sql: string;
  readonly orderBy: readonly string[];
}

/** At most `limit` of them, of what lies behind `after` alone. */
export function findEntries(
  database: IndexDatabase,
  part: Part,
  conditions: Conditions,
  order: Order,
  after: Place | null,
  limit: number,
): Place[] {
  if (part.lastAt < conditions.from || part.firstAt >= conditions.to) return [];
  const way = wayTo(database, part, conditions, order);
  if (way === null) return [];
  const direction = order.descending ? 'DESC' : 'ASC';
  const beyond =
    after === null || order.key === 'entries.id'
      ? ''
      : ` AND (${order.key}, entries.id) ${order.descending ? '<' : '>'} (@key, @id)`;
  const sorted = way.orderBy.map((column) => `${column} ${direction}`).join(', ');
  return database
    .prepare<object, Place>(
      `SELECT entries.id, ${order.key} AS key FROM ${way.sql}${conditions.sql}${beyond}
       ORDER BY ${sorted} LIMIT @limit`,
    )
    .all({
      ...conditions.values,
      ...rangeOf(part, order, after),
      key: after?.key ?? 0,
      id: after?.id ?? 0,
      limit,
    });
}

/** In the order of ids a place is a bound of ids, too. */
function rangeOf({ from, through, stretch }: Part, { key, descending }: Order, after: Place | null) {
  const range = { stretch, first: from, last: through };
  if (after === null || key !== 'entries.id') return range;
  return descending
    ? { ...range, last: Math.min(through, after.id - 1) }
    : { ...range, first: Math.max(from, after.id + 1) };
}

/** Null: there are none. */
function wayTo(database: IndexDatabase, part: Part, conditions: Conditions, { key }: Order): Way | null {
  const { shapes, sessions, match } = conditions;
  const orderBy = key === 'entries.id' ? [key] : [key, 'entries.id'];
  const ofShapes =
    shapes === null ? Infinity : countOfShapes(database, part.stretch, conditions.values.shapes);
  if (ofShapes === 0 || sessions?.length === 0) return null;
  const texts = textsOf(part.stretch);

  if (sessions === null && ofShapes > few && match !== null && key === 'entries.id') {
    return {
      sql: `${texts} CROSS JOIN entries ON entries.id = ${texts}.rowid
        WHERE ${texts} MATCH @match AND ${texts}.rowid BETWEEN @first AND @last`,
      orderBy: [`${texts}.rowid`],
    };
  }
  const sql = `${driver(database, part, conditions, ofShapes, key)} AND ${inPart}`;
  // Found out once, and then held against each entry.
  const words = `AND +entries.id IN (SELECT rowid FROM ${texts} WHERE ${texts} MATCH @match)`;
  return { sql: match === null ? sql : `${sql} ${words}`, orderBy };
}

/** The index to go by. */
function driver(
  database: IndexDatabase,
  { stretch }: Part,
  { sessions, minLatency, values }: Conditions,
  ofShapes: number,
  key: Order['key'],
): string {
  const byLatency = `entries INDEXED BY entries_by_latency WHERE ${stretchOf('entries.id')} = @stretch`;
  if (sessions !== null) {
    return `entries INDEXED BY entries_by_session WHERE entries.session IN (SELECT value FROM json_each(@sessions))`;
  }
  if (ofShapes <= few) {
    return `entries INDEXED BY entries_by_shape WHERE entries.shape IN (SELECT value FROM json_each(@shapes))`;
  }
  if (
    minLatency !== -1 &&
    isRare(database, `${byLatency} AND entries.latency >= @minLatency`, { ...values, stretch })
  ) {
    return `${byLatency} AND entries.latency >= @minLatency`;
  }
  if (key === 'entries.latency') return byLatency;
  if (key === 'entries.bytes') {
    return `entries INDEXED BY entries_by_bytes WHERE ${stretchOf('entries.id')} = @stretch`;
  }
  return 'entries NOT INDEXED WHERE true';
}

function countOfShapes(database: IndexDatabase, stretch: number, shapes: string): number {
  return (
    database
      .prepare<[number, string], number>(
        `SELECT coalesce(sum(calls), 0) FROM stretch_shapes
         WHERE stretch = ? AND shape IN (SELECT value FROM json_each(?))`,
      )
      .pluck()
      .get(stretch, shapes) ?? 0
  );
}

function isRare(database: IndexDatabase, from: string, values: object): boolean {
  const count = database.prepare<object, number>(
    `SELECT count(*) FROM (SELECT 1 FROM ${from} LIMIT ${few + 1})`,
  );
  return (count.pluck().get(values) ?? 0) <= few;
}
