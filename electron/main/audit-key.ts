// The key that signs the audit log, where the operating system's keychain can protect it.
import type { safeStorage } from 'electron';
import { generateKeyPairSync } from 'node:crypto';
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
  const path = join(folder, 'audit-key.keychain');
  try {
    if (existsSync(path)) {
      return { from: 'keychain', pkcs8: keychain.decryptString(readFileSync(path)) };
    }
    if (existsSync(join(folder, 'audit-key.pem')) || !protects(keychain)) return { from: 'file' };
    const { privateKey } = generateKeyPairSync('ed25519');
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    writeFileSync(`${path}.new`, keychain.encryptString(pkcs8), { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
    return { from: 'keychain', pkcs8 };
  } catch (error) {
    logger.error('audit.keychain', { error: String(error) });
    return {
      from: 'nowhere',
      why: `the keychain does not give out the key that signs the log: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** On Linux without a keyring, Electron encrypts with a password that is in its source: `basic_text`. */
function protects(keychain: Keychain): boolean {
  return keychain.isEncryptionAvailable() && keychain.getSelectedStorageBackend?.() !== 'basic_text';
}
