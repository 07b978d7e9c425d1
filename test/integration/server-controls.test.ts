// The switches on a server, over the admin API: what becomes of the sessions that are open with it, and what is recorded.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type OperationName,
  type Operations,
  operations,
} from '../../electron/shared/admin-api/operations.ts';
import type { ServerDetails } from '../../electron/shared/servers.ts';
import { type EverythingTransport, startEverything } from './everything-server.ts';
import { allowAll, type RunningProxy, startProxy } from './harness.ts';
import { connectSdkClient } from './sdk-client.ts';

const transports: EverythingTransport[] = ['stdio', 'streamableHttp'];

async function start(section: object, userData?: string) {
  const config = {
    api: { enabled: true },
    servers: { everything: section, broken: { command: 'no-such-command-anywhere' } },
  };
  const given = userData === undefined ? {} : { userData };
  const proxy = await startProxy({ config, policies: allowAll, ...given });
  onTestFinished(() => proxy.stop());
  return { proxy, ask: asking(proxy) };
}

function asking({ url, userData }: RunningProxy) {
  const authorization = `Bearer ${readFileSync(join(userData, 'api-token'), 'utf8').trim()}`;
  return async <N extends OperationName>(
    name: N,
    place = '',
  ): Promise<ReturnType<Operations[N]['output']['parse']>> => {
    const { method, path, output } = operations[name];
    const full = url + path.replace(/\{\w+\}/u, place);
    const body = method === 'POST' ? { body: '{}' } : {};
    const answer = await fetch(full, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...body,
    });
    return output.parse(await answer.json()) as ReturnType<Operations[N]['output']['parse']>;
  };
}

/** A server that npm ships may take its time to start. */
const patience = { timeout: 20_000 };

const happened = ({ history }: ServerDetails) => history.map(({ kind }) => kind);

describe.each(transports)('a server over %s', (transport) => {
  it('is stopped and started again: its calls get a clear error meanwhile, and its session goes on', async () => {
    const server = await startEverything(transport);
    onTestFinished(() => server.close());
    const { proxy, ask } = await start(server.section);
    const sdk = await connectSdkClient('streamable-http', proxy.url, '/servers/everything/mcp');
    onTestFinished(() => sdk.close());
    expect(await sdk.call('echo', { message: 'hi' })).toContain('hi');
    const state = async () => (await ask('servers.list'))[0];
    expect(await state()).toMatchObject({ name: 'everything', state: 'running', connections: 1, calls: 0 });

    const words = /everything was stopped by the user of MCP Proxy Desktop/u;
    const stopped = expect(
      sdk.call('trigger-long-running-operation', { duration: 30, steps: 1 }),
    ).rejects.toThrow(words);
    await expect.poll(async () => (await state())?.calls).toBe(1);
    expect(await ask('servers.stop', 'everything')).toBe(true);
    await stopped;
    await expect(sdk.call('echo', { message: 'hi' })).rejects.toThrow(words);
    expect(await state()).toMatchObject({ state: 'stopped', calls: 0 });
    await expect.poll(async () => (await ask('servers.read', 'everything')).processes, patience).toEqual([]);
    // The others, and the proxy, are as they were.
    expect(await ask('status.read')).toMatchObject({ state: 'running', problems: [] });

    expect(await ask('servers.start', 'everything')).toBe(true);
    expect(await sdk.call('echo', { message: 'again' })).toContain('again');
    const kinds = ['server.stopped', 'server.resumed'];
    const logged = await fetchEvents(proxy, kinds);
    expect(logged.toReversed()).toMatchObject(
      kinds.map((kind) => ({ kind, by: 'person', subject: 'everything' })),
    );
  });

  it('is tested, and what it says of itself is known', async () => {
    const server = await startEverything(transport);
    onTestFinished(() => server.close());
    const { ask } = await start(server.section);
    const { id } = await ask('servers.test', 'everything');
    await expect.poll(async () => (await ask('servers.test.read', String(id))).state, patience).toBe('ok');
    const { tools, introduction } = await ask('servers.test.read', String(id));
    expect(tools).toContain('echo');
    expect(introduction).toMatchObject({ era: 'legacy', protocolVersions: ['2025-11-25'] });
  });
});

it('goes on with a new process after a restart, in the same session', async () => {
  const { section } = await startEverything('stdio');
  const { proxy, ask } = await start(section);
  const sdk = await connectSdkClient('streamable-http', proxy.url, '/servers/everything/mcp');
  onTestFinished(() => sdk.close());
  await sdk.client.listTools();
  const before = await ask('servers.read', 'everything');
  expect(before.processes).toHaveLength(1);
  expect(before.introduction).toMatchObject({ name: expect.stringContaining('everything') as string });
  expect(before.tools?.map(({ name }) => name)).toContain('echo');
  expect(before.variables).toEqual(['ELECTRON_RUN_AS_NODE']);
  expect(before.lines.map(({ text }) => text).join('\n')).toMatch(/starting/iu);
  expect(await ask('servers.restart', 'everything')).toBe(true);
  const after = await ask('servers.read', 'everything');
  expect(after.processes).toHaveLength(1);
  expect(after.processes[0]?.pid).not.toBe(before.processes[0]?.pid);
  expect(happened(after)).toEqual(['started', 'ended', 'restarted', 'started']);
  expect(await sdk.call('echo', { message: 'still here' })).toContain('still here');
  expect((await ask('servers.list'))[0]).toMatchObject({ state: 'running', lastError: null });
});

it('stays stopped over a restart of the proxy', async () => {
  const { section } = await startEverything('stdio');
  const first = await start(section);
  await first.ask('servers.stop', 'everything');
  await first.proxy.stop();
  const { ask } = await start(section, first.proxy.userData);
  expect((await ask('servers.list'))[0]).toMatchObject({ state: 'stopped' });
});

it('says of each server where it is defined, why one does not work, and of each part how it is', async () => {
  const { section } = await startEverything('stdio');
  const { ask } = await start(section);
  const { id } = await ask('servers.test', 'broken');
  await expect.poll(async () => (await ask('servers.test.read', String(id))).state, patience).toBe('failed');
  expect((await ask('servers.test.read', String(id))).steps).toMatchObject([
    { state: 'failed', says: expect.stringContaining('"no-such-command-anywhere" was not found') as string },
  ]);
  expect((await ask('servers.list')).map(({ where }) => where)).toEqual([
    expect.stringMatching(/config\.yaml:\d+$/u),
    expect.stringMatching(/config\.yaml:\d+$/u),
  ]);
  const health = await ask('health.read');
  expect(health.find(({ part }) => part === 'policy')).toMatchObject({ state: 'ok' });
  expect(health.filter(({ part }) => part === 'server').map(({ name }) => name)).toEqual([
    'everything',
    'broken',
  ]);
});

async function fetchEvents({ url, userData }: RunningProxy, kinds: string[]) {
  const authorization = `Bearer ${readFileSync(join(userData, 'api-token'), 'utf8').trim()}`;
  const answer = await fetch(`${url}/api/audit/events`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ kinds }),
  });
  return operations['audit.events'].output.parse(await answer.json()).events;
}
