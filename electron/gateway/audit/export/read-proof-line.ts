// Reads the lines of an export with its proof, and takes none for what it is not. Written by hand, without a schema's library: the
// program that verifies has to be small enough to be read before it is trusted.
import type { ProofLine } from './proof-lines.ts';

/** A line with the digest of all lines before it, which is computed only where it is asked for. */
export interface TextLine {
  readonly text: string;
  readonly digestBefore: () => string;
}

const string = (value: unknown) => typeof value === 'string';
const number = (value: unknown) => Number.isSafeInteger(value);
const stringOrNull = (value: unknown) => value === null || string(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const columns = (value: unknown) =>
  isObject(value) && Object.values(value).every((one) => stringOrNull(one) || typeof one === 'number');
const seal = (value: unknown) =>
  value === null || (isObject(value) && number(value.at) && string(value.keyId) && string(value.signature));

const handovers = (value: unknown) =>
  Array.isArray(value) &&
  value.every(
    (one) => isObject(one) && string(one.publicKey) && number(one.through) && string(one.signature),
  );

const record = { seq: number, hash: stringOrNull, record: columns };

/** What each kind of line has to have. */
const members: Readonly<Record<ProofLine['kind'], Readonly<Record<string, (value: unknown) => boolean>>>> = {
  head: {
    format: string,
    version: number,
    log: string,
    at: number,
    publicKey: stringOrNull,
    earlier: handovers,
  },
  piece: { from: number, hash: string },
  call: record,
  outcome: record,
  event: record,
  omitted: { from: number, through: number, digests: string, hash: string },
  checkpoint: { seq: number, hash: string, at: number, keyId: string, signature: string },
  end: { calls: number, digest: string, seal },
};

/** Nothing where it is no line of a proof. */
export function readProofLine(line: TextLine | undefined): ProofLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line?.text ?? '');
  } catch {
    // Told by whoever expected a line here.
    return undefined;
  }
  if (!isObject(value) || typeof value.kind !== 'string' || !Object.hasOwn(members, value.kind))
    return undefined;
  const wanted = Object.entries(members[value.kind as ProofLine['kind']]);
  return wanted.every(([name, is]) => is(value[name])) ? (value as unknown as ProofLine) : undefined;
}
