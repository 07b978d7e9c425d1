// The command line against the running proxy: each command for people and as JSON, and what it says where it can't.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type OperationName, operations } from '../../electron/shared/admin-api/operations.ts';
import { cli } from './cli-process.ts';
import { type Ended, type ProxyOptions, startProxy, temporaryFolder } from './harness.ts';
import { connectSdkClient } from './sdk-client.ts';

const asking = `package mcp.policy

decision := {"allow": true, "ask": input.method == "tools/call", "matched_rule": "ask_calls", "violations": []}
`;
const config = {
  api: { enabled: true },
  approvals: { wait_for_api: true, timeout: '10m' },
  audit: { enabled: true },
};

async function start(options: Partial<ProxyOptions> = {}) {
  const proxy = await startProxy({ config, policies: { 'ask.rego': asking }, ...options });
  onTestFinished(() => proxy.stop());
  return { proxy, say: (...words: string[]) => cli(proxy.userData, ...words) };
}

/** What a command prints as JSON, read as its operation declares it. */
function read(name: OperationName, { stdout }: Ended): unknown {
  return operations[name].output.parse(JSON.parse(stdout));
}

it('tells how the proxy is, stops it and lets it go on', async () => {
  const { proxy, say } = await start();
  const status = await say('status');
  expect([status.code, status.stderr]).toEqual([0, '']);
  expect(status.stdout).toMatch(/^State {5}Running$/mu);
  expect(status.stdout).toContain(proxy.url);
  expect(await say('pause')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Paused/u) as string });
  expect(read('status.read', await say('status', '--json'))).toMatchObject({ state: 'paused' });
  expect(read('pause.set', await say('resume', '--json'))).toEqual({ paused: false });
  expect(read('servers.list', await say('servers', '--json'))).toMatchObject([{ isDefault: true }]);
  expect((await say('servers')).stdout).toMatch(/^Name +Kind +State +In use/u);
  expect((await say('sessions')).stdout).toBe('No session is open.\n');
  const sdk = await connectSdkClient('streamable-http', proxy.url);
  onTestFinished(() => sdk.close());
  expect((await say('sessions')).stdout).toContain('sdk client');
  expect(read('sessions.list', await say('sessions', '--json'))).toMatchObject([{ client: 'sdk client' }]);
  expect((await say('config')).stdout).toMatch(/^api\.enabled +true +\S+config\.yaml:\d+$/mu);
  expect(read('config.read', await say('config', '--json'))).toMatchObject({ waiting: [] });
}, 60_000);

it('shows what waits, allows it, denies it, and finds both in the log, which holds', async () => {
  const { proxy, say } = await start();
  const sdk = await connectSdkClient('streamable-http', proxy.url);
  onTestFinished(() => sdk.close());
  expect((await say('approve')).stdout).toBe('No call waits.\n');

  const waitingId = async () => {
    let id = '';
    await expect
      .poll(
        async () => {
          const list = z
            .array(z.object({ id: z.string() }))
            .parse(JSON.parse((await say('approve', '--json')).stdout));
          id = list[0]?.id ?? '';
          return list.length;
        },
        { timeout: 15_000 },
      )
      .toBe(1);
    return id;
  };
  const first = sdk.call('list_notes');
  const id = await waitingId();
  expect((await say('approve')).stdout).toContain('list_notes');
  expect(await say('approve', id.slice(0, 10))).toMatchObject({ code: 0, stdout: 'Allowed.\n' });
  await first;
  const second = expect(sdk.call('list_notes')).rejects.toThrow(/denied/u);
  expect(
    read('approvals.answer', await say('deny', await waitingId(), '--note', 'not now', '--json')),
  ).toMatchObject({
    outcome: 'answered',
  });
  await second;
  expect(await say('deny', id)).toMatchObject({ code: 1, stdout: '' });

  const found = await say('audit', 'search', 'list_notes');
  expect(found.stdout).toMatch(/list_notes +Denied/u);
  expect(found.stdout).toMatch(/list_notes +Allowed/u);
  const denied = await say('audit', 'search', '--decision', 'denied', '--json');
  expect(read('audit.search', denied)).toMatchObject({ calls: [{ tool: 'list_notes', verdict: 'deny' }] });
  expect(await say('audit', 'verify')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^The log holds/u) as string,
  });
  expect(read('audit.verify.read', await say('audit', 'verify', '--json'))).toMatchObject({
    state: 'done',
    broken: null,
  });
}, 90_000);

