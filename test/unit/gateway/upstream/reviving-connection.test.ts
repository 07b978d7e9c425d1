// A session over processes that die: what the client hears, and what each new process is told.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UpstreamError } from '../../../../electron/gateway/errors.ts';
import { openRevivingConnection } from '../../../../electron/gateway/upstream/reviving-connection.ts';
import { clientMessage, FakeConnection } from '../fakes.ts';
import { allowedBytes, notification, recordingLogger, recordingSession, request } from './peers.ts';

const REVIVE_TIMEOUT_MS = 30_000;
const capabilities = { tools: { listChanged: true }, prompts: {}, resources: { listChanged: true } };
const agreement = { protocolVersion: '2025-11-25', capabilities };

/** What a process answers: a result, or null for nothing at all. */
type Answers = (method: string) => object | null;

const willing: Answers = (method) => ({ result: method === 'initialize' ? agreement : {} });

function open() {
  const session = recordingSession();
  const logger = recordingLogger();
  const processes: FakeConnection[] = [];
  const server: { answers: Answers; startFailure: Error | null } = { answers: willing, startFailure: null };
  const connection = openRevivingConnection(
    {
      name: 'files',
      reviveTimeoutMs: REVIVE_TIMEOUT_MS,
      logger,
      open(events) {
        const process = new FakeConnection(events, 'legacy');
        process.failure = server.startFailure;
        process.onSend = (message) => {
          const answer = message.kind === 'request' ? server.answers(message.method) : null;
          if (answer !== null && message.kind === 'request') process.says({ id: message.id, ...answer });
        };
        processes.push(process);
        return process;
      },
    },
    session,
  );
  const process = (index: number): FakeConnection => {
    const found = processes.at(index);
    if (found === undefined) throw new Error(`only ${processes.length} processes were started`);
    return found;
  };
  return { session, logger, processes, process, server, connection };
}

const initialize = Buffer.from(
  '{"jsonrpc":"2.0", "id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","n":12345678901234567890}}',
);

async function initialized() {
  const opened = open();
  await opened.connection.send(allowedBytes(initialize));
  await opened.connection.send(notification('notifications/initialized'));
  opened.session.received.length = 0;
  return opened;
}

const methodsHeard = ({ received }: ReturnType<typeof recordingSession>) =>
  received.map(({ message }) => (message.kind === 'response' ? `answer ${message.id}` : message.method));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a process that dies', () => {
  it('is told, and not started again while nobody asks', async () => {
    const { session, process, processes } = await initialized();
    process(0).lost('files exited with code 1');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(session.interruptions).toEqual([
      'files exited with code 1. It is started again for the next call',
    ]);
    expect(session.closings).toEqual([]);
    expect(processes).toHaveLength(1);
  });

  it('is followed by one that is told what it knew, in order and byte for byte, and then asked', async () => {
    const { session, process, connection, logger } = await initialized();
    await connection.send(request(1, 'logging/setLevel', { level: 'debug' }));
    await connection.send(request(2, 'resources/subscribe', { uri: 'a' }));
    await connection.send(request(3, 'resources/subscribe', { uri: 'b' }));
    await connection.send(request(4, 'logging/setLevel', { level: 'error' }));
    await connection.send(request(5, 'resources/unsubscribe', { uri: 'a' }));
    session.received.length = 0;
    process(0).lost('gone');
    await connection.send(request(6, 'tools/call', { name: 'x' }));
    const [first, ...rest] = process(1).sent;
    expect(first?.bytes.toString()).toBe(initialize.toString());
    expect(rest).toMatchObject([
      { method: 'notifications/initialized' },
      { method: 'logging/setLevel', id: 4 },
      { method: 'resources/subscribe', id: 3 },
      { method: 'tools/call', id: 6 },
    ]);
    // Nothing of that but what the client does not know.
    expect(methodsHeard(session)).toEqual([
      'notifications/tools/list_changed',
      'notifications/resources/list_changed',
      'answer 6',
    ]);
    expect(logger.lines).toContainEqual({
      event: 'upstream_restarts',
      fields: { server: 'files', why: 'gone' },
    });
  });

  it('is not told again what it had refused, or had not answered', async () => {
    const { process, connection, server } = await initialized();
    server.answers = (method) =>
      method === 'resources/subscribe' ? { error: { code: -32002, message: 'no such' } } : null;
    await connection.send(request(1, 'resources/subscribe', { uri: 'a' }));
    await connection.send(request(2, 'logging/setLevel', { level: 'debug' }));
    server.answers = willing;
    process(0).lost('gone');
    await connection.send(request(3, 'ping'));
    expect(process(1).methods).toEqual(['initialize', 'notifications/initialized', 'ping']);
  });

  it('before it answered initialize ends the connection', async () => {
    const { session, server, process, connection } = open();
    server.answers = () => null;
    await connection.send(allowedBytes(initialize));
    process(0).lost('files exited with code 1');
    expect(session.closings).toEqual(['files exited with code 1']);
    expect(session.interruptions).toEqual([]);
    await expect(connection.send(request(1, 'ping'))).rejects.toThrow('files exited with code 1');
  });

  it('is heard no more', async () => {
    const { session, process, connection } = await initialized();
    process(0).lost('gone');
    await connection.send(request(1, 'ping'));
    session.received.length = 0;
    process(0).says({ method: 'notifications/message' });
    process(0).lost('gone twice');
    expect(session.received).toEqual([]);
    expect(session.interruptions).toHaveLength(1);
  });

  it('is not started for answers, or for what concerns earlier requests', async () => {
    const { process, processes, connection } = await initialized();
    process(0).lost('gone');
    await connection.send({ message: clientMessage('{"jsonrpc":"2.0","id":1,"result":{}}') } as never);
    await connection.send(notification('notifications/cancelled', { requestId: 1 }));
    await connection.send(notification('notifications/progress', { progressToken: 1 }));
    expect(processes).toHaveLength(1);
  });
});

