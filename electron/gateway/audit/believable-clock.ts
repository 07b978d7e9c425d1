// Tells a clock that was put forward from one that just runs on: by it records would be old that are not.
import type { Database } from 'better-sqlite3';

const dayMs = 24 * 3_600_000;
/** Somebody who uses the program once a week is believed at once. */
const shortestMs = dayMs;
const longestMs = 8 * dayMs;

/**
 * True where something was recorded between a day and eight days ago by this clock. After a longer break, or where the
 * clock is wrong by more than that, it is believed once it has been so for a day: records are kept too long, then, and
 * never too short.
 * @param now Unix milliseconds
 */
export function isClockBelievable(database: Database, now: number): boolean {
  const bounds = [now - longestMs, now - shortestMs] as const;
  return [
    'SELECT 1 FROM calls WHERE at BETWEEN ? AND ? ORDER BY id DESC LIMIT 1',
    'SELECT 1 FROM events WHERE at BETWEEN ? AND ? ORDER BY seq DESC LIMIT 1',
  ].some((sql) => database.prepare(sql).get(...bounds) !== undefined);
}
