// What the questions mean, said again in the simplest way: look at every record, one after the other.
import type { Database } from 'better-sqlite3';
import type { CallDecision, CallFilter, CallSort } from '../../../../../electron/shared/audit-search.ts';

export interface Scanned {
  readonly id: number;
  readonly at: number;
  readonly client: string;
  readonly agent: string;
  readonly server: string;
  readonly method: string;
  readonly tool: string;
  readonly rule: string;
  readonly reason: string;
  readonly status: string;
  readonly session: string;
  readonly latency: number;
  readonly bytes: number;
  readonly asked: boolean;
  readonly alerted: boolean;
  readonly redacted: boolean;
  readonly decision: CallDecision;
  readonly words: readonly string[];
}

type Row = Record<string, string | number | null>;
const text = (value: string | number | null | undefined) => (value == null ? '' : String(value));

export function scan(database: Database): Scanned[] {
  const rows = database
    .prepare<[], Row>(
      `SELECT calls.*, audit_log.status, audit_log.latency_ms, audit_log.response_bytes, audit_log.error
       FROM calls JOIN audit_log ON audit_log.id = calls.id ORDER BY calls.id`,
    )
    .all();
  return rows.map((row) => {
    const status = text(row.status);
    const reason = text(row.reason);
    return {
      id: Number(row.id),
      at: Number(row.at),
      client: text(row.client),
      agent: text(row.agent_id),
      server: text(row.server),
      method: text(row.method),
      tool: text(row.tool),
      rule: text(row.matched_rule),
      reason,
      status,
      session: text(row.session_id),
      latency: row.latency_ms == null ? -1 : Math.round(Number(row.latency_ms) * 1000),
      bytes: Number(row.arguments_bytes ?? 0) + Number(row.response_bytes ?? 0),
      asked: row.waited_ms != null,
      alerted: row.alert != null,
      redacted: text(row.facts).includes('"redacted":true'),
      decision: decisionOf(status, reason),
      words: wordsOf(
        [
          ...['method', 'tool', 'resource', 'server', 'client', 'agent_id', 'agent_name', 'matched_rule'],
          ...['session_id', 'request_id'],
        ]
          .map((column) => text(row[column]))
          .concat(
            stringsIn(text(row.arguments)),
            stringsIn(text(row.violations)),
            text(row.alert),
            text(row.error),
          )
          .join('\n'),
      ),
    };
  });
}

function decisionOf(status: string, reason: string): CallDecision {
  if (status === 'refused') {
    return ['malformed', 'door', 'session', 'token', 'version'].includes(reason) ? 'refused' : 'denied';
  }
  if (status === 'error' || status === 'upstream_error') return 'failed';
  return status === 'unknown' ? 'unknown' : 'allowed';
}

/** Names and values of JSON. */
function stringsIn(json: string): string {
  if (json === '') return '';
  const found: string[] = [];
  JSON.parse(json, (key, value: unknown) => {
    found.push(key);
    if (typeof value === 'string' || typeof value === 'number') found.push(String(value));
    return value;
  });
  // In the order of the text a name stands before its value; only words next to each other matter here.
  return found.join('\n');
}

function wordsOf(value: string): string[] {
  return value
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

export function matches(call: Scanned, filter: CallFilter): boolean {
  const among = (list: readonly string[], value: string) => list.length === 0 || list.includes(value);
  return (
    among(filter.clients, call.client) &&
    among(filter.agents, call.agent) &&
    among(filter.servers, call.server) &&
    among(filter.tools, call.tool) &&
    among(filter.methods, call.method) &&
    among(filter.rules, call.rule) &&
    among(filter.reasons, call.reason) &&
    among(filter.statuses, call.status) &&
    among(filter.sessions, call.session) &&
    (among(filter.decisions, call.decision) || (call.asked && filter.decisions.includes('asked'))) &&
    call.at >= (filter.from ?? -Infinity) &&
    call.at < (filter.to ?? Infinity) &&
    call.latency >= (filter.minLatencyMicros ?? -1) &&
    call.redacted === (filter.redacted ?? call.redacted) &&
    call.alerted === (filter.alerted ?? call.alerted) &&
    hasWords(call.words, filter.text)
  );
}

function hasWords(words: readonly string[], search: string): boolean {
  return [...search.matchAll(/(!?)(?:"([^"]*)"?|([^\s"]+))/gu)].every(([, not, quoted, bare]) => {
    const wanted = wordsOf(quoted ?? bare ?? '');
    if (wanted.length === 0) return true;
    const last = wanted.at(-1) ?? '';
    const isBeginning = quoted === undefined && last.length >= 3;
    const found = words.some((_, start) =>
      wanted.every((word, n) => {
        const is = words[start + n];
        return n === wanted.length - 1 && isBeginning ? is?.startsWith(word) === true : is === word;
      }),
    );
    return found !== (not === '!');
  });
}

export function inOrder(calls: readonly Scanned[], sort: CallSort): number[] {
  const key = (call: Scanned) => {
    if (sort === 'slowest' || sort === 'fastest') return call.latency;
    return sort === 'largest' || sort === 'smallest' ? call.bytes : call.id;
  };
  const sorted = calls.toSorted((a, b) => key(a) - key(b) || a.id - b.id).map(({ id }) => id);
  return ['newest', 'slowest', 'largest'].includes(sort) ? sorted.reverse() : sorted;
}
