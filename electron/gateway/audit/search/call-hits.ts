// Reads the calls of a page from the log, which knows better than the index how they ended.
import type { Database } from 'better-sqlite3';
import type { CallHit } from '../../../shared/audit-search.ts';
import { callsWithOutcomes, summaryColumns } from '../call-queries.ts';

/** Whether values were taken out of a record: facts are JSON, in whose texts no bare quotation mark stands. */
export const redactedColumn = `
  coalesce(instr(calls.facts, '"redacted":true') + instr(calls.facts, '"masked":true'), 0) > 0`;

type Row = Omit<CallHit, 'asked' | 'redacted' | 'alerted'> & Record<'asked' | 'redacted' | 'alerted', 0 | 1>;

/** In the order of the ids; those that the log has deleted meanwhile are left out. */
export function readHits(log: Database, ids: readonly number[]): CallHit[] {
  const rows = log
    .prepare<[string], Row>(
      `SELECT ${summaryColumns},
         calls.waited_ms IS NOT NULL AS asked,
         ${redactedColumn} AS redacted,
         calls.alert IS NOT NULL AS alerted,
         coalesce(calls.arguments_bytes, 0) + coalesce(outcomes.response_bytes, 0) AS bytes
       FROM ${callsWithOutcomes} WHERE calls.id IN (SELECT value FROM json_each(?))`,
    )
    .all(JSON.stringify(ids));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    return [{ ...row, asked: row.asked === 1, redacted: row.redacted === 1, alerted: row.alerted === 1 }];
  });
}
