import { describe, expect, it, vi } from 'vitest';
import { readBundle } from '../../../../electron/gateway/policy/bundle.ts';
import { compilePolicies } from '../../../../electron/gateway/policy/compile.ts';
import { opaAt } from '../../../../electron/gateway/policy/opa.ts';
import { opa } from './places.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const compile = (files: Record<string, string>) =>
  compilePolicies(
    opaAt(opa),
    Object.entries(files).map(([name, text]) => ({ name, text })),
  );

async function questionOf(rego: string) {
  const compiled = await compile({ 'policy.rego': `package mcp.policy\n${rego}\n` });
  return compiled.ok ? readBundle(compiled.value).question : compiled.failure;
}

describe('compiling', () => {
  it.each([
    ['a decision', 'decision := {"allow": true}', 'data.mcp.policy.decision', { kind: 'decision' }],
    ['allow', 'default allow := false', 'data.mcp.policy', { kind: 'rules', declaresAllow: true }],
    ['deny', 'deny if input.x', 'data.mcp.policy', { kind: 'rules', declaresAllow: false }],
    ['deny as before v1', 'deny { input.x }', 'data.mcp.policy', { kind: 'rules', declaresAllow: false }],
    [
      'violations',
      'violations contains "a" if input.x',
      'data.mcp.policy',
      { kind: 'rules', declaresAllow: false },
    ],
  ])('finds out that a policy has %s', async (_, rego, rule, form) => {
    expect(await questionOf(rego)).toMatchObject({ rule, form });
  });

  it('takes both dialects together where files of the new one say so', async () => {
    const compiled = await compile({
      'old.rego': 'package mcp.policy\ndeny { input.x }',
      'new.rego': 'package mcp.policy\nimport rego.v1\ndeny if input.y',
    });
    expect(compiled.ok).toBe(true);
  });

  it('takes packages in which one function calls another', async () => {
    const rego = 'default allow := false\nallow if f("x")\nf(x) if g(x)\ng(x) if x == input.x';
    expect(await questionOf(rego)).toMatchObject({ form: { declaresAllow: true } });
  });

  it('says where a policy is wrong', async () => {
    const compiled = await compile({
      'good.rego': 'package mcp.policy\ndefault allow := false',
      'sub/bad.rego': 'package mcp.policy\n\nallow if {\n  input.x ==\n}\n',
    });
    expect(compiled).toEqual({
      ok: false,
      failure: { errors: [{ file: 'sub/bad.rego', line: 5, column: 1, message: 'unexpected } token' }] },
    });
  });

  it('says it in the dialect in which the policy was written', async () => {
    const old = await compile({
      'a.rego': 'package mcp.policy\nallow { input.x }\ndeny { input.y }\nallow { nothing(input.z) }\n',
    });
    expect(old).toMatchObject({
      failure: { errors: [{ file: 'a.rego', line: 4, message: 'undefined function nothing' }] },
    });
    const recent = await compile({
      'a.rego': 'package mcp.policy\nallow if input.x\ndeny if input.y\nallow { input.z }\n',
    });
    expect(recent).toMatchObject({
      failure: { errors: [{ line: 4, message: '`if` keyword is required before rule body' }] },
    });
  });

  it.each([
    ['another package', 'package other\nallow := true'],
    ['other rules', 'package mcp.policy\nalow := true'],
  ])('refuses sources with %s alone', async (_, rego) => {
    expect(await compile({ 'a.rego': rego })).toMatchObject({
      failure: {
        errors: [{ file: null, message: expect.stringContaining('No file declares the rule') as string }],
      },
    });
  });

  it('rejects where OPA can not be run', async () => {
    await expect(compilePolicies(opaAt('/nowhere/opa'), [])).rejects.toThrow('could not be started');
  });
});
