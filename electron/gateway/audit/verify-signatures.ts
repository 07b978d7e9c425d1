// Holds the signatures of a log against its chain while that is being verified.
import type { Database } from 'better-sqlite3';
import type { KeyObject } from 'node:crypto';
import type { AuditBreak, BreakKind } from '../../shared/audit-proof.ts';
import type { Place } from './chain.ts';
import { newestCheckpoint, storedCheckpoints } from './checkpoint-rows.ts';
import { logId } from './event-rows.ts';
import { storedHandovers } from './stored-handovers.ts';
import { termsOf } from './key-handover.ts';
import { isSignedBy, keyIdOf, spkiOf, type SignedCheckpoint } from './signed-checkpoint.ts';

export interface VerifyOptions {
  /** Whose signatures count; null where no key is known: then none counts. */
  readonly publicKey: KeyObject | null;
  /** The newest checkpoint as it is kept beside the database. */
  readonly beside: SignedCheckpoint | 'unreadable' | null;
}

export interface Signatures {
  /** All records up to this number are under a signature that holds. */
  readonly through: number;
  /** To be told of each place of the chain, in order. */
  reach(place: Place): AuditBreak | null;
  /** The chain ends here. */
  end(place: Place): AuditBreak | null;
}

export function checkSignatures(
  database: Database,
  start: Place,
  { publicKey, beside }: VerifyOptions,
): Signatures {
  const log = logId(database);
  const keyId = publicKey === null ? null : keyIdOf(publicKey);
  const terms =
    publicKey === null ? [] : termsOf(publicKey, spkiOf(publicKey), log, storedHandovers(database));
  // What is signed from now on is of records that are not looked at any more.
  const newest = newestCheckpoint(database, log)?.seq ?? 0;
  const stored = storedCheckpoints(database, log, start.seq + 1, newest);
  let next = stored.next().value as SignedCheckpoint | undefined;
  let kept = beside === 'unreadable' || (beside !== null && beside.seq <= start.seq) ? null : beside;
  let through = 0;
  /** The same, earlier keys included. */
  let held = 0;
  /** The last one of an earlier key. */
  let earlier: SignedCheckpoint | null = null;
  /** Another key is told of at the end alone: there may be worse. */
  let replaced: AuditBreak | null = null;

  function broken(kind: BreakKind, checkpoint: SignedCheckpoint, message: string): AuditBreak {
    return { kind, seq: checkpoint.seq, through: checkpoint.seq, table: 'checkpoints', message };
  }

  /** @param hash the chain's, null where the chain does not reach so far */
  function judge(checkpoint: SignedCheckpoint, hash: string | null): AuditBreak | null {
    const { seq } = checkpoint;
    if (publicKey === null) return null;
    const term = terms.find((one) => one.keyId === checkpoint.keyId && one.from <= seq && seq <= one.through);
    if (term === undefined) {
      const message = `Record ${seq} is signed with the key ${checkpoint.keyId}, which is not this log's (${keyId}).`;
      replaced ??= broken('replaced_key', checkpoint, message);
      return null;
    }
    if (!isSignedBy(checkpoint, term.publicKey)) {
      return broken(
        'bad_signature',
        checkpoint,
        `The signature at record ${seq} is not what the key has made.`,
      );
    }
    if (checkpoint.log !== log) {
      return broken('rewritten', checkpoint, 'The signature beside the database is that of another log.');
    }
    if (hash === null) return null;
    if (checkpoint.hash !== hash) {
      const message = `Records ${held + 1} to ${seq} are not those that were signed: their chain was computed anew.`;
      return { ...broken('rewritten', checkpoint, message), seq: held + 1, table: null };
    }
    held = seq;
    if (checkpoint.keyId === keyId) through = seq;
    else earlier = checkpoint;
    return null;
  }

  return {
    get through() {
      return through;
    },
    reach({ seq, hash }) {
      while (next !== undefined && next.seq <= seq) {
        const wrong = next.seq === seq ? judge(next, hash) : null;
        if (wrong !== null) return wrong;
        next = stored.next().value as SignedCheckpoint | undefined;
      }
      if (kept === null || kept.seq > seq) return null;
      const wrong = kept.seq === seq ? judge(kept, hash) : null;
      kept = null;
      return wrong;
    },
    end({ seq }) {
      let signed = seq;
      for (const beyond of [
        ...(next === undefined ? [] : [next, ...stored]),
        ...(kept === null ? [] : [kept]),
      ]) {
        const wrong = judge(beyond, null);
        if (wrong !== null) return wrong;
        signed = Math.max(signed, beyond.seq);
      }
      if (signed > seq) {
        const message = `The log ends with record ${seq}, and had reached ${signed} when it was signed last.`;
        return { kind: 'truncated', seq: seq + 1, through: signed, table: null, message };
      }
      if (beside === 'unreadable') {
        const message = 'The file beside the database, with the newest signature, holds something else.';
        return { kind: 'bad_signature', seq, through: seq, table: 'checkpoints', message };
      }
      // An earlier key that was stolen can hand over to the one in force: that counts once this one has signed it.
      if (earlier !== null && through < earlier.seq && replaced === null) {
        const message = `Record ${earlier.seq} is signed with the key ${earlier.keyId}, and nothing after it with this log's (${keyId ?? ''}).`;
        return broken('replaced_key', earlier, message);
      }
      return replaced;
    },
  };
}
