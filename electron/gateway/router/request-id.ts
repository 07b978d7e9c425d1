// The proxy's own id for each call: unguessable, and cheap enough for every message.
import { randomFillSync } from 'node:crypto';

const BYTES_PER_ID = 8;
const POOL_IDS = 512;

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const pool = Buffer.alloc(BYTES_PER_ID * POOL_IDS);
let next = pool.length;

/** `req_` and 16 hexadecimal digits from a CSPRNG that is asked once for 512 ids. */
export function newRequestId(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  let id = 'req_';
  for (let end = next + BYTES_PER_ID; next < end; next += 1) id += hexPairs[pool[next] ?? 0] ?? '';
  return id;
}
