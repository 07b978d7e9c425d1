// Streams of Streamable HTTP that outlive their responses: event ids, priming, suspension, and GET with Last-Event-ID.
import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { eventually, startProxy, type Stream } from './proxy.ts';

type Proxy = Awaited<ReturnType<typeof startProxy>>;

const request = (id: number) => ({ id, method: 'tools/call', params: { name: 'slow' } });
const note = (data: unknown) => ({ method: 'notifications/message', params: { data } });
const noted = (...data: unknown[]) => data.map((each) => ({ params: { data: each } }));

/** A session, and a POST in it whose stream the server has opened. */
async function opened(protocolVersion = '2025-11-25') {
  const proxy = await startProxy();
  const headers = { 'mcp-session-id': await proxy.initialize(protocolVersion) };
  const events = await openStream(proxy, headers, 1);
  return { ...proxy, headers, events, server: proxy.connection() };
}

async function openStream(
  proxy: Pick<Proxy, 'stream' | 'post' | 'connection'>,
  headers: Record<string, string>,
  id: number,
): Promise<Stream> {
  const opening = proxy.stream(proxy.post(request(id), headers));
  const server = proxy.connection();
  await eventually(() =>
    expect(server.sent.some((message) => message.kind === 'request' && message.id === id)).toBe(true),
  );
  server.streams(id, { kind: 'opened' });
  return opening;
}

/** Time for the proxy to see that a client has left. */
const noticed = () => new Promise((resolve) => setTimeout(resolve, 50));

const after = (headers: Record<string, string>, id = '') => ({
  path: '/mcp',
  headers: { ...headers, accept: 'text/event-stream', 'last-event-id': id },
});
const messages = (events: Stream, expected: object[]) =>
  eventually(() => expect(events.messages()).toMatchObject(expected));
const idAt = (events: Stream, index: number) => events.events.at(index)?.id ?? '';
const ended = (events: Stream) => eventually(() => expect(events.ended()).toBe(true));

describe('a stream', () => {
  it('is what a POST gets when the server answers by one, be it for a single message', async () => {
    const { events, server } = await opened();
    server.says({ id: 1, result: {} });
    await ended(events);
    expect(events.messages()).toMatchObject([{ id: 1, result: {} }]);
  });

  it('begins with an id and no data, so that it can be resumed from its start', async () => {
    const { events } = await opened();
    await eventually(() => expect(events.events).toMatchObject([{ event: '', data: '' }]));
    expect(idAt(events, 0)).not.toBe('');
  });

  it.each(['2025-03-26', '2025-06-18'])(
    'begins with no event that a client of %s could stumble over',
    async (version) => {
      const { events, server } = await opened(version);
      server.says({ id: 1, result: {} });
      await ended(events);
      expect(events.events).toMatchObject([{ event: 'message' }]);
      expect(idAt(events, 0)).not.toBe('');
    },
  );

  it('has another id for each event', async () => {
    const { events, server } = await opened();
    server.says(note('a'), 1);
    server.says({ id: 1, result: {} });
    await ended(events);
    expect(new Set(events.events.map(({ id }) => id)).size).toBe(3);
  });

  it('passes on how long the server wants its clients to wait', async () => {
    const { events, server } = await opened();
    server.streams(1, { kind: 'retry', ms: 1234 });
    await eventually(() => expect(events.text()).toMatch(/\n\nretry: 1234\n\n$/u));
  });
});

describe('a stream that the server suspends', () => {
  it('ends, goes on for who resumes it, and ends with the answer', async () => {
    const { events, server, headers, stream } = await opened();
    server.says(note('a'), 1);
    server.streams(1, { kind: 'suspended' });
    await ended(events);
    server.says(note('b'), 1);

    const resumed = await stream(after(headers, idAt(events, -1)));
    await messages(resumed, noted('b'));
    server.says(note('c'), 1);
    server.says({ id: 1, result: {} });
    await ended(resumed);
    expect(events.messages()).toMatchObject(noted('a'));
    expect(resumed.messages()).toMatchObject([...noted('b', 'c'), { id: 1, result: {} }]);
  });

  it('does not end for a client of a version that takes this for the end', async () => {
    const { events, server } = await opened('2025-06-18');
    server.streams(1, { kind: 'suspended' });
    server.says(note('a'), 1);
    server.says({ id: 1, result: {} });
    await ended(events);
    expect(events.messages()).toMatchObject([...noted('a'), { id: 1 }]);
  });
});

