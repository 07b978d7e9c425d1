// What clients may make of a connection: slow ones, greedy ones, those who never read, and those who speak no HTTP.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually, startProxy } from './proxy.ts';
import { dial, raw } from './raw.ts';

const head = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const initialize = { id: 1, method: 'initialize', params: {} };

/** Writes a letter every so often, until the connection is closed; gives what came back and after how long. */
async function trickle(port: number, text: string): Promise<{ answer: string; ms: number }> {
  const from = performance.now();
  const client = await dial(port);
  client.socket.write(text);
  const drip = setInterval(() => client.socket.write('a'), 20);
  const answer = await client.whole();
  clearInterval(drip);
  return { answer, ms: performance.now() - from };
}

describe('a client that is slow', () => {
  const bounds = { requestTimeoutMs: 300 };

  it.each([
    ['in its headers', `${head}X-Slow: `],
    ['in its body', `${head}Content-Length: 9999\r\n\r\n{"a":"`],
    ['in a chunk', `${head}Transfer-Encoding: chunked\r\n\r\nffff\r\n`],
  ])('%s is ended after the time for a request, and that is recorded', async (_where, text) => {
    const { port, log, upstream } = await startProxy({ bounds });
    const { answer, ms } = await trickle(port, text);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /u);
    expect(answer).toContain('took too long');
    expect(ms).toBeGreaterThan(290);
    expect(ms).toBeLessThan(2_000);
    expect(log.refusals).toMatchObject([{ reason: 'malformed', method: 'HTTP', sourceIp: '127.0.0.1' }]);
    expect(upstream.connections).toEqual([]);
  });

  it('in saying anything at all is let go without a word, for it has asked nothing', async () => {
    const { port, log } = await startProxy({ bounds });
    const client = await dial(port);
    expect(await client.whole()).toBe('');
    expect(log.refusals).toEqual([]);
  });

  it('in asking the next thing is let go', async () => {
    const { port } = await startProxy({ bounds: { idleTimeoutMs: 50 } });
    const client = await dial(port);
    client.socket.write('GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await client.whole()).toMatch(/^HTTP\/1\.1 404 /u);
  });
});

