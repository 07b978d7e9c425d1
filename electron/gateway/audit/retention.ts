// Deletes records that are older than `audit.retention_days`, in pieces that no call has to wait for.
import type { Database } from 'better-sqlite3';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../ports.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A piece never has more rows than this; long arguments make it smaller until it takes `pieceMs`. */
const mostRowsAtOnce = 500;
const pieceMs = 2;

/** After each piece this many times its duration belongs to the writer. */
const restFactor = 4;

/** Deletes what is too old now, and again each hour. 0 days: never. */
export function startRetention(database: Database, days: number, logger: Logger): { close(): void } {
  const stopped = new AbortController();
  if (days === 0) return { close: () => undefined };
  let running = false;

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    try {
      const deleted = await deleteBefore(database, Date.now() - days * dayMs, stopped.signal);
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
 * Deletes from the oldest record on, up to the first one that is not older than `cutoff` (Unix milliseconds). The
 * newest record always stays: the next id is one more than the newest, and no id may ever be given twice.
 * Returns how many records it deleted. `signal` ends it between two pieces, with an AbortError.
 */
export async function deleteBefore(database: Database, cutoff: number, signal: AbortSignal): Promise<number> {
  const oldest = database.prepare<[number], { id: number; at: number }>(
    'SELECT id, at FROM calls WHERE id < (SELECT max(id) FROM calls) ORDER BY id LIMIT ?',
  );
  const deleteOutcomes = database.prepare<[number]>('DELETE FROM outcomes WHERE call_id <= ?');
  const deleteCalls = database.prepare<[number]>('DELETE FROM calls WHERE id <= ?');
  const deleteThrough = database.transaction((id: number) => {
    deleteOutcomes.run(id);
    return deleteCalls.run(id).changes;
  });

  let deleted = 0;
  let rows = mostRowsAtOnce / 10;
  for (;;) {
    const candidates = oldest.all(Math.ceil(rows));
    const young = candidates.findIndex(({ at }) => at >= cutoff);
    const last = candidates.at(young === -1 ? -1 : young - 1);
    if (last === undefined || young === 0) return deleted;
    const start = performance.now();
    deleted += deleteThrough.immediate(last.id);
    const took = performance.now() - start;
    rows = took > pieceMs ? Math.max(1, rows / 2) : Math.min(mostRowsAtOnce, rows * 2);
    await pause(took * restFactor, undefined, { signal });
  }
}
