import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { callOf, request } from '../fakes.ts';
import { asRequest, by, call, engine, engineOn } from './engines.ts';
import { folderOf, opa, root, shippedData, shippedPolicies, temporaryFolder } from './places.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const noOpa = { configured: '/nowhere/opa', bundled: null, searchPath: '' };
const decides = 'package mcp.policy\ndecision := {"allow": input.tool == "good"}\n';

describe('the README policy that restricts file system access, unchanged', () => {
  const policyDir = join(shippedPolicies, 'examples/restrict-file-system-access');

  it('lets readers read, and nobody write to /etc', async () => {
    const { decide, problem, entrypoint } = await engine({ policyDir });
    expect({ problem, entrypoint }).toEqual({ problem: null, entrypoint: 'data.mcp.policy' });
    const reader = by('read:*');
    expect(decide(call('read_file', { path: '/etc/hosts' }, reader)).allow).toBe(true);
    expect(decide(call('read_file', {}, by('read:files'))).allow).toBe(false);
    expect(decide(call('list_files', {}, reader)).allow).toBe(false);
    expect(decide(callOf(request(1, 'resources/read', { uri: 'file:///a' }))).allow).toBe(false);
    expect(decide(call('write_file', { path: '/etc/passwd' }, reader))).toMatchObject({
      allow: false,
      matchedRule: 'deny',
    });
  });
});

describe('the README policy that limits the rate, unchanged', () => {
  it('lets one hundred requests of a session pass', async () => {
    const { decide } = await engine({ policyDir: join(shippedPolicies, 'examples/rate-limiting') });
    expect(decide(call('any', {}, asRequest(100))).allow).toBe(true);
    expect(decide(call('any', {}, asRequest(101)))).toMatchObject({ allow: false, matchedRule: 'deny' });
  });

  it('works beside the other one', async () => {
    const readme = (name: string) =>
      readFileSync(join(shippedPolicies, 'examples', name, 'policy.rego'), 'utf8');
    const { decide } = await engine({
      policyDir: folderOf({
        'files.rego': readme('restrict-file-system-access'),
        'rate.rego': readme('rate-limiting'),
      }),
    });
    const reader = by('read:*');
    expect(decide(call('read_file', {}, { ...reader, ...asRequest(100) })).allow).toBe(true);
    expect(decide(call('read_file', {}, { ...reader, ...asRequest(101) })).allow).toBe(false);
    expect(decide(call('other_tool', {}, { ...reader, ...asRequest(1) })).allow).toBe(false);
  });
});

it('judges each resource of a call that names several', async () => {
  const { decide } = await engineOn(
    'package mcp.policy\ndecision := {"allow": startswith(input.resource, "file:///tmp/")}\n',
  );
  const listening = (...resourceSubscriptions: string[]) =>
    callOf(request(1, 'subscriptions/listen', { notifications: { resourceSubscriptions } }));
  expect(decide(listening('file:///tmp/a', 'file:///tmp/b')).allow).toBe(true);
  expect(decide(listening('file:///tmp/a', 'file:///etc/b')).allow).toBe(false);
});

