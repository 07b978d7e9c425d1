// The lines of an export that carries its proof, for whoever writes and for whoever verifies it. Pure.
import type { Handover } from '../key-handover.ts';
import { chainedColumns, type ChainedRecord, type ColumnValue, type RecordKind } from '../chain.ts';

export const proofFormat = 'mcp-proxy-audit-proof';
export const proofVersion = 1;

/** The first line. */
export interface HeadLine {
  readonly kind: 'head';
  readonly format: string;
  readonly version: number;
  /** The log's own number. */
  readonly log: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** Which calls are shown, as somebody asked for them. */
  readonly filter: unknown;
  /** SPKI in base64; null where the log is not signed. */
  readonly publicKey: string | null;
  /** The keys that have signed before this one, the newest first. */
  readonly earlier: readonly Handover[];
}

/**
 * The records from `from` on begin a new piece of the chain, which stands on `hash`, that of the record before. Where
 * they come from needs no proof: only the records that were signed lead to the next checkpoint's hash.
 */
export interface PieceLine {
  readonly kind: 'piece';
  readonly from: number;
  readonly hash: string;
}

/** A record that is shown: its columns by name, without those that are null. */
export interface RecordLine {
  readonly kind: RecordKind;
  readonly seq: number;
  readonly hash: string | null;
  readonly record: Readonly<Record<string, ColumnValue>>;
}

/** Records that are not shown: SHA-256 of the canonical form of each, one after the other, in base64. */
export interface OmittedLine {
  readonly kind: 'omitted';
  readonly from: number;
  readonly through: number;
  readonly digests: string;
  /** The hash of the last one. */
  readonly hash: string;
}

/** A signature over the chain up to the record before this line. */
export interface CheckpointLine {
  readonly kind: 'checkpoint';
  readonly seq: number;
  readonly hash: string;
  readonly at: number;
  readonly keyId: string;
  readonly signature: string;
}

/** The last line: the signature is over `digest`, which is over all lines before, with their line ends. */
export interface EndLine {
  readonly kind: 'end';
  readonly calls: number;
  readonly digest: string;
  /** Null where no key was there. */
  readonly seal: { readonly at: number; readonly keyId: string; readonly signature: string } | null;
}

export type ProofLine = HeadLine | PieceLine | RecordLine | OmittedLine | CheckpointLine | EndLine;

/** Bytes of a digest. */
export const digestLength = 32;

export function recordLine({ kind, seq, hash, values }: ChainedRecord): RecordLine {
  const named = chainedColumns[kind].map((column, index) => [column, values[index] ?? null] as const);
  return { kind, seq, hash, record: Object.fromEntries(named.filter(([, value]) => value !== null)) };
}

/** The other way round. Columns that this program does not know are left out, and then its hash is another one. */
export function chainedRecord({ kind, seq, hash, record }: RecordLine): ChainedRecord {
  return { kind, seq, hash, values: chainedColumns[kind].map((column) => record[column] ?? null) };
}
