import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockUserData } from '../../../../electron/gateway/supervision/user-data-lock.ts';

const module = new URL('../../../../electron/gateway/supervision/user-data-lock.ts', import.meta.url).href;

describe('user-data lock', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('makes the folder for its owner alone', () => {
    const folder = join(root, 'a', 'b');
    lockUserData(folder)?.close();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('is held by one at a time', () => {
    const first = lockUserData(root);
    expect(lockUserData(root)).toBeNull();
    first?.close();
    const second = lockUserData(root);
    expect(second).not.toBeNull();
    second?.close();
  });

  it('is free again after its holder was killed', async () => {
    const script = `
      const { lockUserData } = await import(${JSON.stringify(module)});
      console.log(lockUserData(${JSON.stringify(root)}) === null ? 'refused' : 'locked');
      setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [said] = (await once(holder.stdout, 'data')) as [Buffer];
      expect(said.toString().trim()).toBe('locked');
      expect(lockUserData(root)).toBeNull();
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
    const next = lockUserData(root);
    expect(next).not.toBeNull();
    next?.close();
  });

  it('throws where the folder cannot be', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(() => lockUserData(join(file, 'inside'))).toThrow(/ENOTDIR/);
  });
});
