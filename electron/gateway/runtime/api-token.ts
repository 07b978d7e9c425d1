// The token of the admin API: made once, in a file that the user alone can read.
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';

/** 256 bits, so that nobody guesses it. */
const BYTES = 32;
const TOKEN = /^mcpa_[\w-]{43}$/u;

/**
 * Reads the token, or makes one where there is none. Its file is made readable by its owner alone, whoever wrote it.
 * @throws where the file can't be read or written, or holds something else.
 */
export function openApiToken(path: string): string {
  try {
    writeFileSync(path, `mcpa_${randomBytes(BYTES).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    chmodSync(path, 0o600);
  }
  const token = readFileSync(path, 'utf8').trim();
  if (!TOKEN.test(token))
    throw new Error(`${path} holds no token of the admin API: delete it to get a new one`);
  return token;
}