describe('a client that loses its connection', () => {
  it('gets from a POST that goes on what it has missed, and what is yet to come', async () => {
    const { events, server, headers, stream } = await opened();
    server.says(note('a'), 1);
    await messages(events, noted('a'));
    events.leave();
    server.says(note('b'), 1);
    const resumed = await stream(after(headers, idAt(events, 1)));
    await messages(resumed, noted('b'));
    server.says({ id: 1, result: {} });
    await ended(resumed);
    expect(resumed.messages()).toMatchObject([...noted('b'), { id: 1 }]);
    expect(resumed.headers['mcp-session-id']).toBe(headers['mcp-session-id']);
  });

  it('gets the answer that came meanwhile, as often as it asks', async () => {
    const { events, server, headers, stream, log } = await opened();
    await eventually(() => expect(events.events).toHaveLength(1));
    events.leave();
    server.says({ id: 1, result: {} });
    for (let times = 0; times < 2; times += 1) {
      const resumed = await stream(after(headers, idAt(events, 0)));
      await ended(resumed);
      expect(resumed.messages()).toMatchObject([{ id: 1, result: {} }]);
    }
    expect(log.calls).toMatchObject([{ outcomes: [{ status: 'ok' }] }]);
  });

  it('can be of a version without priming, once it has an event', async () => {
    const { events, server, headers, stream } = await opened('2025-06-18');
    server.says(note('a'), 1);
    await messages(events, noted('a'));
    events.leave();
    server.says({ id: 1, result: {} });
    const resumed = await stream(after(headers, idAt(events, 0)));
    await ended(resumed);
    expect(resumed.messages()).toMatchObject([{ id: 1 }]);
  });

  it('does not get there what belongs to no request: that waits for a stream that is read', async () => {
    const { events, server, headers, stream } = await opened();
    await eventually(() => expect(events.events).toHaveLength(1));
    events.leave();
    await noticed();
    server.says(note('for all'));
    server.says({ id: 1, result: {} });
    const resumed = await stream(after(headers, idAt(events, 0)));
    await ended(resumed);
    expect(resumed.messages()).toMatchObject([{ id: 1 }]);
    const listening = await stream({ path: '/mcp', headers });
    await messages(listening, noted('for all'));
  });

  it('before it had an id leaves its request to be answered without it', async () => {
    const { post, send, initialize, connection, port, log } = await startProxy();
    const headers = { 'mcp-session-id': await initialize() };
    const { path, headers: sent, body } = post(request(1), headers);
    const leaving = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers: sent });
    leaving.on('error', () => undefined);
    leaving.end(JSON.stringify({ jsonrpc: '2.0', ...(body as object) }));
    await eventually(() => expect(connection().sent).toHaveLength(1));
    leaving.destroy();
    await noticed();
    connection().says(note('a'), 1);
    connection().says({ id: 1, result: {} });
    expect(log.calls).toMatchObject([{ outcomes: [{ status: 'ok' }] }]);
    connection().onSend = () => connection().says({ id: 1, result: 'of the next one' });
    expect((await send(post({ id: 1, method: 'ping' }, headers))).text).toContain('of the next one');
  });

  it('may resume before the proxy has noticed: the newer connection carries the stream, the older one ends', async () => {
    const { events, server, headers, stream } = await opened();
    await eventually(() => expect(events.events).toHaveLength(1));
    const resumed = await stream(after(headers, idAt(events, 0)));
    await ended(events);
    server.says({ id: 1, result: {} });
    await ended(resumed);
    expect(resumed.messages()).toMatchObject([{ id: 1 }]);
    expect(events.messages()).toEqual([]);
  });

  it('finds nothing any more of a request that was cancelled before anything came', async () => {
    const { events, headers, send, post } = await opened();
    await eventually(() => expect(events.events).toHaveLength(1));
    await send(post({ method: 'notifications/cancelled', params: { requestId: 1 } }, headers));
    await ended(events);
    expect((await send(after(headers, idAt(events, 0)))).status).toBe(400);
  });
});

