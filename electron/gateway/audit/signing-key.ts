// The key that signs the log: read, or made, and its public half published in the user-data folder.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf } from './signed-checkpoint.ts';
import type { AuditKey, KeyProtection } from '../../shared/audit-proof.ts';

export type OpenedKey =
  | { readonly ok: true; readonly key: KeyObject; readonly protection: KeyProtection }
  /** For people. */
  | { readonly ok: false; readonly why: string };

/**
 * A key that the keychain protects is never replaced by a file: two keys for one log would look like a forgery.
 * @param inForce id of the key that the log was handed over to last; null where it knows none
 * @throws the system's error where the file can't be read or written
 */
export function openSigningKey(folder: string, given: AuditKey, inForce: string | null): OpenedKey {
  switch (given.from) {
    case 'nowhere':
      return { ok: false, why: given.why };
    case 'keychain': {
      const next = given.next === undefined ? null : keyFrom(given.next);
      const isNext = next !== null && idOf(next) === inForce;
      return { ok: true, key: isNext ? next : keyFrom(given.pkcs8), protection: 'keychain' };
    }
    case 'file':
      return existsSync(join(folder, keychainFile))
        ? {
            ok: false,
            why: 'the key is in the keychain, which only the app with a window can open: it signs these records too',
          }
        : { ok: true, key: keyInFile(join(folder, keyFile), inForce), protection: 'file' };
  }
}

/** The key, encrypted by the keychain; electron/main keeps it. */
const keychainFile = 'audit-key.keychain';

/** PKCS #8 in base64, as it comes from the keychain. */
export function keyFrom(pkcs8: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), type: 'pkcs8', format: 'der' });
}

/**
 * Makes a key that is to take the place of the one in the file, and lies beside it until it has: `keep` puts it there.
 * @throws the system's error
 */
export function makeNextKey(folder: string): { readonly key: KeyObject; keep(): void } {
  const path = join(folder, keyFile);
  const key = writeNewKey(`${path}.next`);
  return { key, keep: () => renameSync(`${path}.next`, path) };
}

/** PEM, for whoever verifies an export. Whole or not at all. */
export function publishKey(folder: string, publicKey: KeyObject): void {
  const path = join(folder, 'audit-key.pub.pem');
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  if (existsSync(path) && readFileSync(path, 'utf8') === pem) return;
  writeFileSync(`${path}.new`, pem, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

const keyFile = 'audit-key.pem';

function keyInFile(path: string, inForce: string | null): KeyObject {
  const next = `${path}.next`;
  // The program died while the key was replaced: the log says whether it was.
  if (existsSync(next) && idOf(readKey(next)) === inForce) renameSync(next, path);
  rmSync(next, { force: true });
  if (!existsSync(path)) return writeNewKey(path);
  chmodSync(path, 0o600);
  return readKey(path);
}

function writeNewKey(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${path}.new`;
  writeFileSync(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true });
  renameSync(draft, path);
  return privateKey;
}

function readKey(path: string): KeyObject {
  return createPrivateKey(readFileSync(path, 'utf8'));
}

function idOf(key: KeyObject): string {
  return keyIdOf(createPublicKey(key));
}
