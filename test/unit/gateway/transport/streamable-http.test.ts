// Streamable HTTP: POST, GET and DELETE on one endpoint, sessions by header, versions, batches.
import { describe, expect, it } from 'vitest';
import { eventually, startProxy } from './proxy.ts';

const ping = { id: 1, method: 'ping' };
const call = (id: number, name: string) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });

describe('initialize', () => {
  it('opens a session, and names it in the answer', async () => {
    const { send, post, sessions, connection } = await startProxy();
    const body = { id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18' } };
    const reply = await send(post(body));
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.json()).toMatchObject({ id: 1, result: { protocolVersion: '2025-06-18' } });
    expect(sessions.list()).toMatchObject([
      { id: reply.headers['mcp-session-id'], transport: 'streamable-http' },
    ]);
    expect(connection().methods).toEqual(['initialize']);
  });

  it.each([
    '*/*',
    'text/event-stream, application/json',
    'application/*, text/*;q=0.1',
    'APPLICATION/JSON,TEXT/EVENT-STREAM',
  ])('is taken with Accept %s', async (accept) => {
    const { send, post } = await startProxy();
    expect((await send(post({ ...ping, method: 'initialize' }, { accept }))).status).toBe(200);
  });

  it.each(['application/json', 'text/event-stream', 'text/html', ''])(
    'is refused with Accept "%s"',
    async (accept) => {
      const { send, post, sessions } = await startProxy();
      expect((await send(post({ ...ping, method: 'initialize' }, { accept }))).status).toBe(406);
      expect(sessions.list()).toEqual([]);
    },
  );

  it('is refused past the limit of sessions', async () => {
    const { send, post, initialize, log } = await startProxy({ maxSessions: 1 });
    await initialize();
    const reply = await send(post({ ...ping, method: 'initialize' }));
    expect(reply.status).toBe(503);
    expect(reply.headers['retry-after']).toBe('60');
    expect(log.refusals).toMatchObject([{ reason: 'session' }]);
  });

  it('that the server refuses leaves no session', async () => {
    const { send, post, upstream, sessions } = await startProxy();
    upstream.onConnect = (connection) => {
      connection.onSend = () => connection.says({ id: 1, error: { code: -32602, message: 'no' } });
    };
    const reply = await send(post({ ...ping, method: 'initialize' }));
    expect(reply.json()).toMatchObject({ id: 1, error: { code: -32602 } });
    expect(sessions.list()).toEqual([]);
  });

  it('in a batch opens nothing', async () => {
    const { send, post, sessions } = await startProxy();
    const batch = JSON.stringify([
      { jsonrpc: '2.0', id: 1, method: 'initialize' },
      { jsonrpc: '2.0', id: 2, method: 'ping' },
    ]);
    expect((await send(post(batch))).status).toBe(400);
    expect(sessions.list()).toEqual([]);
  });

  it('as a notification opens nothing', async () => {
    const { send, post, sessions } = await startProxy();
    expect((await send(post({ method: 'initialize' }))).status).toBe(400);
    expect(sessions.list()).toEqual([]);
  });
});

describe('a session', () => {
  it.each(['POST', 'GET', 'DELETE'])('must be named by %s', async (method) => {
    const { send, post, log } = await startProxy();
    const reply = await send({ ...post(ping), method });
    expect(reply.status).toBe(400);
    expect(log.refusals).toMatchObject([{ method: `${method} /mcp`, reason: 'session' }]);
  });

  it.each(['POST', 'GET', 'DELETE'])('that is unknown is 404 for %s', async (method) => {
    const { send, post } = await startProxy();
    expect((await send({ ...post(ping, { 'mcp-session-id': 'sess_00' }), method })).status).toBe(404);
  });

  it('of HTTP+SSE can not be used here', async () => {
    const { send, post, openSse, sessions, connection } = await startProxy();
    await openSse();
    const id = sessions.list()[0]?.id ?? '';
    for (const method of ['POST', 'GET', 'DELETE']) {
      const reply = await send({ ...post(ping, { 'mcp-session-id': id }), method });
      expect(reply.status, method).toBe(404);
    }
    expect(connection().sent).toEqual([]);
    expect(sessions.list()).toHaveLength(1);
  });

  it('named in the query is not named', async () => {
    const { send, post, initialize } = await startProxy();
    const id = await initialize();
    expect((await send({ ...post(ping), path: `/mcp?sessionId=${id}&mcp-session-id=${id}` })).status).toBe(
      400,
    );
  });

  it('is ended by DELETE', async () => {
    const { send, post, initialize, sessions, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    expect((await send({ method: 'DELETE', path: '/mcp', headers })).status).toBe(200);
    expect(sessions.list()).toEqual([]);
    expect(connection().closed).toBe(true);
    expect((await send(post(ping, headers))).status).toBe(404);
  });

  it('that ends answers what waits', async () => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const waiting = send(post(ping, headers));
    await eventually(() => expect(connection().sent).toHaveLength(1));
    await send({ method: 'DELETE', path: '/mcp', headers });
    const reply = await waiting;
    expect(reply.status).toBe(200);
    expect(reply.json()).toMatchObject({ id: 1, error: { code: -32004 } });
  });
});