describe('a process that is started again', () => {
  it('is one for all that wait for it', async () => {
    const { session, process, processes, connection } = await initialized();
    process(0).lost('gone');
    await Promise.all([1, 2, 3].map((id) => connection.send(request(id, 'ping'))));
    expect(processes).toHaveLength(2);
    expect(methodsHeard(session).slice(2)).toEqual(['answer 1', 'answer 2', 'answer 3']);
  });

  it.each([
    ['with an error', { error: { code: -32603, message: 'no' } }],
    ['with another version', { result: { ...agreement, protocolVersion: '2025-06-18' } }],
  ])('and answers initialize %s ends the connection', async (_how, answer) => {
    const { session, process, server, connection } = await initialized();
    process(0).lost('gone');
    server.answers = () => answer;
    const words = 'not the same after its restart: initialize again';
    await expect(connection.send(request(1, 'ping'))).rejects.toThrow(words);
    expect(session.closings).toEqual([expect.stringContaining(words)]);
    expect(session.received).toEqual([]);
    expect(process(1).closed).toBe(true);
    await expect(connection.send(request(2, 'ping'))).rejects.toThrow(words);
  });

  it('and refuses a subscription has to do without it', async () => {
    const { session, process, server, connection, logger } = await initialized();
    await connection.send(request(1, 'resources/subscribe', { uri: 'a' }));
    process(0).lost('gone');
    server.answers = (method) =>
      method === 'resources/subscribe' ? { error: { code: -32002, message: 'no such' } } : willing(method);
    await connection.send(request(2, 'ping'));
    expect(methodsHeard(session)).toContain('answer 2');
    expect(logger.lines.map(({ event }) => event)).toContain('upstream_forgot');
  });

  it('and does not answer is given up in time, with what waited for it', async () => {
    const { session, process, server, connection } = await initialized();
    process(0).lost('gone');
    server.answers = () => null;
    const sent = connection.send(request(1, 'ping'));
    const failed = expect(sent).rejects.toMatchObject({
      fate: 'undelivered',
      message: 'files was started again, but was not ready within 30 s',
    });
    await vi.advanceTimersByTimeAsync(REVIVE_TIMEOUT_MS);
    await failed;
    expect(process(1).closed).toBe(true);
    expect(session.interruptions).toHaveLength(2);
  });

  it('may ask the client before it is ready, and is answered', async () => {
    const { session, process, server, connection } = await initialized();
    process(0).lost('gone');
    server.answers = () => null;
    const sent = connection.send(request(1, 'ping'));
    await vi.advanceTimersByTimeAsync(1);
    process(1).says({ id: 'roots', method: 'roots/list' });
    expect(methodsHeard(session)).toEqual(['roots/list']);
    await connection.send({ message: clientMessage('{"jsonrpc":"2.0","id":"roots","result":{}}') } as never);
    expect(process(1).methods).toEqual(['initialize', 'response']);
    server.answers = willing;
    process(1).says({ id: 0, result: agreement });
    await sent;
    expect(process(1).methods.at(-1)).toBe('ping');
  });

  it('never hears of a request that was cancelled while it started', async () => {
    const { process, server, connection } = await initialized();
    process(0).lost('gone');
    server.answers = () => null;
    const sent = connection.send(request(1, 'tools/call', { name: 'x' }));
    const failed = expect(sent).rejects.toMatchObject({ fate: 'held_back' });
    await connection.send(notification('notifications/cancelled', { requestId: 1 }));
    await vi.advanceTimersByTimeAsync(1);
    process(1).says({ id: 0, result: agreement });
    await failed;
    expect(process(1).methods).toEqual(['initialize', 'notifications/initialized']);
  });

  it('and can not be started lets down what waited for it, and is tried again', async () => {
    const { session, process, server, connection } = await initialized();
    process(0).lost('gone');
    server.startFailure = new UpstreamError('files was not started: no memory', { fate: 'undelivered' });
    await expect(connection.send(request(1, 'ping'))).rejects.toMatchObject({ fate: 'undelivered' });
    expect(session.closings).toEqual([]);
    server.startFailure = null;
    await connection.send(request(2, 'ping'));
    expect(methodsHeard(session)).toContain('answer 2');
  });
});

