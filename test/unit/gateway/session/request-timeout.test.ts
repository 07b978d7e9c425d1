// How long a server may take, and what counts as a sign of life.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clientMessage, notification, request } from '../fakes.ts';
import {
  call,
  initializedSession,
  MAX_REQUEST_TIME_MS,
  openSession,
  recordOf,
  REQUEST_TIMEOUT_MS,
} from './setting.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const progress = (progressToken: string) => ({
  method: 'notifications/progress',
  params: { progressToken, progress: 1 },
});

it('a request without an answer fails in time, and its answer comes too late', async () => {
  const { session, connection, outlet, log } = await initializedSession();
  await session.receive(call(1, 'slow'));
  vi.advanceTimersByTime(REQUEST_TIMEOUT_MS - 1);
  expect(outlet.sent).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(outlet.answers(1)).toMatchObject([
    { error: { code: -32004, message: 'The MCP server did not answer within 60 s' } },
  ]);
  expect(recordOf(log, 'slow').outcomes).toMatchObject([{ status: 'upstream_error' }]);
  connection.says({ id: 1, result: {} });
  expect(outlet.answers(1)).toHaveLength(1);
});

it('the server is told that nobody waits for its answer any more', async () => {
  const { session, connection } = await initializedSession();
  await session.receive(call('a', 'slow'));
  vi.advanceTimersByTime(REQUEST_TIMEOUT_MS);
  await vi.waitFor(() =>
    expect(connection.sent.slice(1)).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: 'a' } },
    ]),
  );
});

it.each([
  ['by its token alone', null],
  ['also where it comes on a stream of its own', 1],
])('progress gives a request its whole time again, and no other one: %s', async (_how, relatedTo) => {
  const { session, connection, outlet } = await initializedSession();
  await session.receive(call(1, 'slow', { _meta: { progressToken: 'p' } }));
  await session.receive(call(2, 'silent', { _meta: { progressToken: 'q' } }));
  vi.advanceTimersByTime(REQUEST_TIMEOUT_MS - 1);
  connection.says(progress('p'), relatedTo);
  vi.advanceTimersByTime(1);
  expect(outlet.answers(1)).toEqual([]);
  expect(outlet.answers(2)).toHaveLength(1);
  vi.advanceTimersByTime(REQUEST_TIMEOUT_MS - 1);
  expect(outlet.answers(1)).toHaveLength(1);
});

it('a person has all the time of the desk: the time of the server starts with the answer', async () => {
  const { session, outlet, desk } = await initializedSession();
  const done = session.receive(call(1, 'ask_it'));
  await vi.advanceTimersByTimeAsync(100_000);
  await desk.answerFirst(true);
  await done;
  vi.advanceTimersByTime(REQUEST_TIMEOUT_MS - 1);
  expect(outlet.sent).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(outlet.answers(1)).toHaveLength(1);
});

it('a server that waits for the client itself is given time until it has its answer', async () => {
  const { session, connection, outlet } = await initializedSession();
  await session.receive(call(1, 'samples'));
  connection.says({ id: 's', method: 'sampling/createMessage', params: {} });
  vi.advanceTimersByTime(10 * REQUEST_TIMEOUT_MS);
  expect(outlet.answers(1)).toEqual([]);
  await session.receive(clientMessage('{"jsonrpc":"2.0","id":"s","result":{}}'));
  vi.advanceTimersByTime(REQUEST_TIMEOUT_MS);
  expect(outlet.answers(1)).toHaveLength(1);
});

it('a server that shows progress for ever is given up all the same, at the maximum', async () => {
  const { session, connection, outlet } = await initializedSession();
  await session.receive(call(1, 'endless', { _meta: { progressToken: 'p' } }));
  const step = REQUEST_TIMEOUT_MS - 1000;
  for (let ms = step; ms < MAX_REQUEST_TIME_MS; ms += step) {
    vi.advanceTimersByTime(step);
    connection.says(progress('p'));
  }
  expect(outlet.answers(1)).toEqual([]);
  vi.advanceTimersByTime((MAX_REQUEST_TIME_MS % step) - 1);
  expect(outlet.answers(1)).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(outlet.answers(1)).toMatchObject([
    { error: { code: -32004, message: 'The MCP server was not done within 3600 s' } },
  ]);
  await vi.waitFor(() => expect(connection.methods.at(-1)).toBe('notifications/cancelled'));
});

it('a client that never answers its server holds the request no longer than the maximum', async () => {
  const { session, connection, outlet } = await initializedSession();
  await session.receive(call(1, 'samples'));
  connection.says({ id: 's', method: 'sampling/createMessage', params: {} });
  vi.advanceTimersByTime(MAX_REQUEST_TIME_MS - 1);
  expect(outlet.answers(1)).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(outlet.answers(1)).toHaveLength(1);
});

it('an initialize without an answer ends the session', async () => {
  const { session, connection, outlet, ended } = openSession();
  await session.receive(request(0, 'initialize'));
  vi.advanceTimersByTime(REQUEST_TIMEOUT_MS);
  expect(outlet.sent).toMatchObject([{ kind: 'answer', to: 0 }, { kind: 'end' }]);
  expect(ended).toEqual([session]);
  expect(connection.methods).toEqual(['initialize']);
});

it.each<[string, (opened: Awaited<ReturnType<typeof initializedSession>>) => void | Promise<void>]>([
  ['answered', ({ connection }) => connection.says({ id: 1, result: {} })],
  ['cancelled', ({ session }) => session.receive(notification('notifications/cancelled', { requestId: 1 }))],
  ['lost', ({ connection }) => connection.lost('gone')],
  ['interrupted', ({ connection }) => connection.interrupted('gone')],
  ['over with its session', ({ session }) => session.close()],
])('no timer is left of a request that is %s', async (_what, end) => {
  const opened = await initializedSession();
  await opened.session.receive(call(1, 'x'));
  expect(vi.getTimerCount()).toBe(1);
  await end(opened);
  expect(vi.getTimerCount()).toBe(0);
});