describe('MCP-Protocol-Version', () => {
  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('%s is served', async (version) => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize(), 'mcp-protocol-version': version };
    connection().onSend = () => connection().says({ id: 1, result: {} });
    expect((await send(post(ping, headers))).status).toBe(200);
  });

  it.each(['1999-01-01', '', '2025-11-25, 2025-06-18', 'latest'])('"%s" is not', async (version) => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize(), 'mcp-protocol-version': version };
    for (const method of ['POST', 'GET', 'DELETE']) {
      const reply = await send({ ...post(ping, headers), method });
      expect(reply.status, method).toBe(400);
      expect(reply.text).toContain('2025-11-25');
    }
    expect(connection().sent).toEqual([]);
  });
});

describe('a POST', () => {
  it('with a request is answered by its answer, as it came', async () => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const answer = '{ "jsonrpc":"2.0", "id":1, "result":{"n":1.50,\n"u":"\\u00e9"}}';
    connection().onSend = () => connection().says(answer);
    const reply = await send(post(ping, headers));
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.headers['mcp-session-id']).toBe(headers['mcp-session-id']);
    expect(reply.text).toBe(answer);
  });

  it('with a denied request is answered by the refusal', async () => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const reply = await send(post(call(1, 'deny_it'), headers));
    expect(reply.status).toBe(200);
    expect(reply.json()).toMatchObject({ id: 1, error: { code: -32001 } });
    expect(connection().sent).toEqual([]);
  });

  it.each<[string, object]>([
    ['a notification', { method: 'notifications/initialized' }],
    ['a denied notification', { method: 'tools/call', params: { name: 'deny_it' } }],
    ['an answer', { id: 's', result: {} }],
  ])('with %s is answered 202 without a body', async (_what, body) => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    connection().says({ id: 's', method: 'roots/list' });
    const reply = await send(post(body, headers));
    expect([reply.status, reply.text]).toEqual([202, '']);
  });

  it('with a request that is cancelled is answered without waiting for ever', async () => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const waiting = send(post(ping, headers));
    await eventually(() => expect(connection().sent).toHaveLength(1));
    await send(post({ method: 'notifications/cancelled', params: { requestId: 1 } }, headers));
    const reply = await waiting;
    expect([reply.status, reply.headers['content-type'], reply.text]).toEqual([200, 'text/event-stream', '']);
  });

  it('is a stream where more than the answer comes, in order, and ends with the answer', async () => {
    const { stream, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const body = { ...call(1, 'slow'), params: { name: 'slow', _meta: { progressToken: 'p' } } };
    connection().onSend = (message) => {
      if (message.kind !== 'request') return;
      connection().says({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } });
      connection().says({ id: 's', method: 'sampling/createMessage' }, 1);
      connection().says({ id: 1, result: {} });
    };
    const events = await stream(post(body, headers));
    await eventually(() => expect(events.ended()).toBe(true));
    expect(events.headers['mcp-session-id']).toBe(headers['mcp-session-id']);
    expect(events.messages()).toMatchObject([
      { method: 'notifications/progress' },
      { method: 'sampling/createMessage' },
      { id: 1, result: {} },
    ]);
  });

  it('is not disturbed by what the server says right behind the answer', async () => {
    const { send, stream, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    connection().onSend = () => {
      connection().says({ id: 1, result: {} });
      connection().says({ method: 'notifications/tools/list_changed' });
    };
    const reply = await send(post(ping, headers));
    expect(reply.json()).toMatchObject({ id: 1, result: {} });
    const listening = await stream({ path: '/mcp', headers });
    await eventually(() =>
      expect(listening.messages()).toMatchObject([{ method: 'notifications/tools/list_changed' }]),
    );
  });

  it('of a stream loses nothing of what comes right behind the answer', async () => {
    const { stream, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    connection().onSend = () => {
      connection().says({ method: 'notifications/message', params: { data: 'before' } }, 1);
      connection().says({ id: 1, result: {} });
      connection().says({ method: 'notifications/message', params: { data: 'behind' } });
    };
    const events = await stream(post(ping, headers));
    await eventually(() => expect(events.ended()).toBe(true));
    const listening = await stream({ path: '/mcp', headers });
    await eventually(() => expect(listening.messages()).toHaveLength(1));
    expect(events.messages()).toMatchObject([{ params: { data: 'before' } }, { id: 1 }]);
    expect(listening.messages()).toMatchObject([{ params: { data: 'behind' } }]);
  });

  it('does not take the answer of another one', async () => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const [one, two] = [
      send(post({ id: 1, method: 'ping' }, headers)),
      send(post({ id: '1', method: 'ping' }, headers)),
    ];
    await eventually(() => expect(connection().sent).toHaveLength(2));
    connection().says({ id: '1', result: 'two' });
    connection().says({ id: 1, result: 'one' });
    expect((await one).json()).toMatchObject({ id: 1, result: 'one' });
    expect((await two).json()).toMatchObject({ id: '1', result: 'two' });
  });

  it('with an id that is still running is refused, and the first one gets its answer', async () => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const first = send(post(call(1, 'first'), headers));
    await eventually(() => expect(connection().sent).toHaveLength(1));
    const second = await send(post(call(1, 'second'), headers));
    expect(second.json()).toMatchObject({ id: 1, error: { code: -32600 } });
    connection().says({ id: 1, result: 'of the first' });
    expect((await first).json()).toMatchObject({ id: 1, result: 'of the first' });
  });

  it('whose client has left does not stop the call', async () => {
    const { stream, post, initialize, connection, log } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    connection().onSend = () => connection().says({ method: 'notifications/message' }, 1);
    const events = await stream(post(call(1, 'x'), headers));
    events.leave();
    connection().says({ id: 1, result: {} });
    await eventually(() => expect(log.calls).toMatchObject([{ outcomes: [{ status: 'ok' }] }]));
    expect(connection().closed).toBe(false);
  });
});

