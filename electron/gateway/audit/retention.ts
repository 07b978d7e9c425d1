// Deletes records that are older than `audit.retention_days`, or more than `audit.max_size` holds, in pieces that no call
// has to wait for, and so that what is left can still be proven.
import type { Database } from 'better-sqlite3';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../ports.ts';
import { isClockBelievable } from './believable-clock.ts';
import type { Place } from './chain.ts';
import { createChainWriter, transact } from './chain-writer.ts';
import { chainedTables, createPlaceReader, oldestNumber } from './chained-rows.ts';
import { createEventWriter, logId, newestEvent } from './event-rows.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A piece never has more rows than this; long arguments make it smaller until it takes `pieceMs`. */
const mostRowsAtOnce = 500;
const pieceMs = 2;

/** After each piece this many times its duration belongs to the writer. */
const restFactor = 4;

/** A log that is too large shrinks to this part of what it may have, so that this does not come every minute. */
const roomLeft = 0.95;

/** Fewer records are not worth the event that says that they are gone. */
const leastTrim = 100;

/** Free pages are filled again by what comes; more of them than this go back to the disk. */
const keptFreePages = 500;
const freedPagesAtOnce = 50;

export interface RetentionLimits {
  /** 0: for ever. */
  readonly days: number;
  /** Bytes; null: any size. */
  readonly maxBytes: number | null;
}

/**
 * Deletes what is too old now, and again each hour; and what is too much, which is looked at each minute.
 * @param sign puts the newest records under a signature: called before anything is deleted
 */
export function startRetention(
  database: Database,
  { days, maxBytes }: RetentionLimits,
  logger: Logger,
  sign: () => void,
): { close(): void } {
  const stopped = new AbortController();
  const { signal } = stopped;
  let running = false;

  async function run(remove: () => Promise<number>): Promise<void> {
    if (running) return;
    running = true;
    try {
      const deleted = await remove();
      if (deleted > 0) logger.info('audit.retention', { deleted, days, maxBytes });
      await giveBack(database, signal);
    } catch (error) {
      if (!signal.aborted) logger.error('audit.retention_failed', { error: String(error) });
    } finally {
      running = false;
    }
  }

  function byAge(): Promise<number> {
    const now = Date.now();
    if (isClockBelievable(database, now)) return deleteBefore(database, now - days * dayMs, signal, sign);
    logger.debug('audit.retention_waits', {
      why: 'nothing of the last days is recorded: the clock may be wrong',
    });
    return Promise.resolve(0);
  }
  const bySize = () =>
    maxBytes === null ? Promise.resolve(0) : deleteBeyond(database, maxBytes, signal, sign);
  const timers = [
    ...(days === 0 ? [] : [setInterval(() => void run(byAge), hourMs)]),
    ...(maxBytes === null ? [] : [setInterval(() => void run(bySize), minuteMs)]),
  ];
  void run(async () => (days === 0 ? 0 : await byAge()) + (await bySize()));
  return {
    close() {
      for (const timer of timers) clearInterval(timer);
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
  const before = trimmedThrough(database);
  const finished = await deleteThrough(database, before, signal);
  const end = createPlaceReader(database)(firstSince(database, cutoff) - 1);
  if (end.seq <= before) return finished;
  noteTrim(database, end, cutoff);
  sign();
  return finished + (await deleteThrough(database, end.seq, signal));
}

/**
 * Deletes the oldest records where all take more than `bytes`, as `deleteBefore` does.
 */
export async function deleteBeyond(
  database: Database,
  bytes: number,
  signal: AbortSignal,
  sign: () => void,
): Promise<number> {
  let deleted = await deleteThrough(database, trimmedThrough(database), signal);
  const placeAt = createPlaceReader(database);
  for (;;) {
    const used = usedBytes(database);
    const oldest = oldestNumber(database);
    const newest = placeAt(Number.MAX_SAFE_INTEGER).seq;
    if (used <= bytes || oldest === null) return deleted;
    const share = 1 - (bytes * roomLeft) / used;
    const end = placeAt(Math.min(newest - 1, oldest + Math.ceil((newest - oldest) * share)));
    if (end.seq - oldest < leastTrim) return deleted;
    noteTrim(database, end, null);
    sign();
    deleted += await deleteThrough(database, end.seq, signal);
  }
}

/** What the records take, without what is free. */
function usedBytes(database: Database): number {
  const read = (pragma: string) => Number(database.pragma(pragma, { simple: true }));
  return (read('page_count') - read('freelist_count')) * read('page_size');
}

/** Makes the file smaller where much of it is free. */
async function giveBack(database: Database, signal: AbortSignal): Promise<void> {
  while (Number(database.pragma('freelist_count', { simple: true })) > keptFreePages) {
    const start = performance.now();
    database.pragma(`incremental_vacuum(${freedPagesAtOnce})`);
    await pause((performance.now() - start) * restFactor, undefined, { signal });
  }
}

function trimmedThrough(database: Database): number {
  return newestEvent(database, 'log.trimmed')?.details.through ?? 0;
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

function noteTrim(database: Database, { seq: through, hash }: Place, before: number | null): void {
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
