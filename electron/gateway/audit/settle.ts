// At the start of a log: gives the calls that a dead process left open the outcome `unknown`.
import type { Database } from 'better-sqlite3';

/**
 * Looks only at the calls since the last opening; those before were settled then. Returns how many it marked.
 * Refused calls need no outcome.
 */
export function settleOpenCalls(database: Database): number {
  const settle = database.transaction(() => {
    const { changes } = database
      .prepare(
        `INSERT INTO outcomes (call_id, status)
         SELECT calls.id, 'unknown' FROM calls
         WHERE calls.id > (SELECT coalesce(max(settled_through), 0) FROM openings)
           AND calls.allowed = 1
           AND NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.call_id = calls.id)`,
      )
      .run();
    database
      .prepare(
        `INSERT INTO openings (at, settled_through)
         SELECT unixepoch('subsec') * 1000, coalesce(max(id), 0) FROM calls`,
      )
      .run();
    return changes;
  });
  return settle.immediate();
}
