import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLocate } from '../../../electron/bridge/locate.ts';
import { findAppStart, type Surroundings } from '../../../electron/bridge/start-app.ts';

const checkout: Surroundings = {
  execPath: '/cache/electron',
  out: '/src/proxy/out',
  userData: null,
  platform: 'linux',
  env: { DISPLAY: ':0' },
  isRoot: false,
};
const packaged = { ...checkout, execPath: '/opt/app/app', out: '/opt/app/resources/app.asar/out' };

describe('how the app is started', () => {
  it.each<[string, Surroundings, string[]]>([
    ['from a checkout, by its folder', checkout, ['/src/proxy', '--hidden']],
    ['from a package, by itself', packaged, ['--hidden']],
    [
      'with the folder that was named',
      { ...packaged, userData: '/data' },
      ['--hidden', '--user-data', '/data'],
    ],
    ['by root', { ...packaged, isRoot: true }, ['--no-sandbox', '--hidden']],
    ['on Wayland', { ...packaged, env: { WAYLAND_DISPLAY: 'wayland-0' } }, ['--hidden']],
    ['on macOS', { ...packaged, platform: 'darwin', env: {} }, ['--hidden']],
  ])('%s', (_how, surroundings, args) => {
    expect(findAppStart(surroundings)).toEqual({ possible: true, command: surroundings.execPath, args });
  });

  it('is said to people where there is no display', () => {
    const advice = (surroundings: Surroundings) => findAppStart({ ...surroundings, env: { DISPLAY: '' } });
    expect(advice(packaged)).toMatchObject({
      advice: expect.stringContaining('mcp-proxy-desktop --headless') as string,
    });
    expect(advice(checkout)).toMatchObject({
      advice: expect.stringContaining('npm --prefix /src/proxy start -- --headless') as string,
    });
  });
});

describe('when it is started', () => {
  it('is once, at first, and not after it has gone again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bridge-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'gateway.json');
    let starts = 0;
    const start = () => {
      starts += 1;
      return { isStarting: true, advice: '' };
    };
    const locate = createLocate({ kind: 'user-data', folder }, null, start);
    await expect(locate()).rejects.toMatchObject({ isStarting: true });
    await expect(locate()).rejects.toMatchObject({ isStarting: true });
    writeFileSync(file, JSON.stringify({ url: 'http://127.0.0.1:3000', pid: process.pid, version: '0.1.0' }));
    await locate();
    rmSync(file);
    await expect(locate()).rejects.toMatchObject({ isStarting: false });
    expect(starts).toBe(1);
  });
});
