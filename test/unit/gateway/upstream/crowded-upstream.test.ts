// A server that is asked only so much at once.
import { describe, expect, it, vi } from 'vitest';
import { UpstreamError } from '../../../../electron/gateway/errors.ts';
import { limitCrowd } from '../../../../electron/gateway/upstream/crowded-upstream.ts';
import type { RequestId } from '../../../../electron/gateway/wire/json-rpc.ts';
import { closable, fakeUpstream } from '../fakes.ts';
import { notification, recordingSession, request } from './peers.ts';

function crowded(maxConcurrent: number, maxQueued: number) {
  const upstream = fakeUpstream();
  const limited = limitCrowd(closable(upstream), { maxConcurrent, maxQueued });
  const open = () => {
    const session = recordingSession();
    const connection = limited.connect(session, 'legacy');
    const server = upstream.connections.at(-1);
    if (server === undefined) throw new Error('no connection was opened');
    return {
      session,
      connection,
      server,
      ask: (id: RequestId, method = 'tools/call') => connection.send(request(id, method, {})),
      cancel: (requestId: RequestId) =>
        connection.send(notification('notifications/cancelled', { requestId })),
      ids: () => server.sent.flatMap((message) => (message.kind === 'request' ? [message.id] : [])),
    };
  };
  return { ...open(), another: open };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('asks no more at once than it may, and the rest in the order in which it came', async () => {
  const { ask, ids, server } = crowded(2, 10);
  const sent = [1, 2, 3, 4].map((id) => ask(id));
  await settled();
  expect(ids()).toEqual([1, 2]);
  server.says({ id: 2, result: {} });
  await settled();
  expect(ids()).toEqual([1, 2, 3]);
  server.says({ id: 1, error: { code: -1, message: 'no' } });
  await settled();
  expect(ids()).toEqual([1, 2, 3, 4]);
  await Promise.all(sent);
});

it('shares its places among sessions', async () => {
  const { ask, server, another } = crowded(1, 10);
  const other = another();
  void ask(1);
  void other.ask(1);
  await settled();
  expect(other.ids()).toEqual([]);
  server.says({ id: 1, result: {} });
  await settled();
  expect(other.ids()).toEqual([1]);
});

it('sends away what finds the line full, in words, at no fault of the server', async () => {
  const { ask } = crowded(1, 1);
  void ask(1);
  void ask(2);
  const refused = await ask(3).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UpstreamError);
  expect(refused).toMatchObject({
    message: 'files is busy: 1 requests run there and 1 wait. Try again in a while',
    fate: 'held_back',
  });
});

it.each(['initialize', 'ping', 'subscriptions/listen'])('lets %s through in any crowd', async (method) => {
  const { ask, ids } = crowded(1, 0);
  await ask(1);
  await ask(2, method);
  expect(ids()).toEqual([1, 2]);
});

describe('a place is free again where its request', () => {
  it.each<[string, (crowd: ReturnType<typeof crowded>) => unknown]>([
    ['failed', ({ server }) => server.fails(1, 'no')],
    ['was cancelled', ({ cancel }) => cancel(1)],
    ['was lost with the server', ({ server }) => server.interrupted('gone')],
    ['was lost with the connection', ({ server }) => server.lost('gone')],
    ['was of a session that ended', ({ connection }) => connection.close()],
  ])('%s', async (_what, happens) => {
    const crowd = crowded(1, 10);
    const other = crowd.another();
    await crowd.ask(1);
    void other.ask(7);
    await happens(crowd);
    await settled();
    expect(other.ids()).toEqual([7]);
  });

  it('could not be sent', async () => {
    const { ask, server, another } = crowded(1, 10);
    server.failure = new UpstreamError('no');
    await expect(ask(1)).rejects.toThrow('no');
    const other = another();
    await other.ask(7);
    expect(other.ids()).toEqual([7]);
  });
});

describe('a request that is cancelled while it waits', () => {
  it('never reaches the server, and neither does the cancellation', async () => {
    const { ask, cancel, server } = crowded(1, 10);
    await ask(1);
    const waiting = ask(2);
    waiting.catch(() => undefined);
    await cancel(2);
    await expect(waiting).rejects.toThrow(UpstreamError);
    server.says({ id: 1, result: {} });
    await settled();
    expect(server.methods).toEqual(['tools/call']);
  });

  it('leaves its place in the line to others', async () => {
    const { ask, cancel, ids, server } = crowded(1, 1);
    await ask(1);
    ask(2).catch(() => undefined);
    await cancel(2);
    void ask(3);
    server.says({ id: 1, result: {} });
    await vi.waitFor(() => expect(ids()).toEqual([1, 3]));
  });
});

it('is not overtaken by its own cancellation where it need not wait', async () => {
  const { ask, cancel, server } = crowded(1, 1);
  await Promise.all([ask(1), cancel(1)]);
  expect(server.methods).toEqual(['tools/call', 'notifications/cancelled']);
});
