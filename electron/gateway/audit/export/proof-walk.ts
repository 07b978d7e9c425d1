// Walks down an export with its proof, line by line, and stops where something does not follow from what was before it. Pure.
import type { KeyObject } from 'node:crypto';
import type { BreakKind } from '../../../shared/audit-proof.ts';
import { type ChainedRecord, link, type Place } from '../chain.ts';
import { breakAt, follows } from '../chain-break.ts';
import { keyIn, type KeyTerm, termsOf } from '../key-handover.ts';
import { isSealedBy, isSignedBy, keyIdOf } from '../signed-checkpoint.ts';
import {
  type CheckpointLine,
  chainedRecord,
  digestLength,
  type EndLine,
  type HeadLine,
  type OmittedLine,
  type PieceLine,
  type ProofLine,
  type RecordLine,
} from './proof-lines.ts';
import { readProofLine, type TextLine } from './read-proof-line.ts';

/** What is wrong with an export, at the first record that is concerned. */
export interface ExportBreak {
  readonly kind: BreakKind;
  readonly seq: number;
  readonly message: string;
}

/** How many lines behind a break are looked at for what was done there. */
const lookAhead = 1000;

/** @param expectedKey as `verifyExport` has it */
export function createProofWalk(head: HeadLine, expectedKey: string | null) {
  let publicKey: KeyObject | null = null;
  let keyId: string | null = null;
  let terms: readonly KeyTerm[] = [];
  let place: Place | null = null;
  let signedThrough = 0;
  let records = 0;
  let calls = 0;
  const here = () => place?.seq ?? 0;

  function record(line: RecordLine, lines: Iterator<TextLine>): ExportBreak | null {
    const previous = place;
    if (previous === null) return standsOnNothing(line.seq);
    const found = chainedRecord(line);
    if (!follows(previous, found)) return breakIn(previous, found, recordsOf(lines));
    place = { seq: found.seq, hash: found.hash ?? '' };
    records += 1;
    if (line.kind === 'call') calls += 1;
    return null;
  }

  function omitted(
    { from, through, digests, hash }: OmittedLine,
    lines: Iterator<TextLine>,
  ): ExportBreak | null {
    if (place === null) return standsOnNothing(from);
    let previous = place;
    if (from !== previous.seq + 1) return gapAt(previous.seq + 1, from, recordsOf(lines));
    const bytes = Buffer.from(digests, 'base64');
    if (bytes.length !== (through - from + 1) * digestLength) {
      return broken(
        'deleted',
        from,
        `Of the records ${from} to ${through}, which are not shown, some are missing.`,
      );
    }
    for (let seq = from; seq <= through; seq += 1) {
      const begin = (seq - from) * digestLength;
      const digest = bytes.toString('hex', begin, begin + digestLength);
      previous = { seq, hash: link(previous.hash, digest) };
    }
    if (previous.hash !== hash) {
      return broken(
        'changed',
        from,
        `The digests of the records ${from} to ${through}, which are not shown, were changed.`,
      );
    }
    place = previous;
    return null;
  }

  function checkpoint(line: CheckpointLine): ExportBreak | null {
    if (publicKey === null) return null;
    const { seq, hash } = line;
    const term = terms.find((one) => one.keyId === line.keyId && one.from <= seq && seq <= one.through);
    if (term === undefined) {
      return broken(
        'replaced_key',
        seq,
        `Record ${seq} is signed with the key ${line.keyId}, and not with ${keyId}.`,
      );
    }
    if (!isSignedBy({ ...line, log: head.log }, term.publicKey)) {
      return broken('bad_signature', seq, `The signature at record ${seq} is not what the key has made.`);
    }
    if (here() < seq) return gapAt(here() + 1, seq + 1, []);
    if (place?.seq !== seq || place.hash !== hash) {
      const from = signedThrough + 1;
      return broken('rewritten', from, `Records ${from} to ${seq} are not those that were signed.`);
    }
    signedThrough = seq;
    return null;
  }

  function piece({ from, hash }: PieceLine): ExportBreak | null {
    if (place !== null && from <= here()) {
      return broken('reordered', from, `Record ${from} stands behind record ${here()}.`);
    }
    const unsigned = place === null ? null : unsignedEnd();
    place = { seq: from - 1, hash };
    return unsigned;
  }

  function end(line: EndLine, { digestBefore }: TextLine): ExportBreak | null {
    const unsigned = place === null ? null : unsignedEnd();
    if (unsigned !== null) return unsigned;
    const { digest, seal } = line;
    if (publicKey !== null && seal === null) {
      return broken('truncated', here() + 1, 'The signature over the whole file is missing.');
    }
    if (publicKey !== null && seal !== null) {
      if (seal.keyId !== keyId) {
        return broken(
          'replaced_key',
          here(),
          `The file is signed with the key ${seal.keyId}, and not with ${keyId}.`,
        );
      }
      if (!isSealedBy({ ...seal, digest, log: head.log }, publicKey)) {
        return broken(
          'bad_signature',
          here(),
          'The signature over the whole file is not what the key has made.',
        );
      }
    }
    if (digestBefore() !== digest || line.calls !== calls) {
      const message =
        'What is left of the file holds, but it is not the file that was written: something was taken out, or put in.';
      return broken('rewritten', here(), message);
    }
    return null;
  }

  /** Otherwise the end of a piece could be cut off, or written anew. */
  function unsignedEnd(): ExportBreak | null {
    if (publicKey === null || signedThrough === here()) return null;
    const from = signedThrough + 1;
    return broken('truncated', from, `The signature over the records up to ${here()} is missing.`);
  }

  function step(line: Exclude<ProofLine, EndLine>, lines: Iterator<TextLine>): ExportBreak | null {
    switch (line.kind) {
      case 'call':
      case 'outcome':
      case 'event':
        return record(line, lines);
      case 'omitted':
        return omitted(line, lines);
      case 'checkpoint':
        return checkpoint(line);
      case 'piece':
        return piece(line);
      case 'head':
        return broken('inserted', here() + 1, `Behind record ${here()} another file begins.`);
    }
  }

  const unreadable = () => broken('changed', here() + 1, `The line behind record ${here()} can't be read.`);
  const behindTheEnd = () => broken('inserted', here() + 1, 'There are lines behind the end.');

  return {
    begin(): ExportBreak | null {
      if (head.publicKey === null) {
        if (expectedKey === null) return null;
        return broken(
          'replaced_key',
          0,
          `The file is not signed; it should be, with the key ${expectedKey}.`,
        );
      }
      publicKey = keyIn(head.publicKey);
      if (publicKey === null) {
        return broken('replaced_key', 0, 'What stands in the place of the public key is none.');
      }
      keyId = keyIdOf(publicKey);
      terms = termsOf(publicKey, head.publicKey, head.log, head.earlier);
      // The key in force seals the whole file, and so stands over what those before it have signed.
      if (expectedKey === null || terms.some((one) => one.keyId === expectedKey)) return null;
      return broken(
        'replaced_key',
        0,
        `The file is signed with the key ${keyId}, and not with ${expectedKey}.`,
      );
    },

    through(lines: Iterator<TextLine>): ExportBreak | null {
      for (let next = lines.next(); !next.done; next = lines.next()) {
        const line = readProofLine(next.value);
        if (line?.kind === 'end') {
          return end(line, next.value) ?? (lines.next().done ? null : behindTheEnd());
        }
        const found = line === undefined ? unreadable() : step(line, lines);
        if (found !== null) return found;
      }
      return broken('truncated', here() + 1, `The file ends behind record ${here()}, without its last line.`);
    },

    facts: () => ({ log: head.log, records, calls, keyId, signedThrough, at: head.at }),
  };
}

