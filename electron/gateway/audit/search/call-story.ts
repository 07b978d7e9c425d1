// Tells all that the log knows about one call: its record, who called, what else the session did, and what happened then.
import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import type { CallRecord } from '../../../shared/domain.ts';
import { callFilter, type CallHit, type CallStory } from '../../../shared/audit-search.ts';
import { readRecord } from '../call-queries.ts';
import { readFacts } from '../recorded-facts.ts';
import type { AskParts } from './ask-parts.ts';
import { listCalls } from './call-list.ts';
import { encodeCursor } from './cursor.ts';
import { eventsDuring } from './event-list.ts';

/** Calls of the session on either side, and events. */
const mostCalls = 20;
const mostEvents = 50;
/** What happened so long before it is told, milliseconds. */
const aheadMs = 60_000;
/** Both records are written when the answer is there, one after the other: others may come between them, but not many. */
const mostBetween = 10_000;
/** The record stands a moment before the answer is written. */
const afterMs = 1000;

interface Row {
  readonly agentName: string;
  readonly capabilities: string;
  readonly clientVersion: string;
  readonly sourceIp: string;
  readonly facts: string | null;
}

export async function storyOfCall(
  askParts: AskParts,
  log: Database,
  id: number,
  signal: AbortSignal,
): Promise<Omit<CallStory, 'input'> | null> {
  const call = readRecord(log, id);
  const row = log
    .prepare<[number], Row>(
      `SELECT agent_name AS agentName, capabilities, client_version AS clientVersion, source_ip AS sourceIp, facts
       FROM calls WHERE id = ?`,
    )
    .get(id);
  if (call === null || row === undefined) return null;
  const { facts: json, capabilities, ...columns } = row;
  const facts = json === null ? null : readFacts(json);
  const ofSession = async (sort: 'newest' | 'oldest'): Promise<CallHit[]> => {
    const filter = callFilter.parse({ sessions: [call.sessionId] });
    const cursor = encodeCursor(sort, { key: id, id });
    return (await listCalls(askParts, log, { filter, sort, cursor, limit: mostCalls }, signal)).calls;
  };
  const durationMs = (call.latencyMicros ?? 0) / 1000 + (call.waitedMs ?? 0);
  return {
    call,
    ...columns,
    capabilities: z.array(z.string()).catch([]).parse(JSON.parse(capabilities)),
    clientId: facts?.clientId ?? null,
    process: facts?.process ?? null,
    came: facts?.replaces == null ? null : cameAs(log, call, facts.replaces),
    became: call.reason === 'edited' ? becameOf(log, call) : null,
    before: await ofSession('newest'),
    after: await ofSession('oldest'),
    events: eventsDuring(log, call.at - aheadMs, call.at + durationMs + afterMs, mostEvents),
  };
}

function cameAs(log: Database, { id, sessionId }: CallRecord, requestId: string): number | null {
  const select = log.prepare<[number, number, string, string], number>(
    'SELECT id FROM calls WHERE id BETWEEN ? AND ? AND session_id = ? AND request_id = ? ORDER BY id DESC LIMIT 1',
  );
  return select.pluck().get(id - mostBetween, id - 1, sessionId, requestId) ?? null;
}

function becameOf(log: Database, { id, sessionId, requestId }: CallRecord): number | null {
  const select = log.prepare<[number, number, string, string], number>(
    `SELECT id FROM calls WHERE id BETWEEN ? AND ? AND session_id = ? AND facts ->> '$.replaces' = ? ORDER BY id LIMIT 1`,
  );
  return select.pluck().get(id + 1, id + mostBetween, sessionId, requestId) ?? null;
}
