// Reads from the log which keys have signed it before the one in force.
import type { Database } from 'better-sqlite3';
import { eventsOf } from './event-rows.ts';
import type { Handover } from './key-handover.ts';

/** The newest first. Whether they hold is for whoever verifies. */
export function storedHandovers(database: Database): Handover[] {
  return eventsOf(database, 'key.replaced').map(({ seq, details }) => ({
    publicKey: details.before,
    through: seq,
    signature: details.signature,
  }));
}
