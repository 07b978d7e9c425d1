// The policy service whole: real folders, the real OPA, a real thread for trials.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  openPolicies,
  type Policies,
  type PoliciesOptions,
} from '../../../../electron/gateway/policy/open-policies.ts';
import { probesOf } from '../../../../electron/gateway/policy/probes.ts';
import { clock } from '../fakes.ts';
import { call, recordingLogger } from './engines.ts';
import { evaluationHash } from '../../../../electron/gateway/policy/policy-folder.ts';
import { folderOf, opa, shippedPolicies, temporaryFolder } from './places.ts';

// OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const allowing = (tool: string) => `package mcp.policy\n\ndecision := {"allow": input.tool == "${tool}"}\n`;
const broken = 'package mcp.policy\n\nallow if {\n';
const slow = `package mcp.policy

decision := {"allow": count([1 |
	some i in numbers.range(1, 20000)
	some j in numbers.range(1, 20000)
	i == j
]) > 1}
`;

interface Setting extends Partial<Omit<PoliciesOptions, 'places'>> {
  /** None: the user's own copy of the shipped policies. */
  readonly policyDir?: string;
  readonly jsonPolicyDir?: string;
}

async function open({ policyDir, jsonPolicyDir, ...change }: Setting = {}) {
  const { logger, logged } = recordingLogger();
  const userData = change.userData ?? temporaryFolder();
  const onChange = vi.fn();
  const policies = await openPolicies({
    places: {
      policyDir: policyDir ?? join(userData, 'policies'),
      jsonPolicyDir: jsonPolicyDir ?? null,
      bundle: null,
      dataFile: null,
      opa: { configured: opa, bundled: null, searchPath: '' },
      precompiledDir: null,
      cacheDir: join(userData, 'policy-cache'),
    },
    bundle: null,
    isOwnCopy: policyDir === undefined,
    watchForChanges: true,
    userData,
    shippedPolicies,
    surroundings: { environment: 'test', proxyRegion: '' },
    timeoutMs: 1000,
    strictBuiltinErrors: true,
    trialWorker: new URL('../../../../electron/gateway/policy/time-trial-worker.ts', import.meta.url),
    probes: () => Promise.resolve(probesOf(['tools/call'], 0)),
    mark: null,
    runaway: null,
    clock,
    logger,
    onChange,
    onBundleChange: () => undefined,
    ...change,
  });
  onTestFinished(async () => policies.close());
  return Object.assign(policies, { logged, onChange });
}

async function fileOf(policies: Policies, name: string) {
  const { files } = await policies.commands['policy.files']();
  const found = files.find((file) => file.name === name);
  if (found === undefined) throw new Error(`There is no ${name}`);
  return found;
}

const allows = (policies: Policies, tool: string) => policies.decide(call(tool)).allow;

async function save(policies: Policies, name: string, text: string, note = '') {
  const { files } = await policies.commands['policy.files']();
  const base = files.find((file) => file.name === name)?.hash ?? null;
  return policies.commands['policy.save']({ files: [{ name, text, base }], note });
}

