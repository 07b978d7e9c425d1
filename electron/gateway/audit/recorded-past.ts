// What a session had done before a call, found again in the log: records hold how much of it there was, and not what.
import type { Database } from 'better-sqlite3';
import type { PastCall, SessionHistory } from '../call.ts';
import { readFacts, type RecordedFacts } from './recorded-facts.ts';

/** Null where the log does not have all of it any more. */
export type PastReader = (
  sessionId: string,
  before: number,
  facts: Pick<RecordedFacts, 'past' | 'started'>,
) => SessionHistory | null;

interface Step {
  readonly id: number;
  /** It was made of something that was taken out of the record. */
  readonly isMasked: boolean;
  readonly made: readonly Omit<PastCall, 'count'>[];
}

interface StepRow extends Omit<PastCall, 'count'> {
  readonly id: number;
  readonly facts: string | null;
}

/**
 * Checked calls that went on to their servers. One that was given up between its record and its way there has an
 * outcome without a duration.
 */
const forwarded = `
  SELECT calls.id, server, method, coalesce(tool, '') AS tool, coalesce(resource, '') AS resource, facts
  FROM calls LEFT JOIN outcomes ON outcomes.call_id = calls.id
  WHERE calls.id >= ? AND session_id = ? AND allowed = 1 AND reason <> 'pass'
    AND NOT (outcomes.status IS 'cancelled' AND outcomes.latency_us IS NULL)
  ORDER BY calls.id`;

/** Reads what a session did once, and remembers it. */
export function createPastReader(database: Database): PastReader {
  const query = database.prepare<[number, string], StepRow>(forwarded);
  const sessions = new Map<string, readonly Step[]>();

  function stepsOf(sessionId: string, started: number): readonly Step[] {
    const known = sessions.get(sessionId);
    if (known !== undefined) return known;
    const steps = query.all(firstSince(database, started), sessionId).map(stepOf);
    sessions.set(sessionId, steps);
    return steps;
  }

  return (sessionId, before, { past, started }) => {
    if (past === null) return null;
    if (past === 0) return { calls: [], truncated: false };
    return firstOf(stepsOf(sessionId, started), past, before);
  };
}

function stepOf({ id, facts, server, method, tool, resource }: StepRow): Step {
  const read = facts === null ? null : readFacts(facts);
  const several = read?.resources ?? [];
  const resources = several.length > 0 ? several : [resource];
  return {
    id,
    isMasked: read?.masked === true,
    made: resources.map((each) => ({ server, method, tool, resource: each })),
  };
}

function firstOf(steps: readonly Step[], past: number, before: number): SessionHistory | null {
  const calls = new Map<string, PastCall>();
  let left = past;
  for (const { id, isMasked, made } of steps) {
    if (left === 0 || id >= before) break;
    if (isMasked) return null;
    for (const each of made) {
      const key = JSON.stringify([each.server, each.method, each.tool, each.resource]);
      calls.set(key, { ...each, count: (calls.get(key)?.count ?? 0) + 1 });
    }
    left -= made.length;
  }
  return left === 0 ? { calls: [...calls.values()], truncated: false } : null;
}

/**
 * The id from which on records are not older than `at`, found by halves: ids and times go up together, but for a clock
 * that was set back, by which a session only loses its history.
 */
export function firstSince(database: Database, at: number): number {
  const next = database.prepare<[number], { id: number; at: number }>(
    'SELECT id, at FROM calls WHERE id >= ? ORDER BY id LIMIT 1',
  );
  const newest = database.prepare<[], number | null>('SELECT max(id) FROM calls').pluck().get() ?? 0;
  let low = 0;
  let high = newest + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = next.get(middle);
    if (found === undefined || found.at >= at) high = middle;
    else low = found.id + 1;
  }
  return low;
}