describe('a POST that is refused whole', () => {
  it.each<[string, Record<string, string>]>([
    ['no session', {}],
    ['an unknown session', { 'mcp-session-id': 'sess_00' }],
    ['an unsupported version', { 'mcp-protocol-version': '1999-01-01' }],
  ])('for %s names the request that it held', async (_why, headers) => {
    const { send, post } = await startProxy();
    expect((await send(post({ ...ping, id: 'mine' }, headers))).json()).toMatchObject({
      id: 'mine',
      error: {},
    });
  });

  it('as an initialize names it too', async () => {
    const { send, post, initialize } = await startProxy({ maxSessions: 1 });
    await initialize();
    const initializing = { id: 'mine', method: 'initialize' };
    expect((await send(post(initializing))).json()).toMatchObject({ id: 'mine', error: {} });
    const unsupported = post(initializing, { 'mcp-protocol-version': '1999-01-01' });
    expect((await send(unsupported)).json()).toMatchObject({ id: 'mine', error: {} });
  });

  it.each<[string, unknown]>([
    ['names none of several', [call(1, 'x'), call(2, 'y')]],
    ['names none where there is none', { jsonrpc: '2.0', method: 'notifications/initialized' }],
  ])('%s', async (_what, body) => {
    const { send, post } = await startProxy();
    expect((await send(post(JSON.stringify(body)))).json()).toMatchObject({ id: null, error: {} });
  });

  it('names the one request of a batch', async () => {
    const { send, post, initialize } = await startProxy();
    const headers = { 'mcp-session-id': await initialize('2025-06-18') };
    const batch = JSON.stringify([call(7, 'x'), { jsonrpc: '2.0', method: 'notifications/initialized' }]);
    expect((await send(post(batch, headers))).json()).toMatchObject({ id: 7, error: { code: -32600 } });
  });
});