describe('a folder that is edited from outside', () => {
  it('is taken in once it has come to rest', async () => {
    const policyDir = folderOf({ 'a.rego': allowing('one') });
    const policies = await open({ policyDir });
    expect([allows(policies, 'one'), allows(policies, 'two')]).toEqual([true, false]);
    writeFileSync(join(policyDir, 'a.rego'), allowing('two'));
    await expect.poll(() => allows(policies, 'two'), { timeout: 10_000 }).toBe(true);
    expect(allows(policies, 'one')).toBe(false);
    expect(policies.onChange).toHaveBeenCalled();
    const { versions } = await policies.commands['policy.history']({ limit: 10 });
    expect(versions.map(({ by, inForce }) => [by, inForce])).toEqual([
      ['outside', true],
      ['found', false],
    ]);
  });

  it('is noticed in its data and in folders that are new', async () => {
    const policyDir = folderOf({
      'a.rego':
        'package mcp.policy\n\ndefault decision := {"allow": false}\n\ndecision := {"allow": true} if input.tool in data.good\n',
      'policy_data.json': '{"good": ["a"]}',
    });
    const policies = await open({ policyDir });
    writeFileSync(join(policyDir, 'policy_data.json'), '{"good": ["b"]}');
    await expect.poll(() => allows(policies, 'b'), { timeout: 10_000 }).toBe(true);
    mkdirSync(join(policyDir, 'more'));
    writeFileSync(
      join(policyDir, 'more/b.rego'),
      'package mcp.policy\n\ndecision := {"allow": true} if input.tool == "c"\n',
    );
    await expect.poll(() => allows(policies, 'c'), { timeout: 10_000 }).toBe(true);
  });

  it('is noticed in JSON policies', async () => {
    const policy = (tool: string) =>
      JSON.stringify({
        version: '1.0',
        name: 'desk',
        defaults: { action: 'allow' },
        rules: [
          { id: 'no', type: 'blocklist', conditions: { match_type: 'tool', values: [tool] }, action: 'deny' },
        ],
      });
    const jsonPolicyDir = folderOf({ 'desk.json': policy('one') });
    const policies = await open({ policyDir: temporaryFolder(), jsonPolicyDir });
    expect([allows(policies, 'one'), allows(policies, 'two')]).toEqual([false, true]);
    writeFileSync(join(jsonPolicyDir, 'desk.json'), policy('two'));
    await expect.poll(() => allows(policies, 'one'), { timeout: 10_000 }).toBe(true);
    expect(allows(policies, 'two')).toBe(false);
  });

  it('saves JSON policies beside the Rego policies, with tests of them, and rolls them back', async () => {
    const policyDir = folderOf({ 'a.rego': 'package mcp.policy\n\nallow if true\n' });
    const policies = await open({ policyDir });
    const blocklist = { id: 'no', type: 'blocklist', conditions: { match_type: 'tool', values: ['two'] } };
    const policy = {
      version: '1.0',
      name: 'desk',
      defaults: { action: 'allow' },
      rules: [{ ...blocklist, action: 'deny' }],
    };
    const test =
      'package desk_test\n\ntest_two if {\n\tcount(data.mcp.policy.objections) == 1 with input as {"request": {"tool": "two"}}\n}\n';
    const files = [
      { name: 'json/desk.json', text: JSON.stringify(policy), base: null },
      { name: 'desk_test.rego', text: test, base: null },
    ];
    expect(await policies.commands['policy.test']({ files })).toMatchObject({
      diagnostics: [],
      results: [{ name: 'test_two', outcome: 'passed' }],
    });
    expect(await policies.commands['policy.save']({ files, note: '' })).toMatchObject({ outcome: 'saved' });
    expect([allows(policies, 'one'), allows(policies, 'two')]).toEqual([true, false]);
    expect(await fileOf(policies, 'json/desk.json')).toMatchObject({ kind: 'json' });

    const wrong = JSON.stringify({ ...policy, rules: [{ ...blocklist, action: 'ask' }] }, null, 2);
    expect(await save(policies, 'json/desk.json', wrong)).toMatchObject({
      outcome: 'refused',
      check: {
        diagnostics: [
          {
            file: 'json/desk.json',
            line: 17,
            kind: 'json',
            message: expect.stringMatching(/^rule no: action: /u) as string,
          },
        ],
      },
    });
    await policies.commands['policy.rollback']({ id: 1 });
    expect(allows(policies, 'two')).toBe(true);
    expect(existsSync(join(policyDir, 'json/desk.json'))).toBe(false);
  });

  it('shows a JSON policy as Rego, or where it is wrong', async () => {
    const policies = await open();
    expect(await policies.commands['policy.rego']({ text: '{"version": "1.0"}' })).toMatchObject({
      ok: false,
      problems: [{ line: 1, column: 1, message: expect.stringMatching(/^name: /u) as string }, {}],
    });
    const rules = [{ id: 'no', type: 'custom', conditions: { tool: 'x' }, action: 'deny' }];
    const text = JSON.stringify({ version: '1.0', name: 'desk', rules });
    expect(await policies.commands['policy.rego']({ text })).toMatchObject({
      ok: true,
      rego: expect.stringContaining('input.tool == "x"') as string,
    });
  });

  it('leaves the last good one in force while it is broken, and says where', async () => {
    const policyDir = folderOf({ 'a.rego': allowing('one') });
    const userData = temporaryFolder();
    const policies = await open({ policyDir, userData });
    writeFileSync(join(policyDir, 'a.rego'), broken);
    await expect.poll(() => policies.overview().problem, { timeout: 10_000 }).toMatch(/^a\.rego:4:\d+: /u);
    expect(policies.overview()).toMatchObject({
      version: 1,
      diagnostics: [{ file: 'a.rego', line: 4, severity: 'error', kind: 'compile' }],
    });
    expect(allows(policies, 'one')).toBe(true);
    await policies.close();

    const next = await open({ policyDir, userData });
    expect(allows(next, 'one')).toBe(true);
    expect(next.overview()).toMatchObject({
      version: 1,
      problem: expect.stringContaining('a.rego:4') as string,
    });
    expect(next.logged.map(({ event }) => event)).toContain('policy_last_good');
  });

  it.each([
    [
      'a test fails',
      'a_test.rego',
      'package a\n\ntest_it if data.mcp.policy.decision.allow with input as {"tool": "two"}\n',
      'test',
    ],
    ['the data is malformed', 'policy_data.json', '{"blocked_tools": 1}', 'data'],
    ['it takes too long', 'a.rego', slow, 'time'],
    ['it has no entrypoint', 'a.rego', 'package other\n\nallow := true\n', 'compile'],
    ['a builtin is refused', 'a.rego', 'package mcp.policy\n\nallow if http.send({}).x\n', 'compile'],
  ])('leaves the last good one in force where %s', async (_, name, text, kind) => {
    const policyDir = folderOf({ 'a.rego': allowing('one') });
    const policies = await open({ policyDir });
    writeFileSync(join(policyDir, name), text);
    await expect.poll(() => policies.overview().diagnostics[0]?.kind, { timeout: 20_000 }).toBe(kind);
    expect(allows(policies, 'one')).toBe(true);
  });

  it('is not looked at where the configuration does not ask for it', async () => {
    const policyDir = folderOf({ 'a.rego': allowing('one') });
    const policies = await open({ policyDir, watchForChanges: false });
    writeFileSync(join(policyDir, 'a.rego'), allowing('two'));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(allows(policies, 'one')).toBe(true);
    expect(await policies.commands['policy.files']()).toMatchObject({ watched: false });
  });

  it('denies every call where it was never good', async () => {
    const policies = await open({ policyDir: folderOf({ 'a.rego': broken }) });
    expect(policies.decide(call('one'))).toMatchObject({ allow: false, matchedRule: 'policy_unavailable' });
    expect(policies.overview().version).toBeNull();
  });
});

