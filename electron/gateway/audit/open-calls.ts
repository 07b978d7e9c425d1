// At the opening of a log: how many calls a dead process left without an outcome.
import type { Database } from 'better-sqlite3';

/**
 * Looks only at the calls since the last opening; those before have been counted. Refused calls need no outcome.
 * Nothing is written to their records: a call without an outcome is unknown once the log was opened after it.
 */
export function countOpenCalls(database: Database): number {
  const count = database
    .prepare<[], number>(
      `SELECT count(*) FROM calls
       WHERE calls.id > (SELECT coalesce(max(seq), 0) FROM events WHERE kind = 'log.opened')
         AND calls.allowed = 1
         AND NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.call_id = calls.id)`,
    )
    .pluck()
    .get();
  return count ?? 0;
}
