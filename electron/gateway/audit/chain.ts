// The chain over all that the log holds: what of a record is hashed, and how one hash leads to the next. Pure, so that
// a verifier without the database computes the same.
import { hash } from 'node:crypto';

/** What a column of the log can hold that is part of the chain. */
export type ColumnValue = string | number | null;

/** The word with which a record's bytes begin. */
export type RecordKind = 'call' | 'outcome' | 'event';

/**
 * The columns that are hashed, in this order; the record's number comes before them. Only ever added to, at the end and
 * with null in older records: then these keep their bytes.
 */
export const chainedColumns = {
  call: [
    'at',
    'request_id',
    'session_id',
    'agent_id',
    'agent_name',
    'capabilities',
    'client',
    'client_version',
    'server',
    'method',
    'tool',
    'resource',
    'allowed',
    'reason',
    'matched_rule',
    'violations',
    'policy_mode',
    'waited_ms',
    'source_ip',
    'error_code',
    'error_message',
    'arguments_bytes',
    'arguments',
    'facts',
    'notes',
    'alert',
  ],
  outcome: ['call_id', 'status', 'latency_us', 'response_bytes', 'error_code', 'error_message', 'summary'],
  event: ['at', 'kind', 'actor', 'subject', 'details'],
} as const satisfies Record<RecordKind, readonly string[]>;

/** What the first record of a chain stands on. */
export const origin = '0'.repeat(64);

/**
 * A record's canonical form: the JSON array of its kind, its number and its columns, without the nulls at the end and
 * without any space, as `JSON.stringify` writes it. Its UTF-8 is what is hashed.
 */
export function canonical(kind: RecordKind, seq: number, values: readonly ColumnValue[]): string {
  let length = values.length;
  while (length > 0 && values[length - 1] === null) length -= 1;
  const kept = length === values.length ? values : values.slice(0, length);
  const text = JSON.stringify([kind, seq, ...kept]);
  // Half a surrogate pair is no UTF-8, and is not stored either: both have U+FFFD in its place.
  return text.includes(String.raw`\ud`) ? JSON.stringify([kind, seq, ...kept.map(wellFormed)]) : text;
}

/** SHA-256 of a record's canonical form, 64 hexadecimal digits. It stands for a record that a proof does not show. */
export function digestOf(text: string): string {
  return hash('sha256', text);
}

/** The hash of a record: SHA-256 of the hash before it and its own digest, both in hexadecimal digits. */
export function link(previous: string, digest: string): string {
  return hash('sha256', previous + digest);
}

/** A record of the log. */
export interface ChainedRecord {
  readonly kind: RecordKind;
  /** Its number in the chain. */
  readonly seq: number;
  /** In the order of `chainedColumns`. */
  readonly values: readonly ColumnValue[];
  /** Its hash in hexadecimal digits; null in records from before the chain. */
  readonly hash: string | null;
}

/** A place in the chain: a record's number, and its hash in hexadecimal digits. */
export interface Place {
  readonly seq: number;
  readonly hash: string;
}

/** Which hash a record would have with this number, after this hash. */
export function hashAt(previous: string, { kind, values }: ChainedRecord, seq: number): string {
  return link(previous, digestOf(canonical(kind, seq, values)));
}

function wellFormed(value: ColumnValue): ColumnValue {
  return typeof value === 'string' ? value.toWellFormed() : value;
}
