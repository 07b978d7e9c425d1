// Reads what is under the chain: the places in it, and the records of each table in the order of their numbers.
import type { Database } from 'better-sqlite3';
import {
  chainedColumns,
  type ChainedRecord,
  type ColumnValue,
  origin,
  type Place,
  type RecordKind,
} from './chain.ts';

/** The tables whose records the chain links. A record's number in the chain is its key. */
export const chainedTables = [
  { kind: 'call', table: 'calls', key: 'id' },
  { kind: 'outcome', table: 'outcomes', key: 'seq' },
  { kind: 'event', table: 'events', key: 'seq' },
] as const satisfies readonly { kind: RecordKind; table: string; key: string }[];

/** Finds the last record whose number is not more than `through`; number 0 where there is none. Takes microseconds. */
export function createPlaceReader(database: Database): (through: number) => Place {
  const lasts = chainedTables.map(({ table, key }) =>
    database.prepare<[number], { readonly seq: number; readonly hash: Buffer | null }>(
      `SELECT ${key} AS seq, hash FROM ${table} WHERE ${key} <= ? ORDER BY ${key} DESC LIMIT 1`,
    ),
  );
  return (through) => {
    let place: Place = { seq: 0, hash: origin };
    for (const last of lasts) {
      const row = last.get(through);
      if (row === undefined || row.seq < place.seq) continue;
      place = { seq: row.seq, hash: row.hash?.toString('hex') ?? origin };
    }
    return place;
  };
}

/** The lowest number in any table; null where all are empty. */
export function oldestNumber(database: Database): number | null {
  const oldest = chainedTables.map(({ table, key }) =>
    database.prepare<[], number | null>(`SELECT min(${key}) FROM ${table}`).pluck().get(),
  );
  return oldest.reduce<number | null>((least, n) => (n == null ? least : Math.min(least ?? n, n)), null);
}

/** A read transaction that lasts would keep the write-ahead file from being used anew, so none does. */
const usualRowsAtOnce = 500;

/** From the number after `after` to `through`; also what comes in meanwhile within these bounds. */
export function* chainedRows(
  database: Database,
  { kind, table, key }: (typeof chainedTables)[number],
  after: number,
  through: number,
  rowsAtOnce = usualRowsAtOnce,
): Generator<ChainedRecord> {
  const piece = database
    .prepare<[number, number], [number, Buffer | null, ...ColumnValue[]]>(
      `SELECT ${key}, hash, ${chainedColumns[kind].join(', ')} FROM ${table}
       WHERE ${key} > ? AND ${key} <= ? ORDER BY ${key} LIMIT ${rowsAtOnce}`,
    )
    .raw();
  let last = after;
  for (;;) {
    const rows = piece.all(last, through);
    for (const [seq, hash, ...values] of rows) {
      last = seq;
      yield { kind, seq, values, hash: hash?.toString('hex') ?? null };
    }
    if (rows.length < rowsAtOnce) return;
  }
}

/**
 * The records of all tables in one order. Where two have the same number, both are found.
 * @param rowsAtOnce of each table; fewer for whoever may stop early, because each may be long
 */
export function* wholeChain(
  database: Database,
  after: number,
  through: number,
  rowsAtOnce = usualRowsAtOnce,
): Generator<ChainedRecord> {
  const rows = chainedTables.map((table) => chainedRows(database, table, after, through, rowsAtOnce));
  const heads = rows.map((table) => table.next().value as ChainedRecord | undefined);
  for (;;) {
    let least = -1;
    for (const [index, head] of heads.entries()) {
      if (head !== undefined && head.seq < (heads[least]?.seq ?? Infinity)) least = index;
    }
    const record = heads[least];
    if (record === undefined) return;
    heads[least] = rows[least]?.next().value as ChainedRecord | undefined;
    yield record;
  }
}