describe('the window', () => {
  it('saves what passes, and brings a version back', async () => {
    const policyDir = folderOf({ 'a.rego': allowing('one') });
    const policies = await open({ policyDir });
    expect(await save(policies, 'a.rego', allowing('two'), 'for the other one')).toMatchObject({
      outcome: 'saved',
      version: 2,
    });
    expect([allows(policies, 'one'), allows(policies, 'two')]).toEqual([false, true]);
    expect(readFileSync(join(policyDir, 'a.rego'), 'utf8')).toBe(allowing('two'));
    expect(await policies.commands['policy.rollback']({ id: 1 })).toMatchObject({ outcome: 'saved' });
    expect(allows(policies, 'one')).toBe(true);
    expect(readFileSync(join(policyDir, 'a.rego'), 'utf8')).toBe(allowing('one'));
    const { versions } = await policies.commands['policy.history']({ limit: 10 });
    expect(versions.map(({ by, note }) => [by, note])).toEqual([
      ['rollback', 'Back to version 1'],
      ['window', 'for the other one'],
      ['found', ''],
    ]);
    expect(await policies.commands['policy.version']({ id: 2 })).toMatchObject({
      files: [{ name: 'a.rego', text: allowing('two') }],
    });
  });

  it('writes nothing that does not pass', async () => {
    const policyDir = folderOf({ 'a.rego': allowing('one') });
    const policies = await open({ policyDir });
    const typo = 'package mcp.policy\n\ndecision := {"allow": input.tol == "x"}\n';
    expect(await save(policies, 'a.rego', typo)).toMatchObject({
      outcome: 'refused',
      check: { ok: false, diagnostics: [{ file: 'a.rego', line: 3, kind: 'schema', severity: 'error' }] },
    });
    expect(await save(policies, 'a.rego', slow)).toMatchObject({
      outcome: 'refused',
      check: { diagnostics: [{ kind: 'time' }] },
    });
    expect(readdirSync(policyDir)).toEqual(['a.rego']);
    expect(readFileSync(join(policyDir, 'a.rego'), 'utf8')).toBe(allowing('one'));
    await expect(save(policies, 'examples/x.rego', allowing('one'))).rejects.toMatchObject({
      code: 'bad_name',
    });
  });

  it('is told of edits by others in place of writing over them', async () => {
    const policyDir = folderOf({ 'a.rego': allowing('one') });
    const policies = await open({ policyDir, watchForChanges: false });
    const { hash } = await fileOf(policies, 'a.rego');
    writeFileSync(join(policyDir, 'a.rego'), allowing('two'));
    const saved = await policies.commands['policy.save']({
      files: [{ name: 'a.rego', text: allowing('three'), base: hash }],
      note: '',
    });
    expect(saved).toMatchObject({ outcome: 'conflict', files: [{ name: 'a.rego', text: allowing('two') }] });
    expect(readFileSync(join(policyDir, 'a.rego'), 'utf8')).toBe(allowing('two'));
  });

  it('loses nothing of what a rollback takes the place of', async () => {
    const policyDir = folderOf({ 'a.rego': allowing('one') });
    const policies = await open({ policyDir, watchForChanges: false });
    writeFileSync(join(policyDir, 'b.rego'), broken);
    await policies.commands['policy.rollback']({ id: 1 });
    expect(existsSync(join(policyDir, 'b.rego'))).toBe(false);
    const { versions } = await policies.commands['policy.history']({ limit: 10 });
    const aside = versions.find(({ wasInForce }) => !wasInForce);
    expect(await policies.commands['policy.version']({ id: aside?.id ?? 0 })).toMatchObject({
      files: [{ name: 'a.rego' }, { name: 'b.rego', text: broken }],
    });
  });

  it('checks, tests and formats what is not saved', async () => {
    const policies = await open({ policyDir: folderOf({ 'a.rego': allowing('one') }) });
    const test =
      'package a_test\n\ntest_one if data.mcp.policy.decision.allow with input.tool as "one"\ntest_two if data.mcp.policy.decision.allow with input.tool as "two"\n';
    const files = [{ name: 'a_test.rego', text: test }];
    expect(await policies.commands['policy.check']({ files })).toMatchObject({
      ok: false,
      tests: { passed: 1, failed: 1 },
      diagnostics: [{ file: 'a_test.rego', line: 4, kind: 'test' }],
    });
    const run = await policies.commands['policy.test']({ files });
    expect(run.results.map(({ name, outcome }) => [name, outcome]).sort()).toEqual([
      ['test_one', 'passed'],
      ['test_two', 'failed'],
    ]);
    const passing = test.split('\n').slice(0, 3).join('\n');
    const covered = await policies.commands['policy.test']({
      files: [{ name: 'a_test.rego', text: passing }],
    });
    expect(covered.coverage).toMatchObject([{ file: 'a.rego', covered: [{ from: 3, to: 3 }] }]);
    expect(await policies.commands['policy.format']({ text: 'package a\nallow if{input.x==1}' })).toEqual({
      ok: true,
      text: 'package a\n\nallow if input.x == 1\n',
    });
    expect(await policies.commands['policy.format']({ text: 'package a\nallow if{' })).toMatchObject({
      ok: false,
      diagnostics: [{ line: 2 }],
    });
  });
});

