// Finds where shipping goes on: behind what was acknowledged, whatever has become of the log since.
import type { Database } from 'better-sqlite3';
import { createPlaceReader } from '../chained-rows.ts';
import { logId, newestEvent } from '../event-rows.ts';
import type { ShippedPlace } from './shipped-place.ts';

export interface Resumed {
  /** The number behind which it goes on. */
  readonly after: number;
  /**
   * `first`: nothing was shipped of this log before; `on`: it goes on where it was; `forgotten`: up to where is not known any
   * more; `cut`: the end of the log was cut off; `replaced`: an older copy, or another log, is in its place.
   */
  readonly why: 'first' | 'on' | 'forgotten' | 'cut' | 'replaced';
}

/**
 * Rather sends a record twice than not at all: whoever collects knows twins by log, number and hash.
 * @param from where to begin with a log of which nothing was shipped: at its start, or at this start of the program
 */
export function resume(
  database: Database,
  kept: ShippedPlace | 'unreadable' | null,
  from: 'now' | 'start',
): Resumed {
  const trimmed = newestEvent(database, 'log.trimmed')?.details.through ?? 0;
  // What is deleted already is nothing that waits.
  const beginning = (after: number) => Math.max(after, trimmed);
  const beforeThisStart = () => (newestEvent(database, 'log.opened')?.seq ?? 1) - 1;
  if (kept === null) return { after: beginning(from === 'start' ? 0 : beforeThisStart()), why: 'first' };
  if (kept === 'unreadable') return { after: beginning(0), why: 'forgotten' };

  if (kept.log !== logId(database)) {
    // A salvaged log has the records of the one before under their numbers; a new one begins with 1.
    const older = newestEvent(database, 'chain.begun')?.details.through ?? 0;
    return { after: beginning(Math.min(kept.seq, older)), why: 'replaced' };
  }
  const place = createPlaceReader(database)(kept.seq);
  if (kept.seq <= trimmed || (place.seq === kept.seq && place.hash === kept.hash)) {
    return { after: kept.seq, why: 'on' };
  }
  const cut = newestEvent(database, 'log.cut')?.details;
  if (cut !== undefined && cut.from <= kept.seq) return { after: cut.from - 1, why: 'cut' };
  return { after: beginning(Math.min(kept.seq, beforeThisStart())), why: 'replaced' };
}
