// Verifies a whole log: every record against the one before, every signature against the chain.
import type { Database } from 'better-sqlite3';
import type { AuditBreak } from '../../shared/audit-proof.ts';
import { oldRecords } from './begin-chain.ts';
import { type ChainedRecord, origin, type Place } from './chain.ts';
import { breakAt, follows } from './chain-break.ts';
import { createPlaceReader, wholeChain } from './chained-rows.ts';
import { checkSignatures, type VerifyOptions } from './verify-signatures.ts';
import { newestEvent } from './event-rows.ts';

/** How far it has come. */
export interface Progress {
  readonly from: number;
  readonly checked: number;
  readonly total: number;
  readonly signedThrough: number;
}

export interface VerifyResult extends Progress {
  readonly broken: AuditBreak | null;
}

/** How many records after a break are looked at for what was done there. */
const lookAhead = 1000;
/** Some milliseconds' work. */
const recordsPerStep = 500;

/**
 * Reads the log from the oldest record that retention has left to the newest one there is now, with flat memory, and
 * ends at the first break. Yields how far it has come.
 */
export function* verifyLog(database: Database, options: VerifyOptions): Generator<Progress, VerifyResult> {
  const head = createPlaceReader(database)(Number.MAX_SAFE_INTEGER).seq;
  const start = startOf(database);
  const signatures = checkSignatures(database, start, options);
  let from = start.seq + 1;
  let previous = start;
  let checked = 0;
  const progress = (): Progress => ({
    from,
    checked,
    total: Math.max(checked, head - start.seq),
    signedThrough: signatures.through,
  });

  const old = yield* changedBefore(database, progress);
  if (old !== null) return { ...progress(), broken: old };
  for (;;) {
    const stopped = yield* follow();
    if (stopped === null) return { ...progress(), broken: signatures.end(previous) };
    // What is missing may have been deleted by retention meanwhile.
    const trimmed = trimmedSince(database, head, previous);
    if (trimmed === null) return { ...progress(), broken: stopped };
    previous = trimmed;
    from = trimmed.seq + 1;
  }

  /** Goes on to the end, or to where something is wrong. */
  function* follow(): Generator<Progress, AuditBreak | null> {
    for (const record of wholeChain(database, previous.seq, head)) {
      if (!follows(previous, record)) return brokenAt(database, previous, record, head);
      previous = { seq: record.seq, hash: record.hash ?? origin };
      const wrong = signatures.reach(previous);
      if (wrong !== null) return wrong;
      checked += 1;
      if (checked % recordsPerStep === 0) yield progress();
    }
    return null;
  }
}

/** What the oldest record that is left stands on. */
export function startOf(database: Database): Place {
  const old = newestEvent(database, 'chain.begun')?.details.through ?? 0;
  const trimmed = newestEvent(database, 'log.trimmed')?.details;
  if (trimmed !== undefined && trimmed.through > old) return { seq: trimmed.through, hash: trimmed.hash };
  return { seq: old, hash: origin };
}

/** Records from before the chain have one digest for all of them, which holds until retention has taken the first. */
function* changedBefore(
  database: Database,
  progress: () => Progress,
): Generator<Progress, AuditBreak | null> {
  const begun = newestEvent(database, 'chain.begun')?.details;
  if (begun === undefined || begun.through === 0 || newestEvent(database, 'log.trimmed') !== null)
    return null;
  const steps = oldRecords(database, begun.through);
  let step = steps.next();
  while (!step.done) {
    yield progress();
    step = steps.next();
  }
  const { calls, outcomes, digest } = step.value;
  if (digest === begun.digest) return null;
  const kind =
    calls + outcomes < begun.calls + begun.outcomes
      ? 'deleted'
      : calls + outcomes > begun.calls + begun.outcomes
        ? 'inserted'
        : 'changed';
  const message = `Of the records up to ${begun.through}, which are from before the log was chained, some were ${kind}.`;
  return { kind, seq: 1, through: begun.through, table: null, message };
}

/** Where the chain begins, if retention has shortened it after the verification had begun and come to `place`. */
function trimmedSince(database: Database, head: number, place: Place): Place | null {
  const trimmed = newestEvent(database, 'log.trimmed');
  if (trimmed === null || trimmed.seq <= head || trimmed.details.through <= place.seq) return null;
  return { seq: trimmed.details.through, hash: trimmed.details.hash };
}

function brokenAt(database: Database, previous: Place, record: ChainedRecord, head: number): AuditBreak {
  const following: ChainedRecord[] = [];
  for (const other of wholeChain(database, record.seq - 1, Math.min(head, record.seq + lookAhead))) {
    if (other.seq > record.seq || other.kind !== record.kind) following.push(other);
  }
  const found = breakAt(previous, record, following);
  // The opening after it has found the end cut off, and said so.
  const cut = newestEvent(database, 'log.cut');
  const isCut = found.kind === 'deleted' && cut !== null && cut.details.from === found.seq;
  return isCut ? { ...found, kind: 'truncated' } : found;
}
