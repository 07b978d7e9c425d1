// The key that signs the audit log, where the operating system's keychain can protect it.
import type { safeStorage } from 'electron';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../gateway/ports.ts';
import type { AuditKey } from '../shared/audit-proof.ts';

// Electron deprecates the synchronous methods for asynchronous ones, of which encryptStringAsync crashes on Linux.
/* eslint-disable @typescript-eslint/no-deprecated */

/** What is used of Electron's safeStorage. */
export type Keychain = Pick<typeof safeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'> &
  Partial<Pick<typeof safeStorage, 'getSelectedStorageBackend'>>;

/**
 * Reads the key, or makes one. A log keeps the key that it has: one in a file stays there, and one that the keychain
 * does not give out is not replaced, because two keys for one log look like a forgery. May wait for the user, where the
 * keychain is locked.
 * @param folder the user-data folder
 */
export function openAuditKey(folder: string, keychain: Keychain, logger: Logger): AuditKey {
  const path = join(folder, fileName);
  const read = (file: string) => keychain.decryptString(readFileSync(file));
  try {
    if (existsSync(path)) {
      const next = existsSync(`${path}.next`) ? { next: read(`${path}.next`) } : {};
      return { from: 'keychain', pkcs8: read(path), ...next };
    }
    if (existsSync(join(folder, 'audit-key.pem')) || !protects(keychain)) return { from: 'file' };
    return { from: 'keychain', pkcs8: writeNewKey(path, keychain) };
  } catch (error) {
    logger.error('audit.keychain', { error: String(error) });
    return {
      from: 'nowhere',
      why: `the keychain does not give out the key that signs the log: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/**
 * Makes a key that is to take the place of the one that there is, and lies beside it until `keepNextKey`. Throws what the
 * keychain or the system does.
 */
export function makeNextAuditKey(folder: string, keychain: Keychain): string {
  return writeNewKey(join(folder, `${fileName}.next`), keychain);
}

export function keepNextKey(folder: string): void {
  renameSync(join(folder, `${fileName}.next`), join(folder, fileName));
}

/** SPKI in base64. */
export function publicKeyOf(pkcs8: string): string {
  const key = createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), type: 'pkcs8', format: 'der' });
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

/** The key, encrypted by the keychain. */
const fileName = 'audit-key.keychain';

function writeNewKey(path: string, keychain: Keychain): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  writeFileSync(`${path}.new`, keychain.encryptString(pkcs8), { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return pkcs8;
}

/** On Linux without a keyring, Electron encrypts with a password that is in its source: `basic_text`. */
function protects(keychain: Keychain): boolean {
  return keychain.isEncryptionAvailable() && keychain.getSelectedStorageBackend?.() !== 'basic_text';
}
