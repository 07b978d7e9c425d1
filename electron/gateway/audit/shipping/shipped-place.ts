// Keeps in a small file beside the database up to where the log was shipped.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { z } from 'zod';

const shippedPlace = z.object({
  /** Which log it is (`logId`). */
  log: z.string(),
  /** The last record that a collector has acknowledged, or that was left out. */
  seq: z.int().min(0),
  hash: z.string(),
  /** The URL that has acknowledged something last; null where none has yet. */
  collector: z.string().nullable(),
});
export type ShippedPlace = z.infer<typeof shippedPlace>;

/** The file's name for a database. */
export function shippedFileOf(databasePath: string): string {
  return `${databasePath}.shipped`;
}

/** Null where there is none. Throws where it can't be read; 'unreadable' is what holds something else. */
export function readShippedPlace(databasePath: string): ShippedPlace | 'unreadable' | null {
  let text: string;
  try {
    text = readFileSync(shippedFileOf(databasePath), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    return shippedPlace.safeParse(JSON.parse(text)).data ?? 'unreadable';
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

/** Whole or not at all, also after a loss of power: takes milliseconds. Throws the system's error. */
export function writeShippedPlace(databasePath: string, place: ShippedPlace): void {
  const path = shippedFileOf(databasePath);
  const draft = `${path}.new`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(place)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}
