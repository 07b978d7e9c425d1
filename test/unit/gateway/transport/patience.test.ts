// Long waits over HTTP: a silent POST becomes a stream, and streams are kept alive.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startProxy, type Stream } from './proxy.ts';

beforeEach(() => {
  // Node's own sockets keep their real clocks; only the timers of the program are held.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets real input and output go on until something holds; the program's timers stand still. */
async function settled(check: () => boolean): Promise<void> {
  for (let turns = 0; !check(); turns += 1) {
    if (turns > 50_000) throw new Error('it never came to that');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('a request that waits for a person becomes a stream after five seconds, and is answered on it', async () => {
  const { stream, post, initialize, connection, desk } = await startProxy();
  const headers = { 'mcp-session-id': await initialize() };
  let events: Stream | undefined;
  const opening = stream(post({ id: 1, method: 'tools/call', params: { name: 'ask_it' } }, headers)).then(
    (opened) => (events = opened),
  );
  await settled(() => desk.pending().length === 1);
  vi.advanceTimersByTime(4_999);
  await new Promise((resolve) => setImmediate(resolve));
  expect(events).toBeUndefined();
  vi.advanceTimersByTime(1);
  const opened = await opening;

  vi.advanceTimersByTime(30_000);
  await settled(() => opened.text().endsWith(': keep-alive\n\n: keep-alive\n\n'));
  expect(opened.messages()).toEqual([]);

  connection().onSend = () => connection().says({ id: 1, result: {} });
  desk.answer(desk.pending()[0]?.id ?? '', true);
  await settled(() => opened.ended());
  expect(opened.messages()).toMatchObject([{ id: 1, result: {} }]);
});

it('answers of a batch that came before the stream are not lost', async () => {
  const { stream, post, initialize, desk } = await startProxy();
  const headers = { 'mcp-session-id': await initialize('2025-03-26') };
  const names = ['deny_it', 'ask_it'];
  const batch = names.map((name, id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } }));
  const opening = stream(post(JSON.stringify(batch), headers));
  await settled(() => desk.pending().length === 1);
  vi.advanceTimersByTime(5_000);
  const opened = await opening;
  await settled(() => opened.messages().length === 1);
  expect(opened.messages()).toMatchObject([{ id: 0, error: { code: -32001 } }]);
  desk.answer(desk.pending()[0]?.id ?? '', false);
  await settled(() => opened.ended());
  expect(opened.messages()).toMatchObject([{ id: 0 }, { id: 1, error: { code: -32001 } }]);
});

it('a stream of HTTP+SSE is kept alive while nothing happens', async () => {
  const { stream } = await startProxy();
  const events = await stream({ path: '/sse' });
  await settled(() => events.events.length === 1);
  vi.advanceTimersByTime(15_000);
  await settled(() => events.text().endsWith(': keep-alive\n\n'));
});

it('no timer is left of a request that was answered, or of a stream whose client has left', async () => {
  const { send, stream, post, initialize, connection, sessions } = await startProxy();
  const headers = { 'mcp-session-id': await initialize() };
  connection().onSend = () => connection().says({ id: 1, result: {} });
  // The sweep of the sessions remains.
  const before = vi.getTimerCount();
  await send(post({ id: 1, method: 'ping' }, headers));
  const listening = await stream({ path: '/mcp', headers });
  const events = await stream({ path: '/sse' });
  expect(vi.getTimerCount()).toBe(before + 2);
  listening.leave();
  events.leave();
  await settled(() => sessions.list().length === 1 && vi.getTimerCount() === before);
});

it('the events of a stream can be had for five minutes', async () => {
  const { send, stream, post, initialize, connection } = await startProxy();
  const headers = { 'mcp-session-id': await initialize() };
  connection().onSend = () => {
    connection().streams(1, { kind: 'opened' });
    connection().says({ id: 1, result: {} });
  };
  const before = vi.getTimerCount();
  const events = await stream(post({ id: 1, method: 'ping' }, headers));
  await settled(() => events.ended());
  const resume = { path: '/mcp', headers: { ...headers, 'last-event-id': events.events[0]?.id ?? '' } };
  vi.advanceTimersByTime(5 * 60_000 - 1);
  const again = await stream(resume);
  await settled(() => again.ended() && again.messages().length === 1);
  vi.advanceTimersByTime(1);
  expect((await send(resume)).status).toBe(400);
  await settled(() => vi.getTimerCount() === before);
});

it('each event has its own five minutes', async () => {
  const { send, stream, initialize, connection } = await startProxy();
  const headers = { 'mcp-session-id': await initialize() };
  const events = await stream({ path: '/mcp', headers });
  for (let data = 0; data < 2; data += 1) {
    connection().says({ method: 'notifications/message', params: { data } });
    vi.advanceTimersByTime(4 * 60_000);
  }
  await settled(() => events.messages().length === 2);
  const [opened, first] = events.events;
  const resume = (id = '') => ({ path: '/mcp', headers: { ...headers, 'last-event-id': id } });
  expect((await send(resume(opened?.id))).status).toBe(400);
  const again = await stream(resume(first?.id));
  await settled(() => again.messages().length === 1);
  expect(again.messages()).toMatchObject([{ params: { data: 1 } }]);
});

it('a stream that a client has left for long is still there, if it has missed nothing', async () => {
  const { stream, initialize, connection } = await startProxy();
  const headers = { 'mcp-session-id': await initialize() };
  const events = await stream({ path: '/mcp', headers });
  await settled(() => events.events.length === 1);
  events.leave();
  vi.advanceTimersByTime(30 * 60_000);
  const again = await stream({
    path: '/mcp',
    headers: { ...headers, 'last-event-id': events.events[0]?.id ?? '' },
  });
  connection().says({ method: 'notifications/message' });
  await settled(() => again.messages().length === 1);
});
