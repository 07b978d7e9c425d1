// Makes calls again of what the audit log has of them, as the policy saw them then.
import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import type { UnknownInput } from '../../shared/policy-trial.ts';
import type { JudgedCall, RecordedCall } from '../call.ts';
import { keptArgumentBytes } from './argument-text.ts';
import { readFacts, type RecordedFacts } from './recorded-facts.ts';
import { createPastReader, type PastReader } from './recorded-past.ts';

/** A policy was asked about these: they passed neither unchecked nor were they refused before they could be. */
const asked = `
  reason NOT IN ('pass', 'policy_off', 'malformed', 'door', 'session', 'token', 'version', 'runaway')
  AND NOT (reason = 'paused' AND waited_ms IS NULL)`;

const columns = `
  id, at, request_id AS requestId, session_id AS sessionId, agent_id AS agentId, agent_name AS agentName, capabilities,
  client, client_version AS clientVersion, server, method, tool, resource, matched_rule AS rule, source_ip AS sourceIp,
  arguments_bytes AS argumentsBytes, arguments, facts`;

interface Row {
  readonly id: number;
  readonly at: number;
  readonly requestId: string;
  readonly sessionId: string;
  readonly agentId: string;
  readonly agentName: string;
  readonly capabilities: string;
  readonly client: string;
  readonly clientVersion: string;
  readonly server: string;
  readonly method: string;
  readonly tool: string | null;
  readonly resource: string | null;
  readonly rule: string | null;
  readonly sourceIp: string;
  readonly argumentsBytes: number | null;
  readonly arguments: string | null;
  readonly facts: string | null;
}

/** As many characters of arguments as the thread that decides calls takes in without being felt. */
const recentArgumentChars = 256 * 1024;

/** Rows that are read at once, so that no reading holds the log's file for as long as all of them are worked on. */
const rowsAtOnce = 100;

export function readRecordedCall(database: Database, id: number): RecordedCall {
  const row = database.prepare<[number], Row>(`SELECT ${columns} FROM calls WHERE id = ?`).get(id);
  if (row === undefined) return unknown('no_record');
  const wasAsked = database.prepare<[number]>(`SELECT 1 FROM calls WHERE id = ? AND ${asked}`).get(id);
  return wasAsked === undefined ? unknown('not_asked') : recalled(row, createPastReader(database), true);
}

/** Of the newest `most` calls that a policy was asked about, those that are known whole, as far as they are small. */
export function readRecentCalls(database: Database, most: number): JudgedCall[] {
  const calls: JudgedCall[] = [];
  let left = recentArgumentChars;
  for (const recorded of recordedCalls(database, most, { history: true, arguments: true })) {
    if (!recorded.known) continue;
    left -= JSON.stringify(recorded.call.arguments).length;
    if (left < 0) break;
    calls.push(recorded.call);
  }
  return calls;
}

/** How many calls there are that a policy was asked about; `most` is enough to know. */
export function countRecordedCalls(database: Database, most: number): number {
  const count = database.prepare<[number], number>(
    `SELECT count(*) FROM (SELECT 1 FROM calls WHERE ${asked} ORDER BY id DESC LIMIT ?)`,
  );
  return count.pluck().get(most) ?? 0;
}

/** What somebody looks at; the rest may be left empty. */
export interface WantedFacts {
  readonly history: boolean;
  readonly arguments: boolean;
}

/** The newest calls that a policy was asked about, from the newest on. */
export function* recordedCalls(
  database: Database,
  most: number,
  wanted: WantedFacts,
): Generator<RecordedCall> {
  const piece = database.prepare<[number, number], Row>(
    `SELECT ${columns} FROM calls WHERE id < ? AND ${asked} ORDER BY id DESC LIMIT ?`,
  );
  const past: PastReader = wanted.history
    ? createPastReader(database)
    : () => ({ calls: [], truncated: false });
  let before = Number.MAX_SAFE_INTEGER;
  let left = most;
  while (left > 0) {
    const rows = piece.all(before, Math.min(left, rowsAtOnce));
    for (const row of rows) yield recalled(row, past, wanted.arguments);
    const last = rows.at(-1);
    if (last === undefined) return;
    before = last.id;
    left -= rows.length;
  }
}

function recalled(row: Row, pastOf: PastReader, needsArguments: boolean): RecordedCall {
  if (row.facts === null) return unknown('old_record');
  const facts = readFacts(row.facts);
  const capabilities = parsed(row.capabilities, z.array(z.string()));
  if (facts?.answer === undefined || capabilities === null) return unknown('damaged');
  if (facts.masked) return unknown('arguments_not_kept');
  const given = argumentsIn(row, facts);
  if (!given.known && needsArguments) return given;
  const history = pastOf(row.sessionId, row.id, facts);
  if (history === null) return unknown('damaged');
  const { requests, reads, writes, started, model, publisher, tags, environment, proxyRegion } = facts;
  const call: JudgedCall = {
    requestId: row.requestId,
    at: row.at,
    method: row.method,
    tool: row.tool,
    resource: row.resource,
    resources: facts.resources.length > 0 ? facts.resources : row.resource === null ? [] : [row.resource],
    arguments: given.known ? given.value : {},
    server: row.server,
    agent: { id: row.agentId, name: row.agentName, capabilities, model, publisher, tags },
    clientId: facts.clientId,
    client: { name: row.client, version: row.clientVersion },
    process: facts.process,
    session: {
      id: row.sessionId,
      requestCount: requests,
      startedAt: started,
      cumulativeReads: reads,
      cumulativeWrites: writes,
      history,
    },
    sourceIp: row.sourceIp,
  };
  const { answer } = facts;
  return {
    known: true,
    id: row.id,
    call,
    surroundings: { environment, proxyRegion },
    answer,
    rule: row.rule,
  };
}

type Arguments = { readonly known: true; readonly value: Record<string, unknown> } | Unknown;

function argumentsIn({ arguments: json, argumentsBytes }: Row, { redacted }: RecordedFacts): Arguments {
  if (json === null || argumentsBytes === null || redacted) return unknown('arguments_not_kept');
  if (argumentsBytes > keptArgumentBytes) return unknown('arguments_cut');
  const value = parsed(json, z.record(z.string(), z.unknown()));
  return value === null ? unknown('damaged') : { known: true, value };
}

type Unknown = Extract<RecordedCall, { known: false }>;

function unknown(why: UnknownInput): Unknown {
  return { known: false, why };
}

function parsed<T>(json: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(json)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