function broken(kind: BreakKind, seq: number, message: string): ExportBreak {
  return { kind, seq, message };
}

function standsOnNothing(seq: number): ExportBreak {
  return broken('deleted', seq, `What record ${seq} stands on is missing.`);
}

function breakIn(previous: Place, record: ChainedRecord, following: readonly ChainedRecord[]): ExportBreak {
  if (record.seq > previous.seq + 1) return gapAt(previous.seq + 1, record.seq, following);
  const { kind, seq, message } = breakAt(previous, record, following);
  return { kind, seq, message };
}

/** Record `expected` does not stand where it should; `found` does. */
function gapAt(expected: number, found: number, following: readonly ChainedRecord[]): ExportBreak {
  if (following.some(({ seq }) => seq === expected)) {
    return broken('reordered', expected, `Record ${found} stands before record ${expected}.`);
  }
  const what = found - 1 === expected ? `Record ${expected} is` : `Records ${expected} to ${found - 1} are`;
  return broken('deleted', expected, `${what} missing.`);
}

function recordsOf(lines: Iterator<TextLine>): ChainedRecord[] {
  const records: ChainedRecord[] = [];
  for (let count = 0; count < lookAhead; count += 1) {
    const next = lines.next();
    if (next.done) break;
    const line = readProofLine(next.value);
    if (line?.kind === 'call' || line?.kind === 'outcome' || line?.kind === 'event')
      records.push(chainedRecord(line));
  }
  return records;
}
