// The key that signs the log: read, or made, and its public half published in the user-data folder.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditKey, KeyProtection } from '../../shared/audit-proof.ts';

export type OpenedKey =
  | { readonly ok: true; readonly key: KeyObject; readonly protection: KeyProtection }
  /** For people. */
  | { readonly ok: false; readonly why: string };

/**
 * A key that the keychain protects is never replaced by a file: two keys for one log would look like a forgery.
 * @throws the system's error where the file can't be read or written
 */
export function openSigningKey(folder: string, given: AuditKey): OpenedKey {
  switch (given.from) {
    case 'nowhere':
      return { ok: false, why: given.why };
    case 'keychain': {
      const key = createPrivateKey({
        key: Buffer.from(given.pkcs8, 'base64'),
        type: 'pkcs8',
        format: 'der',
      });
      return { ok: true, key, protection: 'keychain' };
    }
    case 'file':
      return existsSync(join(folder, keychainFile))
        ? {
            ok: false,
            why: 'the key is in the keychain, which only the app with a window can open: it signs these records too',
          }
        : { ok: true, key: keyInFile(join(folder, 'audit-key.pem')), protection: 'file' };
  }
}

/** The key, encrypted by the keychain; electron/main keeps it. */
const keychainFile = 'audit-key.keychain';

/** PEM, for whoever verifies an export. Whole or not at all. */
export function publishKey(folder: string, publicKey: KeyObject): void {
  const path = join(folder, 'audit-key.pub.pem');
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  if (existsSync(path) && readFileSync(path, 'utf8') === pem) return;
  writeFileSync(`${path}.new`, pem, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

function keyInFile(path: string): KeyObject {
  if (!existsSync(path)) {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    const draft = `${path}.new`;
    writeFileSync(draft, pem, { mode: 0o600, flush: true });
    renameSync(draft, path);
  }
  chmodSync(path, 0o600);
  return createPrivateKey(readFileSync(path, 'utf8'));
}
