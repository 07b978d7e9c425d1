// What the settings below `upstream` and `servers` do to a gateway that runs, with servers of every kind behind it.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePort, nodeCommand, temporaryFolder } from '../harness.ts';
import { messagesIn, send } from '../raw-http.ts';
import { startRawUpstream } from '../raw-upstream.ts';
import { openCalls, runGateway, toolCall } from './running-gateway.ts';

vi.setConfig({ testTimeout: 60_000 });

interface Asked {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly message: { readonly id?: number | string; readonly method?: string; readonly result?: unknown };
}

type Handle = (asked: Asked, response: ServerResponse) => void;

const answer = (response: ServerResponse, id: unknown, result: unknown = {}) =>
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ jsonrpc: '2.0', id, result }));

/** A Streamable HTTP server; `calls` answers tools/call. */
async function httpServer(calls: Handle = ({ message }, response) => answer(response, message.id)) {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Asked['message'];
      const one = { method: request.method ?? '', headers: request.headers, message };
      asked.push(one);
      if (request.method !== 'POST') response.writeHead(405).end();
      else if (message.method === 'initialize') {
        answer(response, message.id, {
          protocolVersion: '2025-03-26',
          capabilities: { tools: {} },
          serverInfo: { name: 's', version: '1' },
        });
      } else if (message.method === 'tools/call' || message.method === undefined) calls(one, response);
      else response.writeHead(202).end();
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, asked, sockets };
}

/** Answers `initialize` with what it was started with. */
const showing = `
process.stdin.on('data', (bytes) => {
  for (const line of bytes.toString().split('\\n').filter(Boolean)) {
    const { id, params } = JSON.parse(line);
    if (id === undefined) continue;
    const shown = { argv: process.argv.slice(2), cwd: process.cwd(), env: process.env };
    const result = { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: JSON.stringify(shown), version: '1' } };
    process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
  }
});`;

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
});

async function initialized(url: string) {
  const [text = '{}'] = messagesIn(await send(`${url}/mcp`, { body: initialize }));
  return JSON.parse(text) as {
    result?: { serverInfo: { name: string } };
    error?: { code: number; message: string };
  };
}

/** `upstream` and `servers.NAME` describe a server by the same keys: each is shown for both. */
const places = [
  (section: object) => ({ config: { upstream: section }, path: '' }),
  (section: object) => ({ config: { servers: { one: section } }, path: '/servers/one' }),
] as const;

it('upstream.command, upstream.args, upstream.env, upstream.cwd, servers.NAME.command, servers.NAME.args, servers.NAME.env, servers.NAME.cwd: the server is this program, started so', async () => {
  for (const place of places) {
    const folder = temporaryFolder();
    const script = join(folder, 'showing.mjs');
    writeFileSync(script, showing);
    const { command, args, env } = nodeCommand(script, 'an argument');
    const { config, path } = place({ command, args, env: { ...env, OF_MINE: 'a value' }, cwd: folder });
    const proxy = await runGateway(config);
    const { result } = await initialized(`${proxy.url}${path}`);
    const shown = JSON.parse(result?.serverInfo.name ?? '') as {
      argv: string[];
      cwd: string;
      env: Record<string, string>;
    };
    expect(shown).toMatchObject({ argv: ['an argument'], cwd: folder, env: { OF_MINE: 'a value' } });
  }
});

it('upstream.url, upstream.headers, servers.NAME.url, servers.NAME.headers: the server is there, and gets these headers', async () => {
  for (const place of places) {
    const server = await httpServer();
    const { config, path } = place({
      url: server.url,
      headers: { Authorization: 'Bearer for-the-server', 'X-Team': 'a' },
    });
    const proxy = await runGateway(config);
    expect(await (await openCalls(proxy.url, path)).code()).toBeNull();
    // Without a URL something else would answer.
    expect(server.asked.map(({ message }) => message.method)).toContain('tools/call');
    for (const { headers } of server.asked) {
      expect(headers).toMatchObject({ authorization: 'Bearer for-the-server', 'x-team': 'a' });
    }
  }
});

it('upstream.transport, servers.NAME.transport: sse opens a stream first, streamable-http posts', async () => {
  for (const place of places) {
    const first = async (transport: string) => {
      const server = await httpServer();
      const { config, path } = place({ url: server.url, transport });
      const proxy = await runGateway(config);
      await initialized(`${proxy.url}${path}`);
      return server.asked[0]?.method;
    };
    expect(await first('sse')).toBe('GET');
    expect(await first('streamable-http')).toBe('POST');
  }
});