describe('a client that does not read', () => {
  const large = 'x'.repeat(32 * 1024 * 1024);

  /** A session whose next call is answered with much, asked on a connection that reads only when told. */
  async function askMuch(writeTimeoutMs: number) {
    const proxy = await startProxy({ bounds: { writeTimeoutMs } });
    const id = await proxy.initialize();
    const connection = proxy.connection();
    connection.onSend = (message) => {
      if (message.kind === 'request') connection.says({ id: message.id, result: { large } });
    };
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    const socket = connect(proxy.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.write(
      `${head}Mcp-Session-Id: ${id}\r\nAccept: application/json, text/event-stream\r\n` +
        `Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    return { ...proxy, socket };
  }

  it('is let go after the time for writing', async () => {
    const { logger, socket } = await askMuch(200);
    await eventually(() => expect(logger.events).toContain('client_reads_not'));
    let size = 0;
    socket.on('data', (chunk: Buffer) => (size += chunk.length));
    socket.on('error', () => socket.destroy());
    await once(socket, 'close');
    expect(size).toBeLessThan(large.length);
  });

  it('for a while, again and again, gets all of it', async () => {
    const { logger, socket } = await askMuch(400);
    let size = 0;
    let step = 0;
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size < (step + 1) * 4 * 1024 * 1024) return;
      step += 1;
      socket.pause();
      setTimeout(() => socket.resume(), 100);
    });
    await once(socket, 'end');
    expect(size).toBeGreaterThan(large.length);
    expect(logger.events).not.toContain('client_reads_not');
  });

  it('because there is nothing to read stays', async () => {
    const { openSse, send, post, connection, logger } = await startProxy({ bounds: { writeTimeoutMs: 50 } });
    const { events, path } = await openSse();
    await sleep(250);
    connection().onSend = (message) => {
      if (message.kind === 'request') connection().says({ id: message.id, result: {} });
    };
    expect((await send({ ...post({ id: 7, method: 'ping' }), path })).status).toBe(202);
    await eventually(() => expect(events.messages()).toMatchObject([{ id: 7 }]));
    expect(events.ended()).toBe(false);
    expect(logger.events).not.toContain('client_reads_not');
  });
});

describe('connections', () => {
  it('are so many at once; further ones are closed, and told of once', async () => {
    const { port, send, logger } = await startProxy({ bounds: { maxConnections: 5 } });
    const clients = await Promise.all(Array.from({ length: 50 }, () => dial(port)));
    let closed = 0;
    for (const { socket } of clients) socket.on('close', () => (closed += 1));
    await eventually(() => expect(closed).toBe(45));
    expect(logger.events.filter((event) => event === 'connections_full')).toHaveLength(1);
    await expect(send({ path: '/mcp' })).rejects.toThrow();
    for (const { socket } of clients) socket.destroy();
    await eventually(() => expect(closed).toBe(50));
    expect((await send({ path: '/nothing' })).status).toBe(404);
  });
});

describe('what is no request', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a header without a colon', 'GET /mcp HTTP/1.1\r\nHost: localhost\r\nnothing\r\n\r\n', 400],
    ['a folded header', 'GET /mcp HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n', 400],
    ['a zero byte in a header', 'GET /mcp HTTP/1.1\r\nHost: local\0host\r\n\r\n', 400],
    ['two lengths', `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, 400],
    ['a negative length', `${head}Content-Length: -1\r\n\r\n{}`, 400],
    ['a length and chunks', `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['chunks without a size', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    ['large headers', `${head}X-Large: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['many headers', `${head}${'X-Many: x\r\n'.repeat(3_000)}\r\n`, 431],
    ['a long target', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
  ])('%s is answered, recorded, and ended', async (_what, text, status) => {
    const { port, log, upstream } = await startProxy();
    const answer = await raw(port, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `, 'u'));
    expect(answer).toContain('\r\nconnection: close\r\n');
    expect(answer).toContain('\r\nx-content-type-options: nosniff\r\n');
    expect(answer.split('\r\n\r\n')[1]).toContain('"jsonrpc":"2.0"');
    expect(log.refusals).toMatchObject([{ reason: 'malformed', method: 'HTTP', errorCode: -32600 }]);
    expect(upstream.connections).toEqual([]);
  });

  it.each([
    ['', ''],
    [', be it the second', 'GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])('does not break into an answer that has begun%s', async (_which, before) => {
    const { port } = await startProxy();
    const client = await dial(port);
    client.socket.write(`${before}GET /sse HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
    let came = '';
    client.socket.on('data', (chunk: Buffer) => (came += chunk.toString()));
    await eventually(() => expect(came).toContain('event: endpoint'));
    client.socket.write('nonsense\r\n\r\n');
    expect(await client.whole()).not.toContain('HTTP/1.1 400');
  });
});

describe('the security headers', () => {
  const exchanges = [
    { path: '/nothing' },
    { path: '/mcp', headers: { host: 'evil.example' } },
    { path: '/mcp', headers: { expect: 'the-unexpected' } },
    { method: 'OPTIONS', path: '/mcp' },
    { method: 'HEAD', path: '/sse' },
    { method: 'POST', path: '/mcp', body: '{' },
    { method: 'POST', path: '/servers/nope/mcp', body: '{' },
    {
      method: 'OPTIONS',
      path: '/mcp',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    },
  ];
  const names = [
    'x-content-type-options',
    'content-security-policy',
    'cross-origin-resource-policy',
    'referrer-policy',
  ];

  it.each([true, false])('are on everything, or on nothing: %s', async (securityHeaders) => {
    const { send, post, stream, port, initialize: open } = await startProxy({ securityHeaders });
    const session = { 'mcp-session-id': await open() };
    const listening = await stream({ path: '/mcp', headers: { ...session, accept: 'text/event-stream' } });
    const replies = [listening, await send(post(initialize))];
    for (const exchange of exchanges) replies.push(await send(exchange));
    replies.push(await send(post({ method: 'notifications/x' }, session)));
    replies.push(await send({ method: 'DELETE', path: '/mcp', headers: session }));
    for (const { headers } of replies) {
      const carried = names.filter((name) => headers[name] !== undefined);
      expect(carried).toEqual(securityHeaders ? names : []);
    }
    expect((await raw(port, 'hello\r\n\r\n')).includes('nosniff')).toBe(securityHeaders);
  });
});
