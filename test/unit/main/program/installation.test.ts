import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInstallation } from '../../../../electron/main/program/installation.ts';
import { userDataFolder } from '../../../../electron/main/program/user-data-folder.ts';

describe('installation', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'installation-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function layOut(...folders: string[]): string {
    const folder = join(root, ...folders);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ productName: 'The App', version: '4.5.6' }));
    return folder;
  }

  it('finds everything beside out/ in a checkout', () => {
    const folder = layOut('checkout');
    expect(findInstallation(join(folder, 'out'))).toEqual({
      name: 'The App',
      version: '4.5.6',
      out: join(folder, 'out'),
      icons: join(folder, 'build', 'icons'),
      shippedPolicies: join(folder, 'policies'),
      bundledOpa: null,
    });
  });

  it('finds policies and OPA beside the archive in a package', () => {
    const folder = layOut('resources', 'app.asar');
    const opa = join(root, 'resources', process.platform === 'win32' ? 'opa.exe' : 'opa');
    writeFileSync(opa, '');
    expect(findInstallation(join(folder, 'out'))).toMatchObject({
      icons: join(folder, 'build', 'icons'),
      shippedPolicies: join(root, 'resources', 'policies'),
      bundledOpa: opa,
    });
  });
});

describe('user-data folder', () => {
  it.each([
    ['linux', {}, '/home/ada/.config/The App'],
    ['linux', { XDG_CONFIG_HOME: '/conf' }, '/conf/The App'],
    ['darwin', {}, '/home/ada/Library/Application Support/The App'],
    ['win32', { APPDATA: '/roaming' }, '/roaming/The App'],
    ['win32', {}, '/home/ada/AppData/Roaming/The App'],
  ] as const)('on %s with %j', (platform, env, folder) => {
    expect(userDataFolder('The App', platform, env, '/home/ada')).toBe(folder);
  });
});
