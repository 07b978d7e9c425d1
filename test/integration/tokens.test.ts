// Registered clients, from the window's commands to the wire: a token opens, is theirs alone, and is told to nobody.
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type GatewayHost, startGatewayHost } from '../../electron/gateway/host.ts';
import { pathWithToken } from '../../electron/shared/client-token.ts';
import type { IssuedToken } from '../../electron/shared/domain.ts';
import { readAuditLog } from './audit-log.ts';
import { startBridge } from './bridge-process.ts';
import { startEverything } from './everything-server.ts';
import { allowAll, startProxy, temporaryFolder, writeConfig } from './harness.ts';
import { openStream, send } from './raw-http.ts';
import { readEndpoint } from './raw-session.ts';
import { connectSdkClient, connectSdkClientBy } from './sdk-client.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const initialize =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},' +
  '"clientInfo":{"name":"x","version":"1"}}}';
const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

let host: GatewayHost;
let url: string;
let userData: string;

beforeAll(async () => {
  const folder = temporaryFolder();
  userData = join(folder, 'user data');
  const configFile = await writeConfig(
    folder,
    {
      server: { listen: { port: 0 }, auth: 'required' },
      upstream: (await startEverything('stdio')).section,
      logging: { level: 'error' },
    },
    allowAll,
  );
  const silent = () => undefined;
  host = startGatewayHost({
    gateway: {
      version: '1.2.3',
      configFile,
      managedConfigFile: null,
      userData,
      shippedPolicies: at('../../policies'),
      out: at('../../out'),
      bundledOpa: null,
      env: process.env,
    },
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  });
  const started = await host.started;
  if (!started.ok) throw new Error(started.problem.message);
  ({ url } = started);
});
afterAll(async () => {
  await host.close();
});

let number = 0;
async function register(): Promise<IssuedToken> {
  number += 1;
  return host.commands['clients.register']({ name: `Client ${number}`, capabilities: ['read:*'], tags: [] });
}

async function connect({ token }: IssuedToken) {
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const sdk = await connectSdkClientBy(
    new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit }),
  );
  onTestFinished(() => sdk.close().catch(() => undefined));
  return sdk;
}

describe('a registered client', () => {
  it('comes in by its header, and is known to log and window by its id', async () => {
    const issued = await register();
    const sdk = await connect(issued);
    expect(await sdk.call('echo', { message: 'hi' })).toBe('Echo: hi');
    const { id } = issued.client;
    const open = (await host.commands['status.read']()).sessions.filter(({ clientId }) => clientId === id);
    expect(open).toMatchObject([{ agentId: id, client: 'sdk client' }]);
    expect(readAuditLog(userData).filter(({ tool }) => tool === 'echo')).toMatchObject([{ agent_id: id }]);
    const listed = await host.commands['clients.list']();
    expect(listed.find((client) => client.id === id)?.lastSeenAt).toBeGreaterThan(0);
  });

  it.each(['streamable-http', 'sse'] as const)('comes in by its path over %s', async (inbound) => {
    const { token } = await register();
    const path = pathWithToken(token, inbound === 'sse' ? '/servers/default/sse' : '/mcp');
    const sdk = await connectSdkClient(inbound, url, path);
    onTestFinished(() => sdk.close());
    expect(await sdk.call('echo', { message: inbound })).toBe(`Echo: ${inbound}`);
  });

  it('comes in through the bridge', async () => {
    const { token } = await register();
    const file = join(temporaryFolder(), 'token');
    writeFileSync(file, `${token}\n`);
    const bridge = startBridge('--url', url, '--token-file', file);
    bridge.say(initialize);
    expect(await bridge.hear('"id":0')).toContain('protocolVersion');
    bridge.hangUp();
    const stranger = startBridge('--url', url);
    stranger.say(initialize);
    expect(await stranger.hear('"id":0')).toContain('A token is needed here');
    stranger.hangUp();
    await Promise.all([bridge.ended, stranger.ended]);
  });

  it.each(['clients.rotate', 'clients.remove'] as const)('is out at once after %s', async (command) => {
    const issued = await register();
    const { id } = issued.client;
    const sdk = await connect(issued);
    const stream = await openStream(url + pathWithToken(issued.token, '/sse'));
    await readEndpoint(stream, url);
    await host.commands[command](id);
    await stream.ended();
    const { sessions } = await host.commands['status.read']();
    expect(sessions.filter(({ clientId }) => clientId === id)).toEqual([]);
    await expect(sdk.call('echo', { message: 'still here' })).rejects.toThrow();
    const headers = { authorization: `Bearer ${issued.token}` };
    expect((await send(`${url}/mcp`, { body: initialize, headers })).status).toBe(401);
    if (command === 'clients.rotate') return;
    await host.commands['clients.restore'](id);
    expect((await send(`${url}/mcp`, { body: initialize, headers })).status).toBe(200);
  });
});

it('the tour goes on where a token is required', async () => {
  // Of another server than the demo's it says so: it has come in, and has asked.
  const [step] = await host.commands['demo.run']();
  expect(step?.detail).toContain('The proxy serves');
  expect((await host.commands['clients.list']()).map(({ id }) => id)).not.toContain('demo tour');
});

it('a token stands nowhere but with its client', async () => {
  const token = 'mcpp_a-token-of-the-configuration-file';
  /** What a server was sent. */
  const sentOn: string[] = [];
  const nosy = createServer((request, response) => {
    void takeDown(request).then((whole) => {
      sentOn.push(whole);
      response.writeHead(400).end();
    });
  }).listen(0, '127.0.0.1');
  await once(nosy, 'listening');
  onTestFinished(() => void nosy.close());
  const proxy = await startProxy({
    config: {
      upstream: { url: `http://127.0.0.1:${(nosy.address() as AddressInfo).port}/mcp` },
      clients: { canary: { token_hash: createHash('sha256').update(token).digest('hex') } },
      logging: { level: 'debug' },
    },
    policies: allowAll,
  });
  onTestFinished(() => proxy.stop());

  const headers = { authorization: `Bearer ${token}` };
  const byPath = proxy.url + pathWithToken(token, '/mcp');
  await send(`${proxy.url}/mcp`, { body: initialize, headers });
  await send(byPath, { body: initialize });
  await send(byPath, { body: '{' });
  await send(byPath, { body: ping });
  await send(`${proxy.url}${pathWithToken(`${token}x`, '/mcp')}`, { body: initialize });
  await send(`${proxy.url}/mcp?token=${token}`, { body: initialize, headers });
  await send(`${proxy.url}/nowhere${pathWithToken(token, '/mcp')}`, { body: initialize });
  expect(sentOn.join('\n')).toContain('initialize');
  const audited = readAuditLog(proxy.userData);
  expect(new Set(audited.map(({ agent_id: id }) => id))).toContain('canary');
  expect(audited.map(({ method }) => method)).toContain('POST /c/…/mcp');
  const files = readdirSync(proxy.userData, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => readFileSync(join(proxy.userData, name), 'latin1'));
  const { stdout, stderr } = proxy.output();
  expect([...sentOn, ...files, JSON.stringify(audited), stdout, stderr].join('\n')).not.toContain(token);
});

async function takeDown(request: IncomingMessage): Promise<string> {
  const parts = [request.url ?? '', JSON.stringify(request.headers)];
  for await (const chunk of request) parts.push(String(chunk));
  return parts.join('\n');
}