it('upstream.era, servers.NAME.era: a client of the other era is told so unasked', async () => {
  for (const place of places) {
    const server = await httpServer();
    const { config, path } = place({ url: server.url, era: 'modern' });
    const proxy = await runGateway(config);
    expect((await initialized(`${proxy.url}${path}`)).error).toBeDefined();
    expect(server.asked).toEqual([]);
  }
});

it('upstream.max_concurrent, upstream.max_queued, servers.NAME.max_concurrent, servers.NAME.max_queued: so many run, so many wait, the next one fails', async () => {
  for (const place of places) {
    const held: (() => void)[] = [];
    const server = await httpServer(({ message }, response) =>
      held.push(() => void answer(response, message.id)),
    );
    const { config, path } = place({ url: server.url, max_concurrent: 1, max_queued: 1 });
    const proxy = await runGateway(config);
    const { call, code } = await openCalls(proxy.url, path);
    const first = code();
    await expect.poll(() => held.length).toBe(1);
    const second = code();
    await expect.poll(() => proxy.records().filter(({ tool }) => tool === 'raw').length).toBe(2);
    expect((await call()).error?.message).toContain('is busy: 1 requests run there and 1 wait');
    expect(held).toHaveLength(1);
    held.shift()?.();
    await expect.poll(() => held.length).toBe(1);
    held.shift()?.();
    expect(await Promise.all([first, second])).toEqual([null, null]);
  }
});

it('servers.NAME.enabled: a server that is not is not served', async () => {
  const { section } = await startRawUpstream('stdio');
  const proxy = await runGateway({ servers: { on: section, off: { ...section, enabled: false } } });
  expect(await (await openCalls(proxy.url, '/servers/on')).code()).toBeNull();
  expect((await send(`${proxy.url}/servers/off/mcp`, { body: initialize })).status).toBe(404);
});

it('upstream.timeout: a server that is not reached in time fails the call', async () => {
  // Takes connections, and says nothing.
  const server = createServer(() => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`;
  const proxy = await runGateway({ upstream: { url, transport: 'sse', timeout: '400ms' } });
  const from = performance.now();
  expect((await initialized(proxy.url)).error?.message).toContain('within 0.4 s');
  expect(performance.now() - from).toBeLessThan(5000);
});

it('upstream.request_timeout, upstream.max_request_time: silence ends a call, and progress only for so long', async () => {
  const mute = await httpServer(() => undefined);
  const silent = await runGateway({ upstream: { url: mute.url, request_timeout: '800ms' } });
  const from = performance.now();
  expect(await (await openCalls(silent.url)).code()).toBe(-32004);
  expect(performance.now() - from).toBeLessThan(5000);
  const server = await httpServer((_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const progress = JSON.stringify({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 'p', progress: 1 },
    });
    const timer = setInterval(() => response.write(`data: ${progress}\n\n`), 100);
    response.on('close', () => clearInterval(timer));
  });
  const busy = await runGateway({
    upstream: { url: server.url, request_timeout: '600ms', max_request_time: '1500ms' },
  });
  const { session } = await openCalls(busy.url);
  const params = { name: 'raw', arguments: {}, _meta: { progressToken: 'p' } };
  const began = performance.now();
  const messages = await session.ask(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
  expect(messages.at(-1)).toContain('-32004');
  expect(performance.now() - began).toBeGreaterThan(1300);
});

it('upstream.connection_pool.max_open: so many calls have a connection, and what they wait for does not wait with them', async () => {
  const held: { id: unknown; response: ServerResponse }[] = [];
  const answers: unknown[] = [];
  let asked = 0;
  const server = await httpServer(({ message }, response) => {
    if (message.method === undefined) {
      // The client's answer to what was asked below: it ends the call that waits for it.
      answers.push(message.result);
      response.writeHead(202).end();
      const asking = held.shift();
      const result = JSON.stringify({ jsonrpc: '2.0', id: asking?.id, result: {} });
      asking?.response.end(`data: ${result}\n\n`);
      return;
    }
    held.push({ id: message.id, response });
    const question = {
      jsonrpc: '2.0',
      id: `ask-${(asked += 1)}`,
      method: 'sampling/createMessage',
      params: {},
    };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(question)}\n\n`);
  });
  const proxy = await runGateway({ upstream: { url: server.url, connection_pool: { max_open: 2 } } });
  const { session } = await openCalls(proxy.url);
  const calls = [1, 2, 3].map(() => session.ask(toolCall('raw')));
  await expect.poll(() => held.length).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(held).toHaveLength(2);
  // All connections are taken by calls that wait for these answers: were those to wait, nothing would ever move.
  for (const id of ['ask-1', 'ask-2'])
    await session.post(JSON.stringify({ jsonrpc: '2.0', id, result: { text: 'yes' } }));
  await expect.poll(() => asked).toBe(3);
  await session.post(JSON.stringify({ jsonrpc: '2.0', id: 'ask-3', result: { text: 'yes' } }));
  const ended = await Promise.all(calls);
  expect(ended.map((messages) => messages.at(-1))).toEqual(
    ended.map(() => expect.stringContaining('"result"') as string),
  );
  expect(answers).toHaveLength(3);
});

