// Streamable HTTP of 2026-07-28, from the client's socket to the connection to the server.
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../electron/gateway/call.ts';
import type { FakeConnection } from '../fakes.ts';
import { listen, modern, MODERN, modernCall } from '../modern.ts';
import { type Exchange, eventually, startProxy } from './proxy.ts';

/** With the headers that a client gives it. */
async function startModern(options: Parameters<typeof startProxy>[0] = {}) {
  const proxy = await startProxy(options);
  const post = (body: ReturnType<typeof modern>, headers: Record<string, string> = {}): Exchange => {
    const { name } = body.params as { name?: string };
    return proxy.post(body, {
      'mcp-protocol-version': MODERN,
      'mcp-method': body.method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
      ...headers,
    });
  };
  /** What the server does with each request, which comes on a connection of its own. */
  const serve = (answer: (connection: FakeConnection, message: Message) => void) => {
    proxy.upstream.onConnect = (connection) => {
      connection.onSend = (message) => answer(connection, message);
    };
  };
  return { ...proxy, post, postAs: proxy.post, serve };
}

/** Sends a request, and leaves the connection to whoever wants to end it. */
function sendAndWait(port: number, { headers = {}, body }: Exchange): Socket {
  const text = JSON.stringify({ jsonrpc: '2.0', ...(body as object) });
  const lines = Object.entries({ host: 'localhost', ...headers, 'content-length': String(text.length) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const socket = connect(port, '127.0.0.1');
  socket.write(`POST /mcp HTTP/1.1\r\n${head}\r\n${text}`);
  return socket;
}

const idOf = (message: Message) => (message.kind === 'request' ? message.id : null);

describe('a modern request', () => {
  it('is answered by its answer, as it came, from a connection of its own', async () => {
    const { send, post, serve, upstream, log } = await startModern();
    const answer = '{ "jsonrpc":"2.0", "id":"a", "result":{"n":1.50,"resultType":"complete"}}';
    serve((connection) => connection.says(answer));
    const reply = await send(post(modernCall('a', 'read'), { 'mcp-param-region': 'north' }));
    expect(reply).toMatchObject({ status: 200, text: answer });
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.headers).not.toHaveProperty('mcp-session-id');

    const [connection, ...others] = upstream.connections;
    expect(others).toEqual([]);
    expect(connection).toMatchObject({
      era: 'modern',
      closed: true,
      methods: ['tools/call'],
      paramHeaders: { 'mcp-param-region': 'north' },
    });
    expect(log.calls).toMatchObject([
      { call: { tool: 'read', client: { name: 'tester', version: '3' } }, outcomes: [{ status: 'ok' }] },
    ]);
  });

  it('is not disturbed by one with the same id', async () => {
    const { send, post, serve, upstream } = await startModern();
    const waiting: (() => void)[] = [];
    serve((connection, message) => {
      const { name } = message.kind === 'request' ? (message.params as { name: string }) : { name: '' };
      waiting.push(() => connection.says({ id: idOf(message), result: { name } }));
    });
    const replies = Promise.all(['one', 'other'].map((tool) => send(post(modernCall(1, tool)))));
    await eventually(() => expect(waiting).toHaveLength(2));
    for (const answer of waiting.reverse()) answer();
    expect((await replies).map((reply) => reply.json())).toMatchObject([
      { id: 1, result: { name: 'one' } },
      { id: 1, result: { name: 'other' } },
    ]);
    expect(upstream.connections).toHaveLength(2);
  });

  it('that is denied never reaches a server', async () => {
    const { send, post, upstream } = await startModern();
    const reply = await send(post(modernCall(1, 'deny_it')));
    expect(reply.status).toBe(200);
    expect(reply.json()).toMatchObject({ id: 1, error: { code: -32001 } });
    expect(upstream.connections).toEqual([]);
  });

  it('is judged again when it comes back with what was asked for', async () => {
    const { send, post, serve, log } = await startModern();
    serve((connection, message) => connection.says({ id: idOf(message), result: {} }));
    const retry = { inputResponses: { name: { action: 'accept' } }, requestState: 'opaque' };
    const params = { name: 'read', arguments: { path: '/tmp' }, ...retry };
    await send(post(modern(2, 'tools/call', params)));
    expect(log.calls).toMatchObject([{ call: { treatment: 'enforce', arguments: { path: '/tmp' } } }]);
  });

  it('is a stream where notifications come first; it has no ids', async () => {
    const { stream, post, serve } = await startModern();
    serve((connection, message) => {
      connection.says({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } });
      connection.says({ method: 'notifications/message', params: {} }, idOf(message));
      connection.says({ id: idOf(message), result: {} });
    });
    const events = await stream(post(modernCall(1, 'slow'), { 'last-event-id': 'x', 'mcp-session-id': 'y' }));
    await eventually(() => expect(events.ended()).toBe(true));
    expect(events.messages()).toMatchObject([
      { method: 'notifications/progress' },
      { method: 'notifications/message' },
      { id: 1, result: {} },
    ]);
    expect(events.events.map(({ id }) => id)).toEqual(['', '', '']);
    expect(events.headers).toMatchObject({ 'x-accel-buffering': 'no' });
  });

  it('is a stream where that is how the server answers', async () => {
    const { stream, post, serve } = await startModern();
    serve((connection) => {
      connection.streams(1, { kind: 'opened' });
      connection.says({ id: 1, result: {} });
    });
    const events = await stream(post(modern(1, 'tools/list')));
    await eventually(() => expect(events.messages()).toMatchObject([{ id: 1 }]));
  });

  it.each<[number, number]>([
    [-32601, 404],
    [-32020, 400],
    [-32021, 400],
    [-32022, 400],
    [-32602, 200],
    [-32001, 200],
  ])('that a server answers with %i has the status %i', async (code, status) => {
    const { send, post, serve } = await startModern();
    serve((connection) => connection.says({ id: 1, error: { code, message: 'no' } }));
    expect(await send(post(modern(1, 'future/method')))).toMatchObject({ status });
  });

  it.each([200, 409])('has the status of the server where that is told: %i', async (http) => {
    const { send, post, serve } = await startModern();
    serve((connection) => {
      connection.streams(1, { kind: 'status', http });
      connection.says({ id: 1, error: { code: -32601, message: 'no' } });
    });
    expect((await send(post(modern(1, 'a/b')))).status).toBe(http);
  });

  it('of a server that asks back is answered, and the question goes nowhere', async () => {
    const { send, post, serve, logger } = await startModern();
    serve((connection) => {
      connection.says({ id: 's', method: 'sampling/createMessage', params: {} }, 1);
      connection.says({ id: 1, result: {} });
    });
    const reply = await send(post(modernCall(1, 'read')));
    expect(reply.json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    expect(logger.events).toContain('upstream_unasked');
  });
});

describe('a modern client that closes its response', () => {
  it('has its call cancelled, at the server and in the log', async () => {
    const { stream, post, serve, upstream, log } = await startModern();
    serve((connection) => connection.streams(1, { kind: 'opened' }));
    const events = await stream(post(modernCall(1, 'slow')));
    events.leave();
    await eventually(() => expect(upstream.connections[0]?.closed).toBe(true));
    expect(log.calls).toMatchObject([
      { outcomes: [{ status: 'cancelled', errorMessage: 'cancelled by the client' }] },
    ]);
  });

  it('before there is one has it cancelled, too', async () => {
    const { port, post, serve, upstream, log } = await startModern();
    const reached = new Promise<void>((resolve) => serve(() => resolve()));
    const socket = sendAndWait(port, post(modernCall(1, 'slow')));
    await reached;
    socket.destroy();
    await eventually(() => expect(upstream.connections[0]?.closed).toBe(true));
    expect(log.calls[0]?.outcomes).toMatchObject([{ status: 'cancelled' }]);
  });

  it('may say so besides: that is taken, and does nothing', async () => {
    const { stream, send, post, postAs, serve, upstream, log } = await startModern();
    serve((connection) => connection.streams(1, { kind: 'opened' }));
    const events = await stream(post(modernCall(1, 'slow')));
    const cancelled = { method: 'notifications/cancelled', params: { requestId: 1 } };
    const reply = await send(postAs(cancelled, { 'mcp-protocol-version': MODERN }));
    expect([reply.status, reply.text]).toEqual([202, '']);
    expect(
      (await send(postAs({ method: 'notifications/x' }, { 'mcp-protocol-version': MODERN }))).status,
    ).toBe(400);
    upstream.connections[0]?.says({ id: 1, result: {} });
    await eventually(() => expect(events.messages()).toMatchObject([{ id: 1 }]));
    expect(log.refusals).toHaveLength(1);
    expect(upstream.connections).toHaveLength(1);
  });

  it('has its question withdrawn', async () => {
    const { port, post, upstream, log, desk } = await startModern();
    const socket = sendAndWait(port, post(modernCall(1, 'ask_it')));
    await eventually(() => expect(desk.pending()).toHaveLength(1));
    socket.destroy();
    await eventually(() => expect(desk.pending()).toHaveLength(0));
    await eventually(() =>
      expect(log.calls).toMatchObject([{ verdict: { allow: false, reason: 'withdrawn' } }]),
    );
    expect(upstream.connections).toEqual([]);
  });
});

describe('a modern client', () => {
  it('is one to policies and to people, whatever connections it comes by', async () => {
    const { send, post, serve, log, sessions } = await startModern();
    serve((connection, message) => connection.says({ id: idOf(message), result: {} }));
    await send(post(modern(1, 'server/discover')));
    await send(post(modernCall(1, 'read_file')));
    await send(post(modernCall(1, 'write_file')));
    const [, , third] = log.calls;
    expect(third?.call.session).toMatchObject({ requestCount: 3, cumulativeReads: 1, cumulativeWrites: 0 });
    expect(third?.call.session.history.calls).toMatchObject([{ tool: 'read_file', count: 1 }]);
    expect(sessions.list()).toMatchObject([
      { id: third?.call.session.id, transport: 'stateless', client: 'tester', requests: 3 },
    ]);
  });

  it('finds no room where there are too many', async () => {
    const { send, post, initialize, log } = await startModern({ maxSessions: 1 });
    await initialize();
    const reply = await send(post(modern(7, 'tools/list')));
    expect(reply).toMatchObject({ status: 503 });
    expect(reply.headers['retry-after']).toBe('60');
    expect(reply.json()).toMatchObject({ id: 7 });
    expect(log.refusals).toMatchObject([{ reason: 'session' }]);
  });

  it('is told at once what does not fit, with its id, and that is recorded', async () => {
    const { send, post, log, upstream } = await startModern();
    const reply = await send(post(modernCall(7, 'read'), { 'mcp-name': 'write' }));
    expect(reply).toMatchObject({ status: 400 });
    expect(reply.json()).toMatchObject({ id: 7, error: { code: -32020 } });
    expect(log.refusals).toMatchObject([{ reason: 'malformed', errorCode: -32020 }]);
    expect(upstream.connections).toEqual([]);
  });
});

describe('a subscription', () => {
  it('is judged by the resources that it names', async () => {
    const { send, post, serve, log } = await startModern();
    serve((connection) => connection.says({ id: 1, result: {} }));
    await send(post(listen(1, ['file:///a', 'file:///b'])));
    expect(log.calls).toMatchObject([
      { call: { treatment: 'enforce', resources: ['file:///a', 'file:///b'] } },
    ]);
  });

  it('lasts, hears of lists that the policy changes, and ends well when the proxy does', async () => {
    const { stream, post, serve, sessions, upstream, log } = await startModern();
    serve((connection) => {
      connection.streams('s', { kind: 'opened' });
      connection.says({ method: 'notifications/subscriptions/acknowledged', params: {} }, 's');
    });
    const events = await stream(post(listen('s')));
    await eventually(() => expect(events.messages()).toHaveLength(1));
    upstream.connections[0]?.says({ method: 'notifications/tools/list_changed' }, 's');
    await eventually(() => expect(events.messages()).toHaveLength(2));
    sessions.listsChanged('policy');
    await eventually(() => expect(events.messages()).toHaveLength(3));
    expect(events.messages()[2]).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/tools/list_changed',
      params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 's' } },
    });
    await sessions.close();
    await eventually(() => expect(events.ended()).toBe(true));
    expect(events.messages().at(-1)).toEqual({
      jsonrpc: '2.0',
      id: 's',
      result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 's' } },
    });
    expect(upstream.connections[0]?.closed).toBe(true);
    expect(log.calls).toMatchObject([{ call: { treatment: 'pass' }, outcomes: [{ status: 'cancelled' }] }]);
  });

  it('is one of a bounded number', async () => {
    const { stream, send, post, serve, log, upstream } = await startModern();
    serve((connection, message) => connection.streams(idOf(message) ?? '', { kind: 'opened' }));
    const opened = await Promise.all(Array.from({ length: 16 }, (_, index) => stream(post(listen(index)))));
    const reply = await send(post(listen('one too many')));
    expect(reply.json()).toMatchObject({ id: 'one too many', error: { code: -32600 } });
    expect(log.refusals).toMatchObject([{ method: 'subscriptions/listen', reason: 'session' }]);
    opened[0]?.leave();
    await eventually(() => expect(upstream.connections[0]?.closed).toBe(true));
    await stream(post(listen('another')));
    expect(upstream.connections).toHaveLength(17);
  });
});

