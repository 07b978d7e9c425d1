import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UpstreamError, type Fate } from '../../../../electron/gateway/errors.ts';
import { networkError } from '../../../../electron/gateway/upstream/http-failure.ts';
import { openRetryingConnection } from '../../../../electron/gateway/upstream/retrying-upstream.ts';
import { FakeConnection } from '../fakes.ts';
import { notification, recordingLogger, recordingSession, request } from './peers.ts';

function open({ takesOne = false, fate = 'undelivered' }: { takesOne?: boolean; fate?: Fate } = {}) {
  const session = recordingSession();
  const logger = recordingLogger();
  const connections: FakeConnection[] = [];
  const server: { down: Error | null; tries: number } = {
    down: new UpstreamError('nothing listens', { fate }),
    tries: 0,
  };
  const connection = openRetryingConnection(
    {
      name: 'files',
      takesOne,
      logger,
      policy: { maxAttempts: 3, initialDelayMs: 100, maxDelayMs: 5000, backoff: 'exponential' },
      open(events) {
        const fake = new FakeConnection(events, 'legacy');
        const { send } = fake;
        fake.send = (allowed) => {
          server.tries += 1;
          fake.failure = server.down;
          return send(allowed);
        };
        connections.push(fake);
        return fake;
      },
    },
    session,
  );
  const methods = () => connections.flatMap((fake) => fake.methods);
  return { session, logger, connections, server, connection, methods };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a message that did not get there', () => {
  it('is tried again, and gets there', async () => {
    const { server, connection, methods, logger } = open();
    const sent = connection.send(request(1, 'tools/call'));
    await vi.advanceTimersByTimeAsync(99);
    expect(server.tries).toBe(1);
    server.down = null;
    await vi.advanceTimersByTimeAsync(1);
    await sent;
    expect(methods()).toEqual(['tools/call']);
    expect(logger.lines).toMatchObject([
      { event: 'upstream_retries', fields: { requestId: 'req_test', server: 'files', delayMs: 100 } },
    ]);
  });

  it('is given up after the last try, with how many there were', async () => {
    const { server, connection } = open();
    const failed = expect(connection.send(request(1, 'ping'))).rejects.toThrow(
      'nothing listens (tried 3 times)',
    );
    await vi.advanceTimersByTimeAsync(100 + 200);
    await failed;
    expect(server.tries).toBe(3);
  });

  it('is not tried again once its request is cancelled, of which the server hears nothing', async () => {
    const { server, connection, methods } = open();
    const failed = expect(connection.send(request(1, 'tools/call'))).rejects.toThrow('nothing listens');
    await vi.advanceTimersByTimeAsync(1);
    server.down = null;
    await connection.send(notification('notifications/cancelled', { requestId: 1 }));
    await failed;
    expect(methods()).toEqual([]);
    await connection.send(notification('notifications/cancelled', { requestId: 2 }));
    expect(methods()).toEqual(['notifications/cancelled']);
  });

  it('is not tried again once its client was told that it failed', async () => {
    const { server, connection, connections, session } = open();
    const failed = expect(connection.send(request(1, 'tools/call'))).rejects.toThrow('nothing listens');
    await vi.advanceTimersByTimeAsync(1);
    connections[0]?.interrupted('gone');
    await failed;
    expect(session.interruptions).toEqual(['gone']);
    expect([server.tries, vi.getTimerCount()]).toEqual([1, 0]);
  });

  it('is given up when the connection is closed', async () => {
    const { connection, connections } = open();
    const failed = expect(connection.send(request(1, 'tools/call'))).rejects.toThrow('nothing listens');
    await vi.advanceTimersByTimeAsync(1);
    await connection.close();
    await failed;
    expect([connections[0]?.closed, vi.getTimerCount()]).toEqual([true, 0]);
  });

  it('gets a new connection for each try where one takes one message', async () => {
    const { server, connection, connections } = open({ takesOne: true });
    const sent = connection.send(request(1, 'tools/call'));
    await vi.advanceTimersByTimeAsync(1);
    server.down = null;
    await vi.advanceTimersByTimeAsync(100);
    await sent;
    expect(connections.map(({ closed, methods }) => [closed, methods])).toEqual([
      [true, []],
      [false, ['tools/call']],
    ]);
  });
});

it.each<Fate>(['unknown', 'held_back'])('a message is not sent twice whose fate is: %s', async (fate) => {
  const { server, connection } = open({ fate });
  await expect(connection.send(request(1, 'tools/call'))).rejects.toThrow('nothing listens');
  expect(server.tries).toBe(1);
});

it.each([
  ['ECONNREFUSED', 'undelivered'],
  ['UND_ERR_CONNECT_TIMEOUT', 'undelivered'],
  ['ENOTFOUND', 'undelivered'],
  ['ECONNRESET', 'unknown'],
  ['ETIMEDOUT', 'unknown'],
  ['UND_ERR_SOCKET', 'unknown'],
  ['UND_ERR_HEADERS_TIMEOUT', 'unknown'],
])('of a network error %s the fate of a message is: %s', (code, fate) => {
  const error = Object.assign(new Error('x'), { code });
  expect(networkError('files', new URL('http://localhost:1/mcp'), error).fate).toBe(fate);
});
