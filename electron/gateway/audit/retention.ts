// Deletes records that are older than `audit.retention_days`, in pieces that no call has to wait for, and so that what
// is left can still be proven.
import type { Database } from 'better-sqlite3';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../ports.ts';
import type { Place } from './chain.ts';
import { createChainWriter, transact } from './chain-writer.ts';
import { chainedTables, createPlaceReader, oldestNumber } from './chained-rows.ts';
import { createEventWriter, logId, newestEvent } from './event-rows.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A piece never has more rows than this; long arguments make it smaller until it takes `pieceMs`. */
const mostRowsAtOnce = 500;
const pieceMs = 2;

/** After each piece this many times its duration belongs to the writer. */
const restFactor = 4;

/**
 * Deletes what is too old now, and again each hour. 0 days: never.
 * @param sign puts the newest records under a signature: called before anything is deleted
 */
export function startRetention(
  database: Database,
  days: number,
  logger: Logger,
  sign: () => void,
): { close(): void } {
  const stopped = new AbortController();
  if (days === 0) return { close: () => undefined };
  let running = false;

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    try {
      const deleted = await deleteBefore(database, Date.now() - days * dayMs, stopped.signal, sign);
      if (deleted > 0) logger.info('audit.retention', { deleted, days });
    } catch (error) {
      if (!stopped.signal.aborted) logger.error('audit.retention_failed', { error: String(error) });
    } finally {
      running = false;
    }
  }

  const timer = setInterval(() => void run(), hourMs);
  void run();
  return {
    close() {
      clearInterval(timer);
      stopped.abort();
    },
  };
}

/**
 * Deletes what is older than `cutoff` (Unix milliseconds): all records up to one number, so that the rest is a chain,
 * and that only after an event says up to where, and on which hash the rest stands. Returns how many records it
 * deleted. `signal` ends it between two pieces, with an AbortError; the next run goes on.
 */
export async function deleteBefore(
  database: Database,
  cutoff: number,
  signal: AbortSignal,
  sign: () => void,
): Promise<number> {
  const before = newestEvent(database, 'log.trimmed')?.details.through ?? 0;
  const finished = await deleteThrough(database, before, signal);
  const end = createPlaceReader(database)(firstSince(database, cutoff) - 1);
  if (end.seq <= before) return finished;
  noteTrim(database, end, cutoff);
  sign();
  return finished + (await deleteThrough(database, end.seq, signal));
}

/** The number of the first record that is not older; beyond any number where all are. Old calls outweigh events. */
function firstSince(database: Database, cutoff: number): number {
  const young = database
    .prepare<[number], number>('SELECT id FROM calls WHERE at >= ? ORDER BY id LIMIT 1')
    .pluck()
    .get(cutoff);
  const end = young ?? Number.MAX_SAFE_INTEGER;
  const event = database
    .prepare<[number, number], number>(
      `SELECT seq FROM events WHERE at >= ? AND seq > coalesce((SELECT max(id) FROM calls WHERE id < ?), 0)
       ORDER BY seq LIMIT 1`,
    )
    .pluck()
    .get(cutoff, end);
  return Math.min(end, event ?? end);
}

function noteTrim(database: Database, { seq: through, hash }: Place, before: number): void {
  const chain = createChainWriter(database);
  const write = createEventWriter(database, chain);
  const records = through - (oldestNumber(database) ?? through) + 1;
  const details = { log: logId(database), through, hash, records, before };
  transact(chain, () => write(Date.now(), { kind: 'log.trimmed', by: 'app', subject: '', details }));
}

async function deleteThrough(database: Database, through: number, signal: AbortSignal): Promise<number> {
  const statements = chainedTables.map(({ table, key }) =>
    database.prepare<[number]>(`DELETE FROM ${table} WHERE ${key} <= ?`),
  );
  const deletePiece = database.transaction((end: number) =>
    statements.reduce((sum, statement) => sum + statement.run(end).changes, 0),
  );
  let deleted = 0;
  let rows = mostRowsAtOnce / 10;
  for (;;) {
    const oldest = oldestNumber(database);
    if (oldest === null || oldest > through) break;
    const start = performance.now();
    deleted += deletePiece.immediate(Math.min(through, oldest + Math.ceil(rows) - 1));
    const took = performance.now() - start;
    rows = took > pieceMs ? Math.max(1, rows / 2) : Math.min(mostRowsAtOnce, rows * 2);
    await pause(took * restFactor, undefined, { signal });
  }
  database.prepare('DELETE FROM checkpoints WHERE seq <= ?').run(through);
  return deleted;
}
