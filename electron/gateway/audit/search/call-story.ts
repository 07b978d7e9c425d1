// Tells all that the log knows about one call: its record, who called, what else the session did, and what happened then.
import type { Database } from 'better-sqlite3';
import { z } from 'zod';
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
    before: await ofSession('newest'),
    after: await ofSession('oldest'),
    events: eventsDuring(log, call.at - aheadMs, call.at + durationMs + afterMs, mostEvents),
  };
}