describe('the era of the server', () => {
  it('that is known to be the older one makes modern clients fall back', async () => {
    const { send, post, upstream, log } = await startModern();
    upstream.refused = 'modern';
    const reply = await send(post(modern(7, 'server/discover')));
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({ id: 7, error: { code: -32600 } });
    expect(reply.text).toContain('initialize');
    expect(log.refusals).toMatchObject([{ reason: 'version' }]);
    // Whatever else is wrong with it.
    expect((await send(post(modern(7, 'ping'), { 'mcp-method': 'x' }))).text).toContain('initialize');
  });

  it('that only shows itself then does so, too', async () => {
    const { send, post, serve, log, logger } = await startModern();
    serve((connection) => connection.fails(7, 'It is of the older era', 'era'));
    const reply = await send(post(modern(7, 'server/discover')));
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({ id: 7, error: { code: -32600 } });
    expect(log.calls[0]?.outcomes).toMatchObject([{ status: 'upstream_error', errorCode: -32600 }]);
    expect(logger.events).toEqual([]);
  });

  it('that is the newer one is told to clients that ask for a session', async () => {
    const { send, stream, post, upstream, log } = await startProxy();
    upstream.refused = 'legacy';
    const reply = await send(
      post({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25' } }),
    );
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({
      id: 1,
      error: { code: -32022, data: { supported: [MODERN], requested: '2025-11-25' } },
    });
    const accept = 'text/event-stream';
    const get = await send({ path: '/mcp', headers: { accept } });
    expect([get.status, get.headers.allow]).toEqual([405, 'POST']);
    await expect(stream({ path: '/sse', headers: { accept } })).rejects.toThrow('400');
    expect(log.refusals.map(({ reason }) => reason)).toEqual(['version', 'door', 'version']);
    expect(upstream.connections).toEqual([]);
  });

  it('that only shows itself in initialize is told, too', async () => {
    const { send, post, upstream } = await startProxy();
    upstream.onConnect = (connection) => {
      connection.onSend = () => connection.fails(1, 'It is of the newer era', 'era');
    };
    const reply = await send(post({ id: 1, method: 'initialize', params: {} }));
    expect(reply.json()).toMatchObject({ id: 1, error: { code: -32022, data: { supported: [MODERN] } } });
  });
});