describe('a batch', () => {
  const batch = (...elements: object[]) => JSON.stringify(elements);

  it.each(['2024-11-05', '2025-03-26'])(
    'is served at %s: every element has its verdict, the answers are an array',
    async (version) => {
      const { send, post, initialize, connection } = await startProxy();
      const headers = { 'mcp-session-id': await initialize(version) };
      const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
      const waiting = send(
        post(batch(call(1, 'x'), call(2, 'deny_it'), notification, call(3, 'y')), headers),
      );
      await eventually(() => expect(connection().sent).toHaveLength(3));
      connection().says({ id: 3, result: 'three' });
      connection().says({ id: 1, result: 'one' });
      const reply = await waiting;
      expect(reply.json()).toMatchObject([{ id: 2, error: {} }, { id: 3 }, { id: 1 }]);
    },
  );

  it.each(['2025-06-18', '2025-11-25'])('is refused at %s', async (version) => {
    const { send, post, initialize, connection, log } = await startProxy();
    const headers = { 'mcp-session-id': await initialize(version) };
    const reply = await send(post(batch(call(1, 'x')), headers));
    expect(reply.status).toBe(400);
    expect(connection().sent).toEqual([]);
    expect(log.refusals).toMatchObject([{ reason: 'malformed' }]);
  });

  it('of one is an array of one; of notifications, 202', async () => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize('2025-03-26') };
    connection().onSend = () => connection().says({ id: 1, result: {} });
    expect((await send(post(batch(call(1, 'x')), headers))).json()).toMatchObject([{ id: 1 }]);
    const reply = await send(post(batch({ jsonrpc: '2.0', method: 'notifications/initialized' }), headers));
    expect(reply.status).toBe(202);
  });

  it('with the same id twice is refused whole', async () => {
    const { send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize('2025-03-26') };
    const reply = await send(post(batch(call(1, 'x'), call(1, 'y')), headers));
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({ id: 1, error: { code: -32600 } });
    expect(connection().sent).toEqual([]);
  });
});

describe('a GET', () => {
  it('opens a stream for what belongs to no request', async () => {
    const { stream, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize(), accept: 'text/event-stream' };
    const events = await stream({ path: '/mcp', headers });
    connection().says({ method: 'notifications/tools/list_changed' });
    await eventually(() => expect(events.messages()).toHaveLength(1));
  });

  it('gets what piled up before, in order', async () => {
    const { stream, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    for (let data = 0; data < 3; data += 1)
      connection().says({ method: 'notifications/message', params: { data } });
    const events = await stream({ path: '/mcp', headers });
    await eventually(() => expect(events.messages()).toHaveLength(3));
    expect(events.messages()).toMatchObject([0, 1, 2].map((data) => ({ params: { data } })));
    const second = await stream({ path: '/mcp', headers });
    connection().says({ method: 'notifications/message', params: { data: 3 } });
    await eventually(() => expect(second.messages()).toHaveLength(1));
    expect(events.messages()).toHaveLength(3);
  });

  it('gets the newest thousand of what piled up', async () => {
    const { stream, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    for (let data = 0; data < 1005; data += 1)
      connection().says({ method: 'notifications/message', params: { data } });
    const events = await stream({ path: '/mcp', headers });
    await eventually(() => expect(events.messages()).toHaveLength(1000));
    expect(events.messages()[0]).toMatchObject({ params: { data: 5 } });
  });

  it('gets no more than the newest four megabytes of what piled up', async () => {
    const { stream, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const text = 'x'.repeat(1024 * 1024);
    for (let data = 0; data < 6; data += 1)
      connection().says({ method: 'notifications/message', params: { data, text } });
    const events = await stream({ path: '/mcp', headers });
    await eventually(() => expect(events.messages()).toHaveLength(3));
    expect(events.messages()).toMatchObject([3, 4, 5].map((data) => ({ params: { data } })));
  });

  it('is used again by an older stream when the newer one is gone', async () => {
    const { stream, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const [older, newer] = [await stream({ path: '/mcp', headers }), await stream({ path: '/mcp', headers })];
    newer.leave();
    await eventually(() => {
      connection().says({ method: 'notifications/message' });
      expect(older.messages()).not.toEqual([]);
    });
  });

  it('is refused to what takes no stream', async () => {
    const { send, initialize } = await startProxy();
    const headers = { 'mcp-session-id': await initialize(), accept: 'application/json' };
    expect((await send({ path: '/mcp', headers })).status).toBe(406);
  });

  it('ends with its session', async () => {
    const { stream, send, initialize } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const events = await stream({ path: '/mcp', headers });
    await send({ method: 'DELETE', path: '/mcp', headers });
    await eventually(() => expect(events.ended()).toBe(true));
  });

  it('does not end its session by leaving', async () => {
    const { stream, send, post, initialize, connection } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const events = await stream({ path: '/mcp', headers });
    events.leave();
    connection().onSend = () => connection().says({ id: 1, result: {} });
    expect((await send(post(ping, headers))).status).toBe(200);
  });
});