describe('a GET stream', () => {
  it('is resumed with what was missed, and with what came while nobody listened', async () => {
    const { server, headers, stream } = await opened('2025-11-25');
    const listening = await stream({ path: '/mcp', headers });
    server.says(note('a'));
    server.says(note('b'));
    await messages(listening, noted('a', 'b'));
    listening.leave();
    await noticed();
    server.says({ id: 1, result: {} });
    server.says(note('c'));
    const resumed = await stream(after(headers, idAt(listening, 1)));
    await messages(resumed, noted('b', 'c'));
    server.says(note('d'));
    await messages(resumed, noted('b', 'c', 'd'));
  });

  it('that is resumed is the newest', async () => {
    const { server, headers, stream } = await opened();
    const first = await stream({ path: '/mcp', headers });
    const second = await stream({ path: '/mcp', headers });
    await eventually(() => expect(first.events).toHaveLength(1));
    const resumed = await stream(after(headers, idAt(first, 0)));
    server.says(note('a'));
    await messages(resumed, noted('a'));
    expect(second.messages()).toEqual([]);
  });

  it('is forgotten when a client has left many more', async () => {
    const { headers, stream, send } = await opened();
    const left: Stream[] = [];
    for (let count = 0; count < 10; count += 1) {
      const events = await stream({ path: '/mcp', headers });
      await eventually(() => expect(events.events).toHaveLength(1));
      left.push(events);
      events.leave();
      await noticed();
    }
    const [oldest, newest] = [left.at(0), left.at(-1)];
    if (oldest === undefined || newest === undefined) throw new Error('no streams');
    expect((await send(after(headers, idAt(oldest, 0)))).status).toBe(400);
    await stream(after(headers, idAt(newest, 0)));
  });

  it('is a new one where the id is empty', async () => {
    const { headers, stream } = await opened();
    const events = await stream(after(headers, ''));
    await eventually(() => expect(events.events).toHaveLength(1));
  });
});

describe('Last-Event-ID', () => {
  it('brings nothing of another stream', async () => {
    const proxy = await opened();
    const { events: first, server, headers, stream } = proxy;
    const second = await openStream(proxy, headers, 2);
    const listening = await stream({ path: '/mcp', headers });
    await eventually(() =>
      expect([first, second, listening].map((each) => each.events.length)).toEqual([1, 1, 1]),
    );
    first.leave();
    server.says(note('of the first'), 1);
    server.says(note('of the second'), 2);
    server.says(note('of none'));
    server.says({ id: 2, result: {} });
    server.says({ id: 1, result: {} });
    const resumed = await stream(after(headers, idAt(first, 0)));
    await ended(resumed);
    expect(resumed.messages()).toMatchObject([...noted('of the first'), { id: 1 }]);
  });

  it('of another session is refused', async () => {
    const { events, server, headers, send, initialize, log } = await opened();
    server.says({ id: 1, result: 'secret' });
    await ended(events);
    const other = { 'mcp-session-id': await initialize() };
    expect(other).not.toEqual(headers);
    const reply = await send(after(other, idAt(events, 0)));
    expect(reply.status).toBe(400);
    expect(reply.text).not.toContain('secret');
    expect(log.refusals).toMatchObject([{ method: 'GET /mcp', reason: 'malformed' }]);
  });

  it.each(['0', 'nothing-0', '../..-1', `${'0'.repeat(16)}-0`, 'x'.repeat(4000)])(
    '%j is refused',
    async (id) => {
      const { headers, send } = await opened();
      expect((await send(after(headers, id))).status).toBe(400);
    },
  );

  it('of an event that has yet to come is refused', async () => {
    const { events, headers, send } = await opened();
    await eventually(() => expect(events.events).toHaveLength(1));
    expect((await send(after(headers, idAt(events, 0).replace(/-0$/u, '-1')))).status).toBe(400);
  });

  it('without its session is refused', async () => {
    const { events, send } = await opened();
    await eventually(() => expect(events.events).toHaveLength(1));
    expect((await send(after({}, idAt(events, 0)))).status).toBe(400);
  });
});
