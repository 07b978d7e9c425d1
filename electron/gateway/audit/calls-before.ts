// Looks back from a call: how calls like it were answered, and what its session did last.
import type { Database } from 'better-sqlite3';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { CallsBefore } from '../../shared/approvals.ts';
import type { BeforeQuery } from '../ports.ts';

/** So many of the newest records are looked at: somebody waits for this. */
const MAX_RECORDS = 100_000;
/** In pieces, so that other queries get their turn. */
const AT_ONCE = 20_000;
const LAST_OF_SESSION = 10;

interface Counted {
  readonly exactly: 0 | 1;
  readonly calls: number;
  readonly asked: number;
  readonly allowed: number;
  readonly denied: number;
  readonly lastAt: number;
}

/** Calls by other names are none of the client's, though they came from the same program. What still waits is not there. */
const countLike = `
  SELECT coalesce(arguments = @arguments, 0) AS exactly, count(*) AS calls, sum(waited_ms IS NOT NULL) AS asked,
    sum(allowed) AS allowed, sum(1 - allowed) AS denied, max(at) AS lastAt
  FROM calls
  WHERE id >= @from AND id < @to AND server = @server AND method = @method AND tool IS @tool
    AND resource IS @resource AND agent_id = @agentId AND client = @client
  GROUP BY exactly`;

const lastOfSession = `
  SELECT id, at, server, method, tool, resource, CASE allowed WHEN 1 THEN 'allow' ELSE 'deny' END AS verdict
  FROM calls
  WHERE id >= @from AND id < @to AND session_id = @sessionId AND reason <> 'pass' ORDER BY id DESC LIMIT @limit`;

/** Rejects where the signal aborts. */
export async function readCallsBefore(
  database: Database,
  query: BeforeQuery,
  signal: AbortSignal,
): Promise<CallsBefore> {
  const newest = database.prepare<[], number | null>('SELECT max(id) FROM calls').pluck().get() ?? 0;
  const oldest = database.prepare<[], number | null>('SELECT min(id) FROM calls').pluck().get() ?? 1;
  const floor = Math.max(oldest, newest - MAX_RECORDS + 1);
  const count = database.prepare<[object], Counted>(countLike);
  const last = database.prepare<[object], CallsBefore['session'][number]>(lastOfSession);
  const counted: Counted[] = [];
  const session: CallsBefore['session'] = [];
  for (let to = newest + 1; to > floor; to -= AT_ONCE) {
    const piece = { ...query, from: Math.max(floor, to - AT_ONCE), to };
    counted.push(...count.all(piece));
    if (session.length < LAST_OF_SESSION)
      session.push(...last.all({ ...piece, limit: LAST_OF_SESSION - session.length }));
    await otherWork();
    signal.throwIfAborted();
  }
  const since = database
    .prepare<[number], number>('SELECT at FROM calls WHERE id >= ? ORDER BY id LIMIT 1')
    .pluck()
    .get(floor);
  const same = counted.filter(({ exactly }) => exactly === 1);
  return { alike: sumOf(counted), same: sumOf(same), since: since ?? null, session };
}

function sumOf(counted: readonly Counted[]): CallsBefore['alike'] {
  const none: CallsBefore['alike'] = { calls: 0, asked: 0, allowed: 0, denied: 0, lastAt: null };
  return counted.reduce(
    (sum, each) => ({
      calls: sum.calls + each.calls,
      asked: sum.asked + each.asked,
      allowed: sum.allowed + each.allowed,
      denied: sum.denied + each.denied,
      lastAt: Math.max(sum.lastAt ?? 0, each.lastAt),
    }),
    none,
  );
}
