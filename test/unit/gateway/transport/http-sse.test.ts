// HTTP+SSE: the stream that is the session, and the POSTs that name it.
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually, startProxy } from './proxy.ts';

const json = { 'content-type': 'application/json' };

describe('the stream', () => {
  it.each(['/', '/sse'])('opens at %s with the place to post to', async (path) => {
    const { openSse, sessions } = await startProxy();
    const { events } = await openSse(path);
    const [session] = sessions.list();
    expect(events.events).toEqual([
      { id: '', event: 'endpoint', data: `/message?sessionId=${session?.id ?? ''}` },
    ]);
    expect(session).toMatchObject({ transport: 'sse' });
    expect(events.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
  });

  it.each(['*/*', 'text/*', 'application/json, text/event-stream;q=0.5'])(
    'opens for Accept %s',
    async (accept) => {
      const { stream } = await startProxy();
      const events = await stream({ path: '/sse', headers: { accept } });
      await eventually(() => expect(events.events).toHaveLength(1));
    },
  );

  it('opens without an Accept', async () => {
    const { stream } = await startProxy();
    const events = await stream({ path: '/sse' });
    await eventually(() => expect(events.events).toHaveLength(1));
  });

  it('is refused to a browser that wants a page', async () => {
    const { send, sessions } = await startProxy();
    const reply = await send({ path: '/', headers: { accept: 'text/html,application/xhtml+xml' } });
    expect(reply.status).toBe(406);
    expect(sessions.list()).toEqual([]);
  });

  it('is refused past the limit of sessions, with a word when to try again', async () => {
    const { openSse, send, log } = await startProxy({ maxSessions: 1 });
    await openSse();
    const reply = await send({ path: '/sse' });
    expect(reply.status).toBe(503);
    expect(reply.headers['retry-after']).toBe('60');
    expect(log.refusals).toMatchObject([{ reason: 'session', method: 'GET /sse' }]);
  });

  it('ends its session when the client leaves', async () => {
    const { openSse, sessions, connection } = await startProxy();
    const { events } = await openSse();
    events.leave();
    await eventually(() => expect(sessions.list()).toEqual([]));
    expect(connection().closed).toBe(true);
  });

  it('is let go where the client stops reading and too much piles up', async () => {
    const { port, sessions, connection } = await startProxy();
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    );
    socket.on('error', () => undefined).pause();
    onTestFinished(() => void socket.destroy());
    await eventually(() => expect(sessions.list()).toHaveLength(1));
    const data = 'x'.repeat(4 * 1024 * 1024);
    // As JSON text, and no more of it than the bound takes: a busy machine needs long for each.
    const said = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { data } });
    for (let piled = 0; piled < 30 && sessions.list().length > 0; piled += 1) connection().says(said);
    await eventually(() => expect(sessions.list()).toEqual([]));
  });

  it('ends when the server is lost, after the answer', async () => {
    const { openSse, send, connection } = await startProxy();
    const { events, path } = await openSse();
    await send({ method: 'POST', path, headers: json, body: { id: 1, method: 'tools/list' } });
    await eventually(() => expect(connection().sent).toHaveLength(1));
    connection().lost('files exited with code 1');
    await eventually(() => expect(events.ended()).toBe(true));
    expect(events.messages()).toMatchObject([{ id: 1, error: { code: -32004 } }]);
  });
});