describe('the engine fails closed', () => {
  it('where the policy is undefined, contradicts itself or is malformed', async () => {
    const { decide } = await engineOn(`package mcp.policy
decision := {"allow": true} if input.tool == "good"
decision := {"allow": false} if input.arguments.contradict
decision := {"allow": "yes"} if input.tool == "malformed"
`);
    expect(decide(call('good')).allow).toBe(true);
    expect(decide(call('undefined')).matchedRule).toBe('invalid_decision');
    expect(decide(call('malformed')).matchedRule).toBe('invalid_decision');
    expect(decide(call('good', { contradict: true }))).toMatchObject({
      allow: false,
      matchedRule: 'evaluation_error',
    });
    expect(decide(call('good')).allow).toBe(true);
  });

  it('where the input can not be handed to the policy', async () => {
    const { decide, logged } = await engineOn('package mcp.policy\ndeny if input.arguments[_] == "/etc"\n');
    expect(decide(call('t', { path: '/tmp' })).allow).toBe(true);
    const nested: unknown = JSON.parse('{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000));
    for (const hostile of [{ path: '/etc\ud800' }, { '\udfff': 1 }, { nested }]) {
      const refused = decide(call('t', {}, { arguments: hostile }));
      expect(refused).toMatchObject({ allow: false, matchedRule: 'evaluation_error' });
      expect(decide(call('t', { path: '/tmp' })).allow).toBe(true);
    }
    expect(decide(call('t', {}, { at: Number.NaN })).matchedRule).toBe('evaluation_error');
    expect(logged.filter(({ event }) => event === 'policy_evaluation_failed')).toHaveLength(4);
  });

  it('and is none the worse for it, however often that happens', async () => {
    const { decide } = await engineOn('package mcp.policy\ndeny if input.arguments[_] == "/etc"\n');
    const hostile = call('t', {}, { arguments: { path: '/etc', deep: [[[['\ud800']]]] } });
    for (let times = 0; times < 1500; times += 1) decide(hostile);
    expect(decide(call('t', { path: '/etc' })).matchedRule).toBe('deny');
    expect(decide(call('t', { path: '/tmp' })).matchedRule).toBe('allow');
  });

  it('and sees everything else as it is', async () => {
    const { decide } = await engineOn('package mcp.policy\ndeny if input.arguments.path == "/etc"\n');
    const awkward = JSON.parse(
      '{"__proto__": {"path": 1}, "path": "/etc", "big": 12345678901234567890}',
    ) as object;
    expect(decide(call('t', {}, { arguments: awkward as Record<string, unknown> })).allow).toBe(false);
    expect(decide(call('t', { path: '\u{1f600}\u0000"\\' })).allow).toBe(true);
  });

  it('where the policies do not compile, and says where', async () => {
    const { decide, problem } = await engineOn('package mcp.policy\nallow if {\n');
    expect(decide(call('any'))).toMatchObject({ allow: false, matchedRule: 'policy_unavailable' });
    expect(problem).toMatch(/^policy\.rego:3:\d+: /u);
  });

  it('where a builtin is used that is not supplied, and names file and line', async () => {
    const { decide, problem } = await engineOn(`package mcp.policy
default allow := false
# http.send(x) in a comment
allow if http.send({"method": "get", "url": "http://127.0.0.1"}).status_code == 200
allow if regex.globs_match(input.tool, "a*")
`);
    expect(problem?.split('\n').sort()).toEqual([
      "policy.rego:4:10: the builtin function http.send can't be used in policies of this proxy: a decision must not wait for a network",
      "policy.rego:5:10: the builtin function regex.globs_match can't be used in policies of this proxy: OPA itself overlooks texts that both globs match; compare with glob.match",
    ]);
    expect(decide(call('any')).allow).toBe(false);
  });

  it.each([
    ['there is no policy', { 'policy_data.json': '{}' }, 'no policy'],
    ['the data is malformed', { 'policy.rego': decides, 'policy_data.json': '{' }, 'policy_data.json'],
  ])('where %s', async (_, files, expected) => {
    const policyDir = folderOf(files);
    const { decide, problem } = await engine({ policyDir, dataFile: join(policyDir, 'policy_data.json') });
    expect(decide(call('good')).matchedRule).toBe('policy_unavailable');
    expect(problem).toContain(expected);
  });

  it('where a decision takes longer than it may', async () => {
    const { decide, logged } = await engineOn(decides, { timeoutMs: 0 });
    expect(decide(call('good'))).toMatchObject({ allow: false, matchedRule: 'evaluation_error' });
    expect(logged.at(-1)).toMatchObject({ event: 'policy_evaluation_failed' });
  });

  it('but not where the machine was busy with something else meanwhile', async () => {
    const { decide, logged } = await engineOn(decides, { timeoutMs: 100 });
    const begun = performance.now();
    const clock = vi
      .spyOn(performance, 'now')
      .mockReturnValueOnce(begun)
      .mockReturnValueOnce(begun + 190);
    expect(decide(call('good')).allow).toBe(true);
    expect(decide(call('bad')).allow).toBe(false);
    clock.mockRestore();
    expect(logged.map(({ event }) => event)).toEqual(['policy_compiled', 'policy_evaluation_delayed']);
  });

  it('where a builtin function fails, if that is to count', async () => {
    const rego = 'package mcp.policy\ndeny if time.parse_rfc3339_ns(input.tool) > 0\n';
    const strict = await engineOn(rego, { strictBuiltinErrors: true });
    expect(strict.decide(call('no time'))).toMatchObject({ allow: false, matchedRule: 'evaluation_error' });
    const lenient = await engineOn(rego, { strictBuiltinErrors: false });
    expect(lenient.decide(call('no time')).allow).toBe(true);
  });

  it('once it is closed', async () => {
    const { decide, close } = await engineOn(decides);
    await close();
    expect(decide(call('good')).allow).toBe(false);
  });
});

describe('the engine', () => {
  it('gives policies their data', async () => {
    const policyDir = folderOf({
      'policy.rego': 'package mcp.policy\ndecision := {"allow": input.tool in data.good}\n',
      'policy_data.json': '{"good": ["a"]}',
    });
    const { decide, entrypoint } = await engine({ policyDir, dataFile: join(policyDir, 'policy_data.json') });
    expect([decide(call('a')).allow, decide(call('b')).allow]).toEqual([true, false]);
    expect(entrypoint).toBe('data.mcp.policy.decision');
  });

  it('evaluates time as that of the call', async () => {
    const { decide } = await engineOn(`package mcp.policy
decision := {"allow": time.now_ns() == time.parse_rfc3339_ns(input.context.timestamp)}
`);
    expect(decide(call('a', {}, { at: 1_750_000_000_123 })).allow).toBe(true);
  });

  it('takes violations as sets and as the objects that violations[msg] makes', async () => {
    const set = await engineOn('package mcp.policy\nviolations contains "no" if input.tool == "x"\n');
    const object = await engineOn(
      'package mcp.policy\nviolations[msg] if { input.tool == "x"; msg := "no" }\n',
    );
    const old = await engineOn('package mcp.policy\ndeny[msg] { input.tool == "x"; msg := "no" }\n');
    for (const { decide } of [set, object, old]) {
      expect(decide(call('x'))).toMatchObject({ allow: false, violations: ['no'] });
      expect(decide(call('y'))).toMatchObject({ allow: true, violations: [] });
    }
  });

  it('compiles a folder once, and needs no OPA after that, also for other data', async () => {
    const policyDir = folderOf({
      'policy.rego': 'package mcp.policy\ndecision := {"allow": input.tool in data.good}\n',
      'policy_data.json': '{"good": ["a"]}',
    });
    const dataFile = join(policyDir, 'policy_data.json');
    const cacheDir = temporaryFolder();
    await engine({ policyDir, dataFile, cacheDir });
    const again = await engine({ policyDir, dataFile, cacheDir, opa: noOpa });
    expect(again.decide(call('a')).allow).toBe(true);
    writeFileSync(dataFile, '{"good": ["b"]}');
    const changed = await engine({ policyDir, dataFile, cacheDir, opa: noOpa });
    expect([changed.decide(call('a')).allow, changed.decide(call('b')).allow]).toEqual([false, true]);
    writeFileSync(join(policyDir, 'policy.rego'), 'package mcp.policy\ndecision := {"allow": false}\n');
    const edited = await engine({ policyDir, dataFile, cacheDir, opa: noOpa });
    expect(edited.problem).toContain('MCP_OPA_PATH');
    expect(edited.decide(call('b')).allow).toBe(false);
  });

  it('runs the shipped policies without OPA, as the build compiled them', async () => {
    const precompiledDir = join(temporaryFolder(), 'policies');
    execFileSync(process.execPath, [join(root, 'build/compile-policies.mjs'), opa, precompiledDir]);
    const shipped = { policyDir: shippedPolicies, dataFile: shippedData, precompiledDir, opa: noOpa };
    const { decide, problem } = await engine(shipped);
    expect(problem).toBeNull();
    expect(decide(call('delete_note', {}, by('read:*'))).matchedRule).toBe('missing_capability');
    rmSync(precompiledDir, { recursive: true });
    expect((await engine(shipped)).problem).toContain('MCP_OPA_PATH');
  });
});
