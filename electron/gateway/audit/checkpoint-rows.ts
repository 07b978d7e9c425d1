// Stores and reads the signed checkpoints of a log.
import type { Database } from 'better-sqlite3';
import type { SignedCheckpoint } from './signed-checkpoint.ts';

interface Row {
  readonly seq: number;
  readonly at: number;
  readonly hash: Buffer;
  readonly keyId: string;
  readonly signature: Buffer;
}

/** Does nothing where there is one at this place. */
export function storeCheckpoint(database: Database, checkpoint: SignedCheckpoint): void {
  const { seq, at, hash, keyId, signature } = checkpoint;
  database
    .prepare(
      `INSERT INTO checkpoints (seq, at, hash, key_id, signature) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (seq) DO NOTHING`,
    )
    .run(seq, at, Buffer.from(hash, 'hex'), keyId, Buffer.from(signature, 'base64'));
}

/** Null where none is stored. */
export function newestCheckpoint(database: Database, log: string): SignedCheckpoint | null {
  const row = database.prepare<[], Row>(`${select} ORDER BY seq DESC LIMIT 1`).get();
  return row === undefined ? null : checkpointOf(row, log);
}

/** From one number to another, in the order of the places. */
export function* storedCheckpoints(
  database: Database,
  log: string,
  from: number,
  through: number = Number.MAX_SAFE_INTEGER,
): Generator<SignedCheckpoint> {
  const next = database.prepare<[number, number], Row>(
    `${select} WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT 1`,
  );
  let row = next.get(from, through);
  while (row !== undefined) {
    yield checkpointOf(row, log);
    row = next.get(row.seq + 1, through);
  }
}

const select = 'SELECT seq, at, hash, key_id AS keyId, signature FROM checkpoints';

function checkpointOf({ seq, at, hash, keyId, signature }: Row, log: string): SignedCheckpoint {
  return { log, seq, at, hash: hash.toString('hex'), keyId, signature: signature.toString('base64') };
}
