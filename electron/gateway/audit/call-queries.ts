// Reads the audit log: one page of calls, newest first, and one whole record.
import type { Database } from 'better-sqlite3';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { z } from 'zod';
import type { CallPage, callQuery, CallRecord, CallSummary } from '../../shared/domain.ts';
import { readAnswerText } from './answer-text.ts';

/**
 * How many ids a filter looks at before other queries get their turn: 20 to 40 ms, at the worst. Pages go by id,
 * never by OFFSET, so that the millionth record costs what the first one costs.
 */
const idsAtOnce = 20_000;

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

/** Scanned in this order, and `arguments`, which may be long, last. */
const searchedColumns = ['tool', 'method', 'resource', 'client', 'server', 'arguments'];

/**
 * One page. A filter that finds little looks through the whole log, in pieces; `signal` ends that.
 * Capital and small letters are the same in a text search where they are ASCII (SQLite's LIKE).
 */
export async function readPage(
  database: Database,
  query: z.output<typeof callQuery>,
  signal: AbortSignal,
): Promise<CallPage> {
  const { limit, after = 0, before = Number.MAX_SAFE_INTEGER } = query;
  const filter = filterOf(query);
  const piece = database.prepare<unknown[], CallSummary>(
    `SELECT ${summaryColumns} FROM ${callsWithOutcomes}
     WHERE calls.id >= ? AND calls.id < ? ${filter.sql} ORDER BY calls.id DESC LIMIT ?`,
  );
  const bounds = database
    .prepare<[], { oldest: number | null; newest: number | null }>(
      'SELECT (SELECT min(id) FROM calls) AS oldest, (SELECT max(id) FROM calls) AS newest',
    )
    .get();
  const floor = Math.max(after + 1, bounds?.oldest ?? 1);
  // One more than asked for tells whether there are more.
  const wanted = limit + 1;
  const found: CallSummary[] = [];
  let upper = Math.min(before, (bounds?.newest ?? 0) + 1);
  while (upper > floor) {
    const lower = Math.max(floor, upper - idsAtOnce);
    found.push(...piece.all(lower, upper, ...filter.values, wanted - found.length));
    if (found.length === wanted) break;
    upper = lower;
    await otherWork();
    signal.throwIfAborted();
  }
  return { calls: found.slice(0, limit), more: found.length > limit };
}

function filterOf({ verdict, asked, text = '' }: z.output<typeof callQuery>): {
  sql: string;
  values: unknown[];
} {
  const conditions: string[] = [];
  const values: unknown[] = [];
  if (verdict !== undefined) {
    conditions.push('calls.allowed = ?');
    values.push(verdict === 'allow' ? 1 : 0);
  }
  if (asked === true) conditions.push('calls.waited_ms IS NOT NULL');
  for (const word of text.split(/\s+/u).filter((part) => part !== '')) {
    conditions.push(
      `(${searchedColumns.map((column) => `calls.${column} LIKE ? ESCAPE '\\'`).join(' OR ')})`,
    );
    const pattern = `%${word.replaceAll(/[\\%_]/gu, String.raw`\$&`)}%`;
    values.push(...searchedColumns.map(() => pattern));
  }
  return { sql: conditions.map((condition) => `AND ${condition}`).join(' '), values };
}

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