it('upstream.connection_pool.max_idle, upstream.connection_pool.idle_timeout: so many connections are kept without a request, and so long', async () => {
  const held: (() => void)[] = [];
  const server = await httpServer(({ message }, response) =>
    held.push(() => void answer(response, message.id)),
  );
  const kept = async (connection_pool: object) => {
    const proxy = await runGateway({ upstream: { url: server.url, connection_pool } });
    const { code } = await openCalls(proxy.url);
    const calls = Array.from({ length: 6 }, () => code());
    await expect.poll(() => held.length).toBe(6);
    while (held.length > 0) held.shift()?.();
    await Promise.all(calls);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const left = server.sockets.size;
    await proxy.close();
    await expect.poll(() => server.sockets.size).toBe(0);
    return left;
  };
  expect(await kept({ max_idle: 100, idle_timeout: '60s' })).toBeGreaterThanOrEqual(6);
  expect(await kept({ max_idle: 2, idle_timeout: '60s' })).toBe(2);
  expect(await kept({ max_idle: 100, idle_timeout: '300ms' })).toBe(0);
});

it('upstream.retry.enabled, upstream.retry.max_attempts, upstream.retry.initial_delay, upstream.retry.max_delay, upstream.retry.backoff: how often that is tried which did not get there, and when', async () => {
  const tried = async (retry: object) => {
    const url = `http://127.0.0.1:${await freePort()}/mcp`;
    const proxy = await runGateway({ upstream: { url, transport: 'http', retry } });
    const { error } = await initialized(proxy.url);
    expect(error?.code).toBe(-32004);
    return proxy
      .log()
      .filter(({ event }) => event === 'upstream_retries')
      .map(({ delayMs }) => delayMs);
  };
  const on = { enabled: true, max_attempts: 5, initial_delay: '20ms', max_delay: '70ms' };
  expect(await tried({ ...on, enabled: false })).toEqual([]);
  expect(await tried({ ...on, backoff: 'exponential' })).toEqual([20, 40, 70, 70]);
  expect(await tried({ ...on, backoff: 'linear' })).toEqual([20, 40, 60, 70]);
  expect(await tried({ ...on, backoff: 'constant', max_attempts: 3 })).toEqual([20, 20]);
});

it('upstream.circuit_breaker.enabled, upstream.circuit_breaker.threshold, upstream.circuit_breaker.timeout: after so many failures calls fail at once, for so long', async () => {
  const failures = async (circuit_breaker: object, waitMs = 0) => {
    const url = `http://127.0.0.1:${await freePort()}/mcp`;
    const proxy = await runGateway({ upstream: { url, transport: 'http', circuit_breaker } });
    const words: boolean[] = [];
    for (let n = 0; n < 4; n += 1) {
      if (n === 3) await new Promise((resolve) => setTimeout(resolve, waitMs));
      words.push(((await initialized(proxy.url)).error?.message ?? '').includes('tried again at'));
    }
    return words;
  };
  expect(await failures({ enabled: false, threshold: 2, timeout: '60s' })).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(await failures({ enabled: true, threshold: 2, timeout: '60s' })).toEqual([false, false, true, true]);
  expect(await failures({ enabled: true, threshold: 3, timeout: '60s' })).toEqual([
    false,
    false,
    false,
    true,
  ]);
  expect(await failures({ enabled: true, threshold: 2, timeout: '500ms' }, 700)).toEqual([
    false,
    false,
    true,
    false,
  ]);
});
