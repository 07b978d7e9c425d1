// What the settings below `server` do to a gateway that runs.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../harness.ts';
import { send } from '../raw-http.ts';
import { exchange } from '../raw-socket.ts';
import { startRawUpstream } from '../raw-upstream.ts';
import { openCalls, runGateway, type RunningGateway, seenBy, telling, toolCall } from './running-gateway.ts';

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
});

const { section: upstream } = await startRawUpstream('stdio');

describe('bounds', () => {
  let proxy: RunningGateway;
  let url: string;
  beforeAll(async () => {
    proxy = await runGateway({
      server: {
        listen: { address: '0.0.0.0', port: await freePort() },
        read_timeout: '400ms',
        write_timeout: '500ms',
        idle_timeout: '300ms',
        max_connections: 2,
        security: {
          allowed_hosts: ['Proxy.example'],
          cors_allowed_origins: ['https://app.example'],
          enable_security_headers: false,
        },
      },
      upstream,
    });
    url = `http://127.0.0.1:${proxy.port}`;
  });
  afterAll(() => proxy.close());

  it('server.read_timeout: a request that is not there in time is answered 408', async () => {
    const { status, ms } = await exchange(
      url,
      Buffer.from('POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n'),
      8000,
    );
    expect(status).toBe(408);
    expect(ms).toBeGreaterThan(300);
    expect(ms).toBeLessThan(4000);
  });

  it('server.idle_timeout: a connection without a request is closed', async () => {
    const { status, ms } = await exchange(
      url,
      Buffer.from('GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
      8000,
    );
    expect(status).toBe(404);
    // Node adds a second, for a request that is on its way.
    expect(ms).toBeGreaterThan(250);
    expect(ms).toBeLessThan(4000);
  });

  it('server.write_timeout: a client that leaves its answer unread is let go', async () => {
    const headers = { accept: 'application/json, text/event-stream' };
    const opened = await send(`${url}/mcp`, { body: initialize, headers });
    const session = String(opened.headers['mcp-session-id']);
    const body = toolCall('raw', { letters: 30_000_000 });
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(
      `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n` +
        `Mcp-Session-Id: ${session}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const letGo = () => proxy.log().some(({ event }) => event === 'client_reads_not');
    await expect.poll(letGo, { timeout: 15_000 }).toBe(true);
    socket.destroy();
    await send(`${url}/mcp`, { method: 'DELETE', headers: { 'mcp-session-id': session } });
  });

  it('server.max_connections: one session more than that is refused', async () => {
    const one = await openCalls(url);
    const two = await openCalls(url);
    const refused = await send(`${url}/mcp`, { body: initialize });
    expect(refused.status).toBe(503);
    await one.session.close();
    expect((await send(`${url}/mcp`, { body: initialize })).status).toBe(200);
    await two.session.close();
    for (const { id } of (await proxy.commands['status.read']()).sessions)
      await proxy.commands['sessions.end'](id);
  });

  it('server.security.allowed_hosts: the proxy answers to this name, and to no other', async () => {
    const by = async (host: string) => (await send(`${url}/nothing`, { headers: { host } })).status;
    expect(await by('proxy.example')).toBe(404);
    expect(await by('other.example')).toBe(403);
  });

  it('server.security.cors_allowed_origins: this page may call the proxy, and no other', async () => {
    const by = (origin: string) =>
      send(`${url}/mcp`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
    const let_in = await by('https://app.example');
    expect(let_in.status).toBe(204);
    expect(let_in.headers['access-control-allow-origin']).toBe('https://app.example');
    expect((await by('https://other.example')).status).toBe(403);
  });

  it('server.security.enable_security_headers: without it answers do not carry them', async () => {
    expect((await send(`${url}/nothing`)).headers).not.toHaveProperty('x-content-type-options');
  });
});

it('server.listen.address: the proxy listens there, and nowhere else', async () => {
  const port = await freePort();
  const proxy = await runGateway({ server: { listen: { address: '127.0.0.1', port } }, upstream });
  expect(proxy.url).toBe(`http://127.0.0.1:${port}`);
  await expect(send(`http://127.0.0.2:${port}/nothing`)).rejects.toThrow();
  const everywhere = await runGateway({
    server: { listen: { address: '0.0.0.0', port: await freePort() } },
    upstream,
  });
  expect((await send(`http://127.0.0.2:${everywhere.port}/nothing`)).status).toBe(404);
  const { headers } = await send(`${proxy.url}/nothing`);
  expect(headers['x-content-type-options']).toBe('nosniff');
});

it('server.listen.port: the proxy listens on this port', async () => {
  const port = await freePort();
  const proxy = await runGateway({ server: { listen: { address: '127.0.0.1', port } }, upstream });
  expect(new URL(proxy.url).port).toBe(String(port));
  expect((await send(`http://127.0.0.1:${port}/nothing`)).status).toBe(404);
});

it('server.transport: with http there is no HTTP+SSE', async () => {
  const listen = async () => ({ listen: { address: '127.0.0.1', port: await freePort() } });
  const proxy = await runGateway({ server: { ...(await listen()), transport: 'http' }, upstream });
  const asked = { headers: { accept: 'text/event-stream' } };
  expect((await send(`${proxy.url}/sse`, asked)).status).toBe(404);
  expect((await send(`${proxy.url}/`, asked)).status).toBe(404);
  expect(await (await openCalls(proxy.url)).code()).toBeNull();
});

it('server.graceful_shutdown: a call that runs has so long to end', async () => {
  const server = { listen: { address: '127.0.0.1', port: await freePort() }, graceful_shutdown: '700ms' };
  const proxy = await runGateway({ server, upstream });
  const { session } = await openCalls(proxy.url);
  void session.ask(toolCall('raw', { hang: true })).catch(() => undefined);
  await expect.poll(() => proxy.records().some(({ tool }) => tool === 'raw')).toBe(true);
  const from = performance.now();
  await proxy.close(60_000);
  const took = performance.now() - from;
  expect(took).toBeGreaterThan(650);
  expect(took).toBeLessThan(6000);
});

describe('clients with tokens', () => {
  const hash = createHash('sha256').update('a-token').digest('hex');
  let proxy: RunningGateway;
  beforeAll(async () => {
    proxy = await runGateway(
      {
        server: { listen: { address: '127.0.0.1', port: await freePort() }, auth: 'required' },
        upstream,
        clients: {
          cursor: { token_hash: hash, id: 'the-cursor', capabilities: ['read:files'], tags: ['editor'] },
        },
      },
      { policies: telling },
    );
  });
  afterAll(() => proxy.close());

  it('server.auth: where it is required, nobody comes in without a token', async () => {
    expect((await send(`${proxy.url}/mcp`, { body: initialize })).status).toBe(401);
  });

  it('clients.NAME.token_hash: who presents the token with this hash comes in', async () => {
    expect((await send(`${proxy.url}/c/another/mcp`, { body: initialize })).status).toBe(401);
    const authorization = 'Bearer a-token';
    expect((await send(`${proxy.url}/mcp`, { body: initialize, headers: { authorization } })).status).toBe(
      200,
    );
  });

  it('clients.NAME.id, clients.NAME.capabilities, clients.NAME.tags: policies see them, and the log the id', async () => {
    const { call } = await openCalls(proxy.url, '/c/a-token');
    const { agent } = seenBy(await call('look'));
    expect(agent).toMatchObject({ id: 'the-cursor', capabilities: ['read:files'], tags: ['editor'] });
    expect(proxy.records().find(({ tool }) => tool === 'look')?.agent_id).toBe('the-cursor');
  });
});
