// At the opening of a log: finds that its end was cut off since it was signed last.
import type { Database } from 'better-sqlite3';
import type { Place } from './chain.ts';
import { createPlaceReader } from './chained-rows.ts';
import { readCheckpointFile } from './checkpoint-file.ts';
import { newestCheckpoint } from './checkpoint-rows.ts';
import { logId } from './event-rows.ts';

export interface CutEnd {
  /** Where the log had come when it was signed last. The chain goes on from there, so that the gap stays to be seen. */
  readonly signed: Place;
  /** The records that are missing. */
  readonly from: number;
  readonly to: number;
}

/** Null where nothing is missing. Signatures are not looked at here: that is for whoever verifies. */
export function findCut(database: Database): CutEnd | null {
  const log = logId(database);
  const end = createPlaceReader(database)(Number.MAX_SAFE_INTEGER).seq;
  let signed: Place = newestCheckpoint(database, log) ?? { seq: 0, hash: '' };
  const beside = readCheckpointFile(database.name);
  if (beside !== null && beside !== 'unreadable' && beside.log === log && beside.seq > signed.seq) {
    signed = beside;
  }
  return signed.seq > end
    ? { signed: { seq: signed.seq, hash: signed.hash }, from: end + 1, to: signed.seq }
    : null;
}