describe('a message', () => {
  it('is taken with 202, and answered on the stream as it came', async () => {
    const { openSse, send, connection } = await startProxy();
    const { events, path } = await openSse();
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"n":1.0}}}';
    const reply = await send({ method: 'POST', path, headers: json, body: `${body}\n` });
    expect([reply.status, reply.text]).toEqual([202, '']);
    await eventually(() => expect(connection().sent).toHaveLength(1));
    expect(connection().sent[0]?.bytes.toString()).toBe(body);
    connection().says('{"jsonrpc":"2.0","id":1,\n"result":{"n":1.50}}');
    await eventually(() => expect(events.messages()).toHaveLength(1));
    expect(events.events[1]).toEqual({
      id: '',
      event: 'message',
      data: '{"jsonrpc":"2.0","id":1, "result":{"n":1.50}}',
    });
  });

  it('that is denied is answered on the stream', async () => {
    const { openSse, send, connection } = await startProxy();
    const { events, path } = await openSse();
    const body = { id: 1, method: 'tools/call', params: { name: 'deny_it' } };
    expect((await send({ method: 'POST', path, headers: json, body })).status).toBe(202);
    await eventually(() => expect(events.messages()).toMatchObject([{ id: 1, error: { code: -32001 } }]));
    expect(connection().sent).toEqual([]);
  });

  it('may be a batch: each element has its own verdict', async () => {
    const { openSse, send, connection } = await startProxy();
    const { events, path } = await openSse();
    const body = JSON.stringify(
      ['x', 'deny_it', 'y'].map((name, id) => ({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name },
      })),
    );
    expect((await send({ method: 'POST', path, headers: json, body })).status).toBe(202);
    await eventually(() => expect(connection().sent).toMatchObject([{ id: 0 }, { id: 2 }]));
    await eventually(() => expect(events.messages()).toMatchObject([{ id: 1, error: { code: -32001 } }]));
  });

  it.each([
    ['2025-03-26', 202],
    ['2025-06-18', 400],
  ])('may be a batch until %s: %i', async (protocolVersion, status) => {
    const { openSse, send } = await startProxy();
    const { events, path } = await openSse();
    const initialize = { id: 0, method: 'initialize', params: { protocolVersion } };
    await send({ method: 'POST', path, headers: json, body: initialize });
    await eventually(() => expect(events.messages()).toHaveLength(1));
    const body = '[{"jsonrpc":"2.0","method":"notifications/initialized"}]';
    expect((await send({ method: 'POST', path, headers: json, body })).status).toBe(status);
  });

  it('of the server comes on the stream, and is answered by a POST', async () => {
    const { openSse, send, connection } = await startProxy();
    const { events, path } = await openSse();
    connection().says({ id: 's', method: 'roots/list' });
    connection().says({ method: 'notifications/tools/list_changed' });
    await eventually(() => expect(events.messages()).toHaveLength(2));
    await send({ method: 'POST', path, headers: json, body: { id: 's', result: { roots: [] } } });
    await eventually(() => expect(connection().sent).toMatchObject([{ kind: 'response', id: 's' }]));
  });

  it('that cancels what waits for a person ends it without an answer', async () => {
    const { openSse, send, desk, connection } = await startProxy();
    const { events, path } = await openSse();
    const post = (body: object) => send({ method: 'POST', path, headers: json, body });
    await post({ id: 1, method: 'tools/call', params: { name: 'ask_it' } });
    await eventually(() => expect(desk.pending()).toHaveLength(1));
    await post({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await eventually(() => expect(desk.pending()).toEqual([]));
    connection().says({ method: 'notifications/message' });
    await eventually(() => expect(events.messages()).toMatchObject([{ method: 'notifications/message' }]));
    expect(connection().sent).toEqual([]);
  });

  it('that can not be read is answered 400, not on the stream', async () => {
    const { openSse, send } = await startProxy();
    const { events, path } = await openSse();
    expect((await send({ method: 'POST', path, headers: json, body: '{' })).status).toBe(400);
    expect(
      (await send({ method: 'POST', path, headers: { 'content-type': 'text/plain' }, body: '{}' })).status,
    ).toBe(415);
    expect(events.messages()).toEqual([]);
  });

  it.each([
    ['no session', '/message', 400],
    ['an empty session', '/message?sessionId=', 404],
    ['an unknown session', '/message?sessionId=sess_00', 404],
    ['another parameter', '/message?session=x', 400],
  ])('that names %s is refused', async (_what, path, status) => {
    const { send, log } = await startProxy();
    const reply = await send({ method: 'POST', path, headers: json, body: { id: 1, method: 'ping' } });
    expect(reply.status).toBe(status);
    expect(log.refusals).toMatchObject([{ method: 'POST /message', reason: 'session' }]);
  });

  it('that names a session of Streamable HTTP is refused', async () => {
    const { send, initialize, connection } = await startProxy();
    const id = await initialize();
    const path = `/message?sessionId=${id}`;
    expect(
      (await send({ method: 'POST', path, headers: json, body: { id: 1, method: 'ping' } })).status,
    ).toBe(404);
    expect(connection().sent).toEqual([]);
  });

  it('that names a session which has ended is refused', async () => {
    const { openSse, send, sessions } = await startProxy();
    const { events, path } = await openSse();
    events.leave();
    await eventually(() => expect(sessions.list()).toEqual([]));
    expect(
      (await send({ method: 'POST', path, headers: json, body: { id: 1, method: 'ping' } })).status,
    ).toBe(404);
  });
});

it('keeps sessions apart', async () => {
  const { openSse, send, connectionAt } = await startProxy();
  const [one, other] = [await openSse(), await openSse()];
  await send({ method: 'POST', path: one.path, headers: json, body: { id: 1, method: 'ping' } });
  await eventually(() => expect(connectionAt(0).sent).toHaveLength(1));
  connectionAt(1).says({ id: 1, result: 'forged' });
  connectionAt(0).says({ id: 1, result: 'true' });
  await eventually(() => expect(one.events.messages()).toMatchObject([{ result: 'true' }]));
  expect(other.events.messages()).toEqual([]);
});

it('is not there where the configuration wants Streamable HTTP alone, which goes on', async () => {
  const { send, initialize, log } = await startProxy({ servesSse: false });
  for (const path of ['/', '/sse', '/servers/files/sse']) {
    const { status, text } = await send({ path, headers: { accept: 'text/event-stream' } });
    expect(status).toBe(404);
    expect(text).toContain('use Streamable HTTP at /mcp');
  }
  expect(log.refusals).toHaveLength(3);
  expect(await initialize()).toMatch(/./u);
});