it('checks policies, puts them in force, refuses wrong ones, and brings earlier ones back', async () => {
  const { say } = await start();
  const folder = join(temporaryFolder(), 'mine');
  mkdirSync(folder);
  const file = join(folder, 'ask.rego');
  writeFileSync(file, asking.replace('tools/call', 'tools/list'));
  expect(await say('policy', 'check')).toMatchObject({ code: 0 });
  expect(read('policy.check', await say('policy', 'check', folder, '--json'))).toMatchObject({ ok: true });
  expect(
    read('policy.save', await say('policy', 'apply', folder, '--note', 'from a script', '--json')),
  ).toMatchObject({
    outcome: 'saved',
  });
  const history = z
    .object({ versions: z.array(z.object({ id: z.int(), note: z.string(), inForce: z.boolean() })) })
    .parse(read('policy.history', await say('policy', 'history', '--json')));
  expect(history.versions[0]).toMatchObject({ note: 'from a script', inForce: true });
  expect((await say('policy', 'history')).stdout).toContain('from a script');
  writeFileSync(file, 'package mcp.policy\n\nallow if {\n');
  const refused = await say('policy', 'apply', file);
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(/^ask\.rego:\d+.*: error: /u);
  expect(refused.stdout).toContain('Nothing was written.');
  const before = history.versions[1]?.id ?? 0;
  expect(await say('policy', 'rollback', String(before))).toMatchObject({ code: 0 });
  expect((await say('policy', 'rollback', '999')).code).toBe(1);
}, 90_000);

describe('where it can’t', () => {
  it('says that the app is not running', async () => {
    const ended = await cli(join(temporaryFolder(), 'nothing'), 'status');
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toContain('MCP Proxy Desktop is not running');
    const asJson = await cli(join(temporaryFolder(), 'nothing'), 'status', '--json');
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: 'not_running' } });
  });

  it('says what to write where the app takes no commands', async () => {
    const { say, proxy } = await start({ config: {} });
    const off = await say('status');
    expect(off).toMatchObject({ code: 3, stdout: '' });
    expect(off.stderr).toContain('\napi: { enabled: true }\n');
    // A token of a time when it was on.
    writeFileSync(join(proxy.userData, 'api-token'), 'mcpa_old\n');
    expect((await say('status')).stderr).toContain('\napi: { enabled: true }\n');
  });

  it('says whose token is wrong, and what to do', async () => {
    const { say, proxy } = await start();
    writeFileSync(join(proxy.userData, 'api-token'), 'mcpa_of_another_one\n');
    const refused = await say('status');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(join(proxy.userData, 'api-token'));
    expect(refused.stderr).toContain('Delete the file');
    const asJson = await say('status', '--json');
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: 'api_unauthorized' } });
  });

  it('says that a proxy has ended that was killed', async () => {
    const { proxy, say } = await start();
    await proxy.kill();
    const ended = await say('pause');
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toContain('has ended');
  });

  it('says so as JSON where that was asked for', async () => {
    const ended = await cli(temporaryFolder(), 'policy', 'check', 'no-such-folder', '--json');
    expect(ended.code).toBe(2);
    const { error } = z
      .object({ error: z.object({ code: z.string(), message: z.string() }) })
      .parse(JSON.parse(ended.stderr));
    expect(error.message).toMatch(/no-such-folder: there is no such file or folder$/u);
    const misspelt = await cli(temporaryFolder(), 'stauts', '--json');
    expect(JSON.parse(misspelt.stderr)).toMatchObject({ error: { code: 'wrong' } });
  });

  it.each([
    [['stauts'], 'There is no command stauts'],
    [['policy'], 'policy check, policy apply'],
    [['help', 'stauts'], 'There is no command stauts'],
    [['deny'], 'deny needs ID'],
    [['status', '--verbose'], '--verbose'],
    [['approve', 'x', '--for', 'ever'], '15_minutes'],
    [['completion', 'csh'], 'bash, zsh, fish'],
  ])('says what is wrong with %j', async (words, message) => {
    const ended = await cli(temporaryFolder(), ...words);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(message);
  });
});

