import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../..');

/** Without PATH and in an empty home: what is answered here needs no set-up. */
function launch(...args: string[]) {
  return spawnSync(process.execPath, [join(root, 'build/launch/launch.mjs'), ...args], {
    encoding: 'utf8',
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
}

describe('launcher', () => {
  it('prints the version, and nothing else', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(launch('start', '--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('prints the options', () => {
    const { status, stdout, stderr } = launch('start', '--headless', '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const option of ['--headless', '--config FILE', '--user-data DIR', '--version', '--help']) {
      expect(stdout).toContain(option);
    }
  });

  it.each([['toString'], ['strat'], []])('refuses a task that it does not know: %s', (...name) => {
    const { status, stdout, stderr } = launch(...name);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('start | test | check');
  });
});
