import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../../../build/package/fpm-deb.mjs');
const hasDpkg = spawnSync('dpkg-deb', ['--version']).status === 0;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fpm-deb-'));
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app', 'program'), '#!/bin/sh\n');
  chmodSync(join(folder, 'app', 'program'), 0o700);
  writeFileSync(join(folder, 'app', 'data'), 'data');
  chmodSync(join(folder, 'app', 'data'), 0o600);
  writeFileSync(join(folder, 'install.sh'), '#!/bin/sh\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(target: string) {
  return spawnSync(
    process.execPath,
    [
      ...[program, '-s', 'dir', '--force', '-t', target, '-d', 'libgtk-3-0', '-d', 'libnss3'],
      ...['--deb-compression', 'xz', '--architecture', 'amd64', '--name', 'sample', '--version', '1.2.3'],
      ...['--after-install', join(folder, 'install.sh'), '--after-remove', join(folder, 'install.sh')],
      ...['--description', 'A sample\n of text', '--maintainer', 'Someone <someone@example.org>'],
      ...['--package', join(folder, 'sample.deb')],
      ...[
        `${join(folder, 'app')}/=/opt/sample`,
        `${join(folder, 'app', 'data')}=/usr/share/doc/sample/copyright`,
      ],
    ],
    { encoding: 'utf8' },
  );
}

const dpkg = (...args: string[]) =>
  execFileSync('dpkg-deb', [...args, join(folder, 'sample.deb')], { encoding: 'utf8' });

describe.skipIf(!hasDpkg)('stand-in for fpm', () => {
  it('makes a package with the fields that it was given', () => {
    expect(run('deb')).toMatchObject({ status: 0, stderr: '' });
    const fields = dpkg('--field');
    expect(fields).toContain('Package: sample\nVersion: 1.2.3\nArchitecture: amd64\n');
    expect(fields).toContain('Depends: libgtk-3-0, libnss3\n');
    expect(fields).toContain('Description: A sample\n of text\n');
    expect(fields).not.toContain('Recommends');
  });

  it('gives files to root, readable by all, whatever they were', () => {
    run('deb');
    const content = dpkg('--contents');
    expect(content).toMatch(/^-rwxr-xr-x root\/root .* \.\/opt\/sample\/program$/m);
    expect(content).toMatch(/^-rw-r--r-- root\/root .* \.\/opt\/sample\/data$/m);
    expect(content).toMatch(/^-rw-r--r-- root\/root .* \.\/usr\/share\/doc\/sample\/copyright$/m);
  });

  it('refuses what only fpm can make', () => {
    const { status, stderr } = run('rpm');
    expect(status).toBe(1);
    expect(stderr).toContain('Only a deb can be made without fpm');
  });
});
