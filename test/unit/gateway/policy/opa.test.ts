import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOpa, runOpa } from '../../../../electron/gateway/policy/opa.ts';
import { folderOf, opa, temporaryFolder } from './places.ts';

function program(name: string, script = '#!/bin/sh\n'): string {
  const path = join(folderOf({ [name]: script }), name);
  chmodSync(path, 0o755);
  return path;
}

describe('OPA is looked for', () => {
  it('first where the user says', async () => {
    const mine = program('my-opa');
    expect(await findOpa({ configured: mine, bundled: opa, searchPath: '' })).toMatchObject({ path: mine });
  });

  it('and nowhere else, if the user is wrong', async () => {
    const found = await findOpa({ configured: '/nowhere/opa', bundled: opa, searchPath: '' });
    expect(found).toEqual({ missing: expect.stringContaining('/nowhere/opa') as string });
  });

  it('then in the app, then among the packages of development', async () => {
    const bundled = program('opa');
    expect(await findOpa({ configured: '', bundled, searchPath: '' })).toMatchObject({ path: bundled });
    expect(await findOpa({ configured: null, bundled: '/nowhere/opa', searchPath: '' })).toMatchObject({
      path: opa,
    });
  });
});

describe('OPA is run', () => {
  it('without the variables that it would take flags from', async () => {
    const printing = program('opa', '#!/bin/sh\nenv\n');
    process.env.OPA_BUILD_TARGET = 'rego';
    try {
      expect((await runOpa(printing, [], temporaryFolder())).output).not.toContain('OPA_BUILD_TARGET');
    } finally {
      delete process.env.OPA_BUILD_TARGET;
    }
  });

  it('and says what is wrong with it', async () => {
    const failing = program('opa', '#!/bin/sh\necho no\nexit 3\n');
    expect(await runOpa(failing, [], temporaryFolder())).toMatchObject({ ok: false, output: 'no\n' });
    await expect(runOpa('/nowhere/opa', [], temporaryFolder())).rejects.toThrow('could not be started');
  });
});
