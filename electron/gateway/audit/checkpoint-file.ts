// Keeps the newest signed checkpoint in a small file beside the database, so that a log whose end was cut off is found.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { SignedCheckpoint } from './signed-checkpoint.ts';

const signedCheckpoint = z.object({
  log: z.string(),
  seq: z.int().min(1),
  hash: z.string(),
  at: z.int(),
  keyId: z.string(),
  signature: z.string(),
});

/** The file's name for a database. */
export function checkpointFileOf(databasePath: string): string {
  return `${databasePath}.checkpoint`;
}

/** Null where there is none. Throws where it can't be read; 'unreadable' is what holds something else. */
export function readCheckpointFile(databasePath: string): SignedCheckpoint | 'unreadable' | null {
  let text: string;
  try {
    text = readFileSync(checkpointFileOf(databasePath), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    return signedCheckpoint.safeParse(JSON.parse(text)).data ?? 'unreadable';
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

/** Whole or not at all. Throws the system's error. */
export function writeCheckpointFile(databasePath: string, checkpoint: SignedCheckpoint): void {
  const path = checkpointFileOf(databasePath);
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify(checkpoint)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}
