// Adds records to the chain of one database, from one connection of perhaps several that do.
import type { Database } from 'better-sqlite3';
import { canonical, type ColumnValue, digestOf, link, origin, type Place, type RecordKind } from './chain.ts';
import { createPlaceReader } from './chained-rows.ts';

/** Transactions under SQLite's write lock, in which alone the end of the chain is certain. */
export interface Transactions {
  begin(): void;
  commit(): void;
  /** Also where SQLite has rolled back already. */
  rollback(): void;
}

export interface ChainWriter extends Transactions {
  /** Gives a record its number and hash, and has it stored; where `store` stores nothing, the number is free again. */
  append(
    kind: RecordKind,
    values: readonly ColumnValue[],
    store: (seq: number, hash: Buffer) => { changes: number },
  ): void;
  /** The end of the chain as this connection last saw it. */
  head(): Place;
  /** How many transactions were committed over this connection. */
  readonly commits: number;
}

/**
 * @param beyond a place that the chain is known to have reached, whatever the tables say: numbers of records that were
 * cut off are not given again
 */
export function createChainWriter(database: Database, beyond: Place = { seq: 0, hash: origin }): ChainWriter {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  // Grows with each commit of another connection (sqlite.org/pragma.html#pragma_data_version).
  const version = database.prepare<[], number>('PRAGMA data_version').pluck();
  const readHead = createPlaceReader(database);
  let committed = beyond;
  let seen: number | undefined;
  let head = committed;
  let commits = 0;

  function rollBack(): void {
    head = committed;
    if (database.inTransaction) rollback.run();
  }

  return {
    begin() {
      begin.run();
      try {
        const now = version.get();
        if (now !== seen) {
          const found = readHead(Number.MAX_SAFE_INTEGER);
          if (found.seq > committed.seq) committed = found;
          seen = now;
        }
        head = committed;
      } catch (error) {
        rollBack();
        throw error;
      }
    },
    commit() {
      commit.run();
      committed = head;
      commits += 1;
    },
    rollback: rollBack,
    append(kind, values, store) {
      const seq = head.seq + 1;
      const hash = link(head.hash, digestOf(canonical(kind, seq, values)));
      if (store(seq, Buffer.from(hash, 'hex')).changes > 0) head = { seq, hash };
    },
    head: () => head,
    get commits() {
      return commits;
    },
  };
}

/** Runs `work` in a transaction of its own; what it throws has undone all of it. */
export function transact<T>(transactions: Transactions, work: () => T): T {
  transactions.begin();
  try {
    const result = work();
    transactions.commit();
    return result;
  } catch (error) {
    transactions.rollback();
    throw error;
  }
}
