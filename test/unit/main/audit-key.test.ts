/* eslint-disable @typescript-eslint/no-deprecated -- as in audit-key.ts */
import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Keychain, openAuditKey } from '../../../electron/main/audit-key.ts';

const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'audit-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Turns each byte round: enough to tell what is encrypted from what is not. */
function keychainLike(change: Partial<Keychain> = {}): Keychain {
  const turned = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0xff));
  return {
    isEncryptionAvailable: () => true,
    getSelectedStorageBackend: () => 'gnome_libsecret',
    encryptString: (text) => turned(Buffer.from(text)),
    decryptString: (bytes) => turned(bytes).toString(),
    ...change,
  };
}

it('makes an Ed25519 key, keeps it encrypted for the user alone, and gives the same one again', () => {
  const folder = newFolder();
  const first = openAuditKey(folder, keychainLike(), logger);
  if (first.from !== 'keychain') throw new Error(first.from);
  const key = createPrivateKey({ key: Buffer.from(first.pkcs8, 'base64'), type: 'pkcs8', format: 'der' });
  expect(key.asymmetricKeyType).toBe('ed25519');
  const path = join(folder, 'audit-key.keychain');
  expect(readFileSync(path).includes(first.pkcs8)).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(openAuditKey(folder, keychainLike(), logger)).toEqual(first);
});

it.each([
  ['there is none', keychainLike({ isEncryptionAvailable: () => false })],
  ['its password is no secret', keychainLike({ getSelectedStorageBackend: () => 'basic_text' })],
])('leaves the key to a file where %s', (_, keychain) => {
  const folder = newFolder();
  expect(openAuditKey(folder, keychain, logger)).toEqual({ from: 'file' });
  expect(existsSync(join(folder, 'audit-key.keychain'))).toBe(false);
});

it('stays with the key that the log has in a file', () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'audit-key.pem'), '');
  expect(openAuditKey(folder, keychainLike(), logger)).toEqual({ from: 'file' });
});

it('makes no second key where the keychain does not give out the first', () => {
  const folder = newFolder();
  openAuditKey(folder, keychainLike(), logger);
  const before = readFileSync(join(folder, 'audit-key.keychain'));
  const locked = keychainLike({
    decryptString() {
      throw new Error('locked');
    },
  });
  expect(openAuditKey(folder, locked, logger)).toMatchObject({
    from: 'nowhere',
    why: expect.stringContaining('locked') as string,
  });
  expect(readFileSync(join(folder, 'audit-key.keychain')).equals(before)).toBe(true);
});
