import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { forwardTo } from '../../../electron/shared/rpc.ts';
import { gatewayCommands } from '../../../electron/shared/contract.ts';
import type { AuditKey, AuditProof } from '../../../electron/shared/audit-proof.ts';
import { publicKeyOf } from '../../../electron/main/audit-key.ts';
import { createAuditKeys } from '../../../electron/main/audit-keys.ts';

const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const turned = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0xff));
const keychain = {
  isEncryptionAvailable: () => true,
  encryptString: (text: string) => turned(Buffer.from(text)),
  decryptString: (bytes: Buffer) => turned(bytes).toString(),
};

/** A gateway whose log knows which key is in force, and the program before it. */
function program(folder: string, log: { inForce: string | null }) {
  let given: AuditKey | null = null;
  /** Where the gateway dies: before the log knows the new key, or before its answer. */
  let dies: 'before' | 'after' | null = null;
  const keys = () => (given?.from === 'keychain' ? given : expect.fail());
  const proof = (): AuditProof => {
    const next = keys().next;
    const isNext = next !== undefined && publicKeyOf(next) === log.inForce;
    const publicKey = isNext ? publicKeyOf(next) : publicKeyOf(keys().pkcs8);
    return { key: { id: '', publicKey, protection: 'keychain' }, signed: null, problem: null };
  };
  const host = {
    commands: {
      ...forwardTo(gatewayCommands, () => expect.fail()),
      'audit.proof': proof,
      'audit.key.replace': () => {
        const fails = dies;
        dies = null;
        if (fails === 'before') throw new Error('gone');
        log.inForce = publicKeyOf(keys().next ?? expect.fail());
        if (fails === 'after') throw new Error('gone');
        return proof();
      },
    },
    setAuditKey: (key: AuditKey) => (given = key),
  };
  const auditKeys = createAuditKeys(folder, keychain, host, logger);
  return { auditKeys, given: keys, die: (when: typeof dies) => (dies = when) };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'audit-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('puts a new key in the place of the old one, in the keychain too', async () => {
  const folder = newFolder();
  const log = { inForce: null };
  const { auditKeys, given } = program(folder, log);
  await auditKeys.handOver();
  const before = given().pkcs8;
  const { key } = await auditKeys.replace();
  expect(given()).toEqual({ from: 'keychain', pkcs8: expect.not.stringMatching(before) as string });
  expect(publicKeyOf(given().pkcs8)).toBe(key?.publicKey);
  expect(existsSync(join(folder, 'audit-key.keychain.next'))).toBe(false);

  const again = program(folder, log);
  await again.auditKeys.handOver();
  expect(again.given()).toEqual(given());
});

it.each([
  ['before', 'the same program'],
  ['before', 'the next one'],
  ['after', 'the same program'],
  ['after', 'the next one'],
] as const)(
  'loses no key where the gateway dies %s the log knows the new one, and %s asks again',
  async (when, who) => {
    const folder = newFolder();
    const log: { inForce: string | null } = { inForce: null };
    const first = program(folder, log);
    await first.auditKeys.handOver();
    const before = publicKeyOf(first.given().pkcs8);
    first.die(when);
    await expect(first.auditKeys.replace()).rejects.toThrow('gone');
    expect(log.inForce === null).toBe(when === 'before');

    const asking = who === 'the next one' ? program(folder, log) : first;
    if (asking !== first) {
      await asking.auditKeys.handOver();
      if (when === 'after') expect(publicKeyOf(asking.given().pkcs8)).toBe(log.inForce);
      else expect(publicKeyOf(asking.given().pkcs8)).toBe(before);
    }
    const { key } = await asking.auditKeys.replace();
    expect(publicKeyOf(asking.given().pkcs8)).toBe(key?.publicKey);
    expect(log.inForce).toBe(key?.publicKey);
    expect(existsSync(join(folder, 'audit-key.keychain.next'))).toBe(false);
  },
);

it('leaves a key in a file to the gateway', async () => {
  const folder = newFolder();
  const none = { ...keychain, isEncryptionAvailable: () => false };
  const replaced = vi.fn(() => ({ key: null, signed: null, problem: null }));
  const given = vi.fn();
  const commands = { ...forwardTo(gatewayCommands, () => expect.fail()), 'audit.key.replace': replaced };
  const auditKeys = createAuditKeys(folder, none, { commands, setAuditKey: given }, logger);
  await auditKeys.handOver();
  await auditKeys.replace();
  expect(given.mock.calls).toEqual([[{ from: 'file' }]]);
  expect(replaced).toHaveBeenCalledOnce();
});
