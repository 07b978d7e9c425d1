// Writes and reads the log's events.
import type { Database } from 'better-sqlite3';
import { auditEvent, type AuditEvent, type AuditEventOf } from '../../shared/audit-events.ts';
import type { ChainWriter } from './chain-writer.ts';

/** Writes one within the transaction that is open. `at` is in Unix milliseconds. */
export type EventWriter = (at: number, event: AuditEvent) => void;

export function createEventWriter(database: Database, chain: ChainWriter): EventWriter {
  const insert = database.prepare(
    'INSERT INTO events (seq, at, kind, actor, subject, details, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  return (at, { kind, by, subject, details }) => {
    const values = [Math.round(at), kind, by, subject, JSON.stringify(details)] as const;
    chain.append('event', values, (seq, hash) => insert.run(seq, ...values, hash));
  };
}

/** An event with its number in the chain and its time, Unix milliseconds. */
export type NumberedEvent<E extends AuditEvent = AuditEvent> = E & {
  readonly seq: number;
  readonly at: number;
};

interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly by: string;
  readonly subject: string;
  readonly details: string;
}

const select = 'SELECT seq, at, kind, actor AS "by", subject, details FROM events';

/** The newest event of a kind; null where there is none, or it is not what this program writes. */
export function newestEvent<K extends AuditEvent['kind']>(
  database: Database,
  kind: K,
): NumberedEvent<AuditEventOf<K>> | null {
  const row = database
    .prepare<[string], EventRow>(`${select} WHERE kind = ? ORDER BY seq DESC LIMIT 1`)
    .get(kind);
  const event = row === undefined ? null : readEvent(row);
  return event !== null && isOfKind(event, kind) ? event : null;
}

/** All events of a kind that this program can read, the newest first. */
export function eventsOf<K extends AuditEvent['kind']>(
  database: Database,
  kind: K,
): NumberedEvent<AuditEventOf<K>>[] {
  const rows = database.prepare<[string], EventRow>(`${select} WHERE kind = ? ORDER BY seq DESC`).all(kind);
  return rows.map(readEvent).filter((event) => event !== null && isOfKind(event, kind));
}

/** What distinguishes this log from any other; empty where its beginning can't be read. */
export function logId(database: Database): string {
  const event = newestEvent(database, 'log.trimmed') ?? newestEvent(database, 'chain.begun');
  return event?.details.log ?? '';
}

function isOfKind<K extends AuditEvent['kind']>(
  event: NumberedEvent,
  kind: K,
): event is NumberedEvent<AuditEventOf<K>> {
  return event.kind === kind;
}

function readEvent({ seq, at, details, ...rest }: EventRow): NumberedEvent | null {
  const parsed = auditEvent.safeParse({ ...rest, details: parsedJson(details) });
  return parsed.success ? { ...parsed.data, seq, at } : null;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