describe('a server that keeps dying', () => {
  it('is started later and later, and what comes before that fails at once', async () => {
    const { process, processes, connection, session } = await initialized();
    process(0).lost('gone');
    await connection.send(request(1, 'ping'));
    process(1).lost('gone again');
    await expect(connection.send(request(2, 'ping'))).rejects.toMatchObject({
      fate: 'held_back',
      message: 'gone again. It is started again for a call after 1 s',
    });
    await vi.advanceTimersByTimeAsync(1000);
    await connection.send(request(3, 'ping'));
    expect(processes).toHaveLength(3);
    process(2).lost('gone');
    await vi.advanceTimersByTimeAsync(1000);
    await expect(connection.send(request(4, 'ping'))).rejects.toThrow('after 4 s');
    expect(session.closings).toEqual([]);
  });
});

describe('close', () => {
  it('ends what runs, says nothing, and lets nothing be started', async () => {
    const { session, process, processes, connection } = await initialized();
    await connection.close();
    expect(process(0).closed).toBe(true);
    process(0).lost('gone');
    expect([...session.closings, ...session.interruptions]).toEqual([]);
    await expect(connection.send(request(1, 'ping'))).rejects.toThrow('closed');
    expect(processes).toHaveLength(1);
  });

  it('ends what is started again just then', async () => {
    const { session, process, server, connection } = await initialized();
    process(0).lost('gone');
    server.answers = () => null;
    const sent = connection.send(request(1, 'ping'));
    const failed = expect(sent).rejects.toThrow('closed');
    await vi.advanceTimersByTimeAsync(1);
    await connection.close();
    await failed;
    expect(process(1).closed).toBe(true);
    expect(session.closings).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a process that a person ends', () => {
  it('is followed at once by one that knows what it knew, where that is wanted', async () => {
    const { session, connection, process, processes } = await initialized();
    await connection.interrupt('files was restarted', true);
    expect(session.interruptions).toEqual(['files was restarted']);
    expect([process(0).closed, processes.length]).toEqual([true, 2]);
    expect(process(1).methods).toEqual(['initialize', 'notifications/initialized']);
    await connection.send(request(7, 'tools/call'));
    expect(process(1).methods.at(-1)).toBe('tools/call');
    expect(processes).toHaveLength(2);
  });

  it('is followed by none before the next message, else', async () => {
    const { connection, processes, process } = await initialized();
    await connection.interrupt('files was stopped', false);
    expect(processes).toHaveLength(1);
    await connection.send(request(7, 'ping'));
    expect(process(1).methods).toEqual(['initialize', 'notifications/initialized', 'ping']);
  });

  it('may be started at once, however often it has died before', async () => {
    const { connection, process, processes } = await initialized();
    for (const death of [0, 1, 2]) {
      process(death).lost('it died');
      await vi.advanceTimersByTimeAsync(30_000);
      await connection.send(request(death, 'ping'));
    }
    process(3).lost('it died');
    await expect(connection.send(request(8, 'ping'))).rejects.toThrow(/started again for a call after/u);
    await connection.interrupt('files was restarted', true);
    expect(processes).toHaveLength(5);
  });

  it('and can not be started again is tried with the next message', async () => {
    const { connection, server, logger } = await initialized();
    server.startFailure = new UpstreamError('files was not started', { fate: 'undelivered' });
    await connection.interrupt('files was restarted', true);
    expect(logger.lines.map(({ event }) => event)).toContain('upstream_restart_failed');
    await expect(connection.send(request(8, 'ping'))).rejects.toThrow();
    server.startFailure = null;
    await vi.advanceTimersByTimeAsync(30_000);
    await connection.send(request(9, 'ping'));
  });

  it('is left alone where it never began, or is over', async () => {
    const { connection, processes, session } = open();
    await connection.interrupt('files was restarted', true);
    await connection.close();
    await connection.interrupt('files was restarted', true);
    expect([processes.length, session.interruptions]).toEqual([0, []]);
  });
});
