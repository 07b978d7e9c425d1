// What stands in the place of a secret: what kind it was, and a keyed hash by which equal ones can be recognised.
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Logger } from '../ports.ts';

/** `[redacted:github-token:hmac=0123456789ab]` */
export type Mark = (kind: string, secret: string) => string;

const keyBytes = 32;
/** 48 bits: enough to tell the secrets of one log apart, too few to be sure of a guess. */
const hashDigits = 12;

/** With the key nobody can try words until one has the hash; equal secrets have equal hashes under one key alone. */
export function createMark(key: Buffer): Mark {
  return (kind, secret) => {
    const hash = createHmac('sha256', key).update(secret).digest('hex').slice(0, hashDigits);
    return `[redacted:${kind}:hmac=${hash}]`;
  };
}

/**
 * The key of this installation: made once, in a file that its owner alone can read. Where it can't be had there is one
 * for this run: secrets are taken out all the same, and are not recognised by the next run.
 */
export function openMarkKey(path: string, logger: Logger): Buffer {
  try {
    try {
      writeFileSync(path, randomBytes(keyBytes), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const key = readFileSync(path);
    if (key.length === keyBytes) return key;
    logger.warn('redaction.key_unusable', { path, error: `has ${key.length} bytes, expected ${keyBytes}` });
  } catch (error) {
    logger.warn('redaction.key_unusable', { path, error: String(error) });
  }
  return randomBytes(keyBytes);
}
