import { describe, expect, it, onTestFinished } from 'vitest';
import { createOpaRunner } from '../../../../electron/gateway/policy/opa-runner.ts';
import { questionFor } from '../../../../electron/gateway/policy/entrypoints.ts';
import { opaAt } from '../../../../electron/gateway/policy/opa.ts';
import { folderOf, opa, temporaryFolder } from './places.ts';

const entry = new URL('../../../../electron/gateway/policy/opa-runner-worker.ts', import.meta.url);

function runner(at: URL = entry) {
  const made = createOpaRunner(at);
  onTestFinished(() => made.close());
  return made;
}

describe('the thread that runs OPA', () => {
  it('gives what OPA said, each to whoever asked', async () => {
    const { run } = runner();
    const folder = folderOf({ 'a.rego': 'package a\np := 1\n', 'b.rego': 'package b\np := \n' });
    const [good, bad, version] = await Promise.all([
      run(opa, ['check', 'a.rego'], folder),
      run(opa, ['check', 'b.rego'], folder),
      run(opa, ['version'], folder),
    ]);
    expect(good).toMatchObject({ ok: true, output: '' });
    expect(bad.ok).toBe(false);
    expect(bad.stderr).toContain('rego_parse_error');
    expect(version.stdout).toMatch(/^Version: /u);
  });

  it('explains a decision', async () => {
    const { explain } = runner();
    const policy = {
      name: 'a.rego',
      text: 'package mcp.policy\n\ndecision := {"allow": input.tool == "one"}\n',
    };
    const question = questionFor(['mcp/policy/decision']);
    if (question === null) throw new Error('There is no such question');
    const task = { files: [policy], question, input: '{"tool": "one"}' };
    expect(await explain(opaAt(opa), task)).toMatchObject({
      decision: { answer: 'allow' },
      rules: [{ name: 'decision', file: 'a.rego', line: 3 }],
    });
    await expect(explain(opaAt('/nowhere/opa'), task)).rejects.toThrow('could not be started');
  });

  it('says what can not be started, and goes on', async () => {
    const { run } = runner();
    await expect(run('/nowhere/opa', [], temporaryFolder())).rejects.toThrow('could not be started');
    expect(await run(opa, ['version'], temporaryFolder())).toMatchObject({ ok: true });
  });

  it('leaves nobody waiting when it is closed, and takes no more', async () => {
    const made = runner();
    const { run } = made;
    const asked = expect(run(opa, ['version'], temporaryFolder())).rejects.toThrow('the proxy ends');
    await made.close();
    await asked;
    await expect(run(opa, ['version'], temporaryFolder())).rejects.toThrow('the proxy ends');
  });

  it('leaves nobody waiting when the thread fails', async () => {
    const { run } = runner(new URL('file:///nowhere/worker.js'));
    await expect(run(opa, ['version'], temporaryFolder())).rejects.toThrow('OPA could not be run');
  });
});
