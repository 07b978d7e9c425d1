// Reads records of the audit log: what stands in a row of a list, and one whole record.
import type { Database } from 'better-sqlite3';
import type { CallRecord } from '../../shared/domain.ts';
import { readAnswerText } from './answer-text.ts';

/** What became of a call, as the view `audit_log` has it. */
export const statusColumn = `
  CASE
    WHEN calls.allowed = 0 THEN 'refused'
    WHEN outcomes.status IS NOT NULL THEN outcomes.status
    WHEN calls.id < (SELECT max(seq) FROM events WHERE kind = 'log.opened') THEN 'unknown'
    ELSE 'pending'
  END`;

export const summaryColumns = `
  calls.id, calls.request_id AS requestId, calls.at, calls.session_id AS sessionId, calls.agent_id AS agentId,
  calls.client, calls.server, calls.method, calls.tool, calls.resource,
  CASE calls.allowed WHEN 1 THEN 'allow' ELSE 'deny' END AS verdict,
  calls.reason, calls.matched_rule AS rule, calls.policy_mode AS mode,
  ${statusColumn} AS status,
  outcomes.latency_us AS latencyMicros`;

export const callsWithOutcomes = 'calls LEFT JOIN outcomes ON outcomes.call_id = calls.id';

type RecordRow = Omit<CallRecord, 'violations' | 'notes' | 'summary'> & {
  violations: string;
  notes: string;
  summary: string | null;
};

/** The whole record; null where there is none with this id. */
export function readRecord(database: Database, id: number): CallRecord | null {
  const row = database
    .prepare<[number], RecordRow>(
      `SELECT ${summaryColumns}, calls.arguments, coalesce(calls.violations, '[]') AS violations,
         coalesce(calls.notes, '[]') AS notes, calls.alert,
         coalesce(outcomes.error_code, calls.error_code) AS errorCode,
         coalesce(outcomes.error_message, calls.error_message) AS errorMessage,
         outcomes.response_bytes AS responseBytes, outcomes.summary, calls.waited_ms AS waitedMs
       FROM ${callsWithOutcomes} WHERE calls.id = ?`,
    )
    .get(id);
  if (row === undefined) return null;
  const { violations, notes, summary } = row;
  return {
    ...row,
    violations: JSON.parse(violations) as string[],
    notes: JSON.parse(notes) as string[],
    summary: readAnswerText(summary),
  };
}