describe('the copy of the shipped policies', () => {
  const shippedOf = (tool: string) => ({
    'a.rego': allowing(tool),
    'b_test.rego': 'package b\n\ntest_b if true\n',
  });
  const shipped = (files: Record<string, string>) => {
    const folder = folderOf(files);
    writeFileSync(
      join(folder, 'input.schema.json'),
      readFileSync(join(shippedPolicies, 'input.schema.json')),
    );
    return folder;
  };

  it('is made at the first start, and follows what nobody has edited', async () => {
    const userData = temporaryFolder();
    const first = await open({ userData, shippedPolicies: shipped(shippedOf('one')) });
    expect(first.overview().source).toBe(join(userData, 'policies'));
    expect(allows(first, 'one')).toBe(true);
    await first.close();
    const second = await open({ userData, shippedPolicies: shipped(shippedOf('two')) });
    expect([allows(second, 'one'), allows(second, 'two')]).toEqual([false, true]);
    const { versions } = await second.commands['policy.history']({ limit: 10 });
    expect(versions.map(({ by }) => by)).toEqual(['update', 'shipped']);
    expect(await second.commands['policy.updates']()).toEqual([]);
  });

  it('keeps what was edited or taken away, and offers the new one until it is decided against', async () => {
    const userData = temporaryFolder();
    const first = await open({ userData, shippedPolicies: shipped(shippedOf('one')) });
    await save(first, 'a.rego', allowing('mine'));
    rmSync(join(userData, 'policies/b_test.rego'));
    await first.close();
    const second = await open({ userData, shippedPolicies: shipped(shippedOf('two')) });
    expect(allows(second, 'mine')).toBe(true);
    expect(existsSync(join(userData, 'policies/b_test.rego'))).toBe(false);
    const [offer, ...others] = await second.commands['policy.updates']();
    expect(others).toEqual([]);
    expect(offer).toMatchObject({ name: 'a.rego', own: allowing('mine'), shipped: allowing('two') });
    await second.commands['policy.keep']({ name: 'a.rego', shippedHash: offer?.shippedHash ?? '' });
    expect(await second.commands['policy.updates']()).toEqual([]);
  });
});

it('never puts in force again what ran away, and says so', async () => {
  const policyDir = folderOf({ 'a.rego': allowing('one') });
  const userData = temporaryFolder();
  const first = await open({ policyDir, userData });
  await save(first, 'a.rego', allowing('two'));
  const files = await first.commands['policy.files']();
  await first.close();
  const runaway = { hash: evaluationHash(files.files), what: 'on req_1 no decision came' };
  const next = await open({ policyDir, userData, runaway });
  expect([allows(next, 'one'), allows(next, 'two')]).toEqual([true, false]);
  expect(next.overview()).toMatchObject({ version: 1, problem: expect.stringContaining('req_1') as string });
  expect(await next.commands['policy.rollback']({ id: 2 })).toMatchObject({ outcome: 'refused' });
  const tested = { name: 'a_test.rego', text: 'package a_test\n\ntest_a := true\n', base: null };
  expect(
    await next.commands['policy.save']({ files: [tested], note: 'a test changes nothing' }),
  ).toMatchObject({
    outcome: 'refused',
  });
});