it.each([
  [['help'], /^ {2}approve \[ID\] .*^ {2}policy rollback VERSION /msu],
  [
    ['help', 'audit', 'search'],
    /^mcp-proxy-desktop audit search \[WORD…\].*--decision DECISION.*^Exit codes/msu,
  ],
  [['help', 'policy'], /policy check.*policy apply.*policy history.*policy rollback/su],
  [['policy', '--help'], /policy check.*policy rollback/su],
  [['deny', '--help'], /^mcp-proxy-desktop deny ID.*--note TEXT/msu],
] as const)('%j prints what there is to know', async (words, expected) => {
  expect(await cli(temporaryFolder(), ...words)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(expected) as string,
  });
});

it('the proxy answers as its OpenAPI document declares', async () => {
  const { proxy, say } = await start();
  const sdk = await connectSdkClient('streamable-http', proxy.url);
  onTestFinished(() => sdk.close());
  const recorded = z.object({ calls: z.array(z.object({ id: z.int() })).min(1) });
  const found = recorded.parse(JSON.parse((await say('audit', 'search', '--json')).stdout));
  const authorization = `Bearer ${readFileSync(join(proxy.userData, 'api-token'), 'utf8').trim()}`;
  const documentForm = z.object({
    paths: z.record(
      z.string(),
      z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) })),
    ),
  });
  const document = documentForm.parse(
    await (await fetch(`${proxy.url}/api/openapi.json`, { headers: { authorization } })).json(),
  );
  const answerForm = z.object({
    content: z.object({ 'application/json': z.object({ schema: z.record(z.string(), z.unknown()) }) }),
  });
  const failure = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) });
  const bodies: Readonly<Record<string, object>> = {
    'pause.set': { paused: false },
    'mode.set': { mode: 'enforce' },
    'clients.register': { name: 'A script', id: 'script', capabilities: [] },
    'approvals.answer': { allow: true },
    'quiet.set': { until: null },
    'policy.save': { files: [] },
  };
  const answered: Record<string, number> = {};
  for (const [name, { method, path }] of Object.entries(operations)) {
    const ids: Readonly<Record<string, string>> = { clients: 'script', audit: String(found.calls[0]?.id) };
    const url =
      proxy.url + path.replace('{name}', 'demo').replace('{id}', ids[path.split('/')[2] ?? ''] ?? '1');
    const hasBody = method === 'POST' || method === 'PUT';
    const response = await fetch(url, {
      method,
      headers: { authorization, ...(hasBody && { 'content-type': 'application/json' }) },
      ...(hasBody && { body: JSON.stringify(bodies[name] ?? {}) }),
    });
    const answer: unknown = await response.json();
    answered[name] = response.status;
    const { responses } = document.paths[path]?.[method.toLowerCase()] ?? { responses: {} };
    if (response.status >= 400 && response.status !== 409) failure.parse(answer);
    else {
      const { schema } = answerForm.parse(responses[String(response.status)]).content['application/json'];
      expect(z.fromJSONSchema(schema).safeParse(answer).error, name).toBeUndefined();
    }
  }
  // The test of the server may be over already, or not.
  expect([200, 404]).toContain(answered['servers.test.cancel']);
  delete answered['servers.test.cancel'];
  const failed = Object.entries(answered).filter(([, status]) => status !== 200);
  expect(Object.fromEntries(failed)).toEqual({
    'sessions.end': 404,
    'grants.revoke': 404,
    'policy.bundle.check': 404,
    'audit.verify.cancel': 404,
  });
}, 60_000);
