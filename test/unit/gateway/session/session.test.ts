// One session: what goes down, what comes back, and how every request ends exactly once.
import { describe, expect, it, vi } from 'vitest';
import { errors, UpstreamError } from '../../../../electron/gateway/errors.ts';
import { settle } from '../approval/desk.ts';
import { clientMessage, notification, request } from '../fakes.ts';
import { call, initializedSession, openSession, recordOf } from './setting.ts';

const cancelled = (requestId: unknown) => notification('notifications/cancelled', { requestId });

describe('a request', () => {
  it('goes to the server as it came, and its answer comes back as it came', async () => {
    const { session, connection, outlet } = await initializedSession();
    const text =
      '{ "id":1.0, "jsonrpc":"2.0","method":"tools/call","params":{"name":"big","arguments":{"n":123456789012345678901}} }';
    await session.receive(clientMessage(text));
    expect(connection.sent.map(({ bytes }) => bytes.toString())).toEqual([text]);
    connection.says('{ "jsonrpc":"2.0","result":{"n":1.50,"u":"\\u00e9"},"id":1 }');
    expect(outlet.sent).toMatchObject([
      { kind: 'answer', to: 1, text: '{ "jsonrpc":"2.0","result":{"n":1.50,"u":"\\u00e9"},"id":1 }' },
    ]);
  });

  it('is completed in the log once, with latency and size', async () => {
    const { session, connection, log } = await initializedSession();
    await session.receive(call(1, 'x'));
    expect(recordOf(log, 'x').outcomes).toEqual([]);
    const answer = { id: 1, result: { ok: true } };
    connection.says(answer);
    connection.says(answer);
    expect(recordOf(log, 'x').outcomes).toEqual([
      {
        status: 'ok',
        latencyMicros: expect.any(Number) as number,
        responseBytes: JSON.stringify({ jsonrpc: '2.0', ...answer }).length,
        errorCode: null,
        errorMessage: null,
        answer: expect.objectContaining({ kind: 'response', id: 1 }) as object,
      },
    ]);
  });

  it('is answered once, even where the server answers twice', async () => {
    const { session, connection, outlet } = await initializedSession();
    await session.receive(call(1, 'x'));
    connection.says({ id: 1, result: 'first' });
    connection.says({ id: 1, result: 'second' });
    expect(outlet.answers(1)).toEqual([{ jsonrpc: '2.0', id: 1, result: 'first' }]);
  });

  it("carries the server's error back, and into the log", async () => {
    const { session, connection, outlet, log } = await initializedSession();
    await session.receive(call(1, 'x'));
    connection.says({ id: 1, error: { code: -32602, message: 'no such tool' } });
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32602 } }]);
    expect(recordOf(log, 'x').outcomes).toMatchObject([
      { status: 'error', errorCode: -32602, errorMessage: 'no such tool' },
    ]);
  });

  it('that is denied is answered with the refusal, and the server never hears of it', async () => {
    const { session, connection, outlet, log } = await initializedSession();
    await session.receive(call(1, 'deny_it'));
    expect(connection.sent).toEqual([]);
    expect(outlet.answers(1)).toMatchObject([{ id: 1, error: { code: -32001 } }]);
    expect(recordOf(log, 'deny_it')).toMatchObject({ verdict: { allow: false }, outcomes: [] });
  });

  it('that no policy could judge is answered and recorded', async () => {
    const { session, connection, outlet, log, policy } = await initializedSession();
    const seen = policy.seen.length;
    await session.receive(request(1, 'tools/call', { arguments: {} }));
    expect(connection.sent).toEqual([]);
    expect(policy.seen).toHaveLength(seen);
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32602 } }]);
    expect(log.refusals).toMatchObject([
      { sessionId: 'sess_test', method: 'tools/call', reason: 'malformed', errorCode: -32602 },
    ]);
  });

  it('that can not be recorded is not forwarded', async () => {
    const { session, connection, outlet, log } = await initializedSession();
    log.broken = true;
    await session.receive(call(1, 'x'));
    expect(connection.sent).toEqual([]);
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32603 } }]);
  });

  it('that can not be delivered is answered with the reason, and recorded', async () => {
    const { session, connection, outlet, log } = await initializedSession();
    connection.failure = new UpstreamError('files exited with code 1');
    await session.receive(call(1, 'x'));
    expect(outlet.answers(1)).toMatchObject([
      { error: { code: -32004, message: 'files exited with code 1' } },
    ]);
    expect(recordOf(log, 'x').outcomes).toMatchObject([
      { status: 'upstream_error', errorCode: -32004, errorMessage: 'files exited with code 1' },
    ]);
  });

  it('that the server lets down after it was sent is answered with the reason, once', async () => {
    const { session, connection, outlet, log, server } = await initializedSession();
    await session.receive(call(1, 'x'));
    connection.fails(1, 'files answered with HTTP 502');
    connection.fails(1, 'again');
    connection.fails(7, 'never heard of');
    expect(outlet.answers(1)).toMatchObject([
      { error: { code: -32004, message: 'files answered with HTTP 502' } },
    ]);
    expect(recordOf(log, 'x').outcomes).toMatchObject([{ status: 'upstream_error' }]);
    expect(server.at(-1)).toBe('files answered with HTTP 502');
  });

  it('that fails for a reason of our own does not show the client more than it should know', async () => {
    const { session, connection, outlet, logger } = await initializedSession();
    connection.failure = new Error('secret path /home/me');
    await session.receive(call(1, 'x'));
    expect(JSON.stringify(outlet.sent)).not.toContain('secret');
    expect(logger.events).toContain('upstream_send_failed');
  });

  it('is in the log before the server has it', async () => {
    const { session, connection, log } = await initializedSession();
    connection.onSend = () => expect(recordOf(log, 'x')).toMatchObject({ verdict: { allow: true } });
    await session.receive(call(1, 'x'));
    expect(connection.methods).toEqual(['tools/call']);
  });

  it('is answered also by a server that is faster than its own delivery', async () => {
    const { session, connection, outlet } = await initializedSession();
    connection.onSend = () => connection.says({ id: 1, result: {} });
    await session.receive(call(1, 'x'));
    expect(outlet.answers(1)).toHaveLength(1);
  });
});

describe('the same id twice', () => {
  it('is refused while the first is with the server, which is not disturbed', async () => {
    const { session, connection, outlet, log } = await initializedSession();
    await session.receive(call(1, 'first'));
    await session.receive(call(1, 'second'));
    expect(connection.sent).toHaveLength(1);
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32600 } }]);
    expect(log.refusals).toMatchObject([{ method: 'tools/call', reason: 'malformed' }]);
    connection.says({ id: 1, result: 'of the first' });
    expect(outlet.answers(1)).toMatchObject([{}, { result: 'of the first' }]);
  });

  it('is refused while the first waits for a person', async () => {
    const { session, connection, outlet, desk } = await initializedSession();
    const waiting = session.receive(call(1, 'ask_first'));
    await session.receive(call(1, 'second'));
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32600 } }]);
    await desk.answerFirst(true);
    await waiting;
    expect(connection.sent).toHaveLength(1);
  });

  it('is fine once the first is answered, and in another type', async () => {
    const { session, connection, log } = await initializedSession();
    await session.receive(call(1, 'first'));
    await session.receive(call('1', 'text'));
    connection.says({ id: 1, result: {} });
    await session.receive(call(1, 'second'));
    expect(connection.sent).toHaveLength(3);
    expect(recordOf(log, 'text').outcomes).toEqual([]);
  });
});

describe('a call that asks', () => {
  it('goes on when a person allows it', async () => {
    const { session, connection, desk } = await initializedSession();
    const done = session.receive(call(1, 'ask_it'));
    expect(connection.sent).toEqual([]);
    await desk.answerFirst(true);
    await done;
    expect(connection.methods).toEqual(['tools/call']);
  });

  it('does not hold up others', async () => {
    const { session, connection } = await initializedSession();
    void session.receive(call(1, 'ask_it'));
    await session.receive(call(2, 'x'));
    expect(connection.sent).toMatchObject([{ id: 2 }]);
  });

  it('that the client cancels is withdrawn: the server hears neither of it nor of its end', async () => {
    const { session, connection, outlet, log, desk } = await initializedSession();
    const done = session.receive(call(1, 'ask_it'));
    await session.receive(cancelled(1));
    await done;
    expect(desk.pending()).toEqual([]);
    expect(connection.sent).toEqual([]);
    expect(outlet.sent).toEqual([{ kind: 'abandon', to: 1 }]);
    expect(recordOf(log, 'ask_it')).toMatchObject({ verdict: { allow: false, reason: 'withdrawn' } });
  });

  it('is denied where all is paused meanwhile', async () => {
    const { session, connection, outlet, desk, settings } = await initializedSession();
    const done = session.receive(call(1, 'ask_it'));
    await settle();
    settings.paused = true;
    await desk.answerFirst(true);
    await done;
    expect(connection.sent).toEqual([]);
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32001 } }]);
  });

  it('ends with its session, answered', async () => {
    const { session, connection, outlet, log, desk } = await initializedSession();
    const done = session.receive(call(1, 'ask_it'));
    await session.close();
    await done;
    expect(desk.pending()).toEqual([]);
    expect(connection.sent).toEqual([]);
    expect(outlet.answers(1)).toMatchObject([
      { error: { message: expect.stringContaining('ended') as string } },
    ]);
    expect(recordOf(log, 'ask_it')).toMatchObject({ verdict: { allow: false, reason: 'withdrawn' } });
  });

  it('ends with its session also where it is a notification', async () => {
    const { session, connection, desk } = await initializedSession();
    const done = session.receive(notification('ask_something/new'));
    await settle();
    expect(desk.pending()).toHaveLength(1);
    await session.close();
    await done;
    expect(desk.pending()).toEqual([]);
    expect(connection.sent).toEqual([]);
  });
});

describe('a cancellation', () => {
  it('of what the server has goes on to it, and ends the request', async () => {
    const { session, connection, outlet, log } = await initializedSession();
    await session.receive(call(1, 'x'));
    await session.receive(cancelled(1));
    expect(connection.methods).toEqual(['tools/call', 'notifications/cancelled']);
    expect(outlet.sent).toEqual([{ kind: 'abandon', to: 1 }]);
    expect(recordOf(log, 'x').outcomes).toMatchObject([{ status: 'cancelled' }]);
    expect(log.of('notifications/cancelled')).toMatchObject([{ outcomes: [{ status: 'ok' }] }]);
  });

  it('lets a late answer fall', async () => {
    const { session, connection, outlet, log } = await initializedSession();
    await session.receive(call(1, 'x'));
    await session.receive(cancelled(1));
    connection.says({ id: 1, result: {} });
    expect(outlet.answers(1)).toEqual([]);
    expect(recordOf(log, 'x').outcomes).toHaveLength(1);
  });

  it.each([99, '1', null, undefined, { id: 1 }])(
    'of %j, which is not running, changes nothing',
    async (id) => {
      const { session, connection, outlet } = await initializedSession();
      await session.receive(call(1, 'x'));
      await session.receive(cancelled(id));
      expect(connection.methods).toEqual(['tools/call', 'notifications/cancelled']);
      connection.says({ id: 1, result: {} });
      expect(outlet.answers(1)).toHaveLength(1);
    },
  );

  it('that is a request, against the protocol, is answered like one and cancels nothing', async () => {
    const { session, connection, outlet, desk } = await initializedSession();
    const done = session.receive(call(1, 'ask_it'));
    await session.receive(request(2, 'notifications/cancelled', { requestId: 1 }));
    await settle();
    expect(desk.pending()).toHaveLength(1);
    connection.says({ id: 2, error: { code: -32601, message: 'no such method' } });
    expect(outlet.answers(2)).toHaveLength(1);
    await desk.answerFirst(false);
    await done;
  });
});

describe('the stop of all calls', () => {
  it('ends those that the server is at, tells their client why, and has the server stop', async () => {
    const { session, connection, outlet, log, ended } = await initializedSession();
    await session.receive(call(1, 'read_file'));
    session.stopCalls({ error: 'paused' });
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32001, message: errors.paused.message } }]);
    expect(recordOf(log, 'read_file').outcomes).toMatchObject([
      { status: 'cancelled', errorCode: -32001, errorMessage: errors.paused.message },
    ]);
    await vi.waitFor(() => expect(connection.methods).toEqual(['tools/call', 'notifications/cancelled']));
    connection.says({ id: 1, result: { late: true } });
    expect(outlet.sent).toHaveLength(1);
    expect(ended).toEqual([]);
  });

  it('leaves alone what no policy was asked about', async () => {
    const { session, connection, outlet } = await initializedSession();
    await session.receive(request(1, 'ping'));
    session.stopCalls({ error: 'paused' });
    connection.says({ id: 1, result: {} });
    expect(outlet.answers(1)).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
  });
});

describe('a notification', () => {
  it('goes to the server, and is complete in the log with that', async () => {
    const { session, connection, log, outlet } = await initializedSession();
    await session.receive(notification('notifications/initialized'));
    expect(connection.methods).toEqual(['notifications/initialized']);
    expect(log.calls).toMatchObject([{ outcomes: [{ status: 'ok', responseBytes: null }] }]);
    expect(outlet.sent).toEqual([]);
  });

  it('that is denied, or can not be delivered, is never answered', async () => {
    const { session, connection, log, outlet } = await initializedSession();
    await session.receive(notification('tools/call', { name: 'deny_it' }));
    await session.receive(notification('tools/call', {}));
    connection.failure = new UpstreamError('gone');
    await session.receive(notification('notifications/initialized'));
    expect(connection.sent).toEqual([]);
    expect(outlet.sent).toEqual([]);
    expect(log.calls).toMatchObject([
      { verdict: { allow: false }, outcomes: [] },
      { verdict: { allow: true }, outcomes: [{ status: 'upstream_error', errorMessage: 'gone' }] },
    ]);
    expect(log.refusals).toMatchObject([{ reason: 'malformed' }]);
  });
});

describe('a request of the server', () => {
  const sampling = { id: 'srv-1', method: 'sampling/createMessage', params: { messages: [] } };
  const answer = (id: string | number) =>
    clientMessage(JSON.stringify({ jsonrpc: '2.0', id, result: { ok: 1 } }));

  it('reaches the client as it came, and the answer the server', async () => {
    const { session, connection, outlet } = await initializedSession();
    const text = '{"jsonrpc":"2.0","method":"elicitation/create","id":"\\u0065-1","params":{"n":1.0}}';
    connection.says(text, 7);
    expect(outlet.sent).toMatchObject([{ kind: 'deliver', relatedTo: 7, text }]);
    await session.receive(answer('e-1'));
    expect(connection.sent).toMatchObject([{ kind: 'response', id: 'e-1' }]);
  });

  it('can be refused by the client', async () => {
    const { session, connection } = await initializedSession();
    connection.says(sampling);
    await session.receive(
      clientMessage('{"jsonrpc":"2.0","id":"srv-1","error":{"code":-1,"message":"User rejected"}}'),
    );
    expect(connection.sent).toMatchObject([{ kind: 'response', error: { code: -1 } }]);
  });

  it('is answered once', async () => {
    const { session, connection, logger } = await initializedSession();
    connection.says(sampling);
    await session.receive(answer('srv-1'));
    await session.receive(answer('srv-1'));
    expect(connection.sent).toHaveLength(1);
    expect(logger.events).toContain('answer_to_nothing');
  });

  it.each([
    ['nobody asked', answer('made-up')],
    ['an id of another type', answer(1)],
    ['no id', clientMessage('{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":""}}')],
  ])('is not answered by an answer to %s', async (_what, message) => {
    const { session, connection } = await initializedSession();
    connection.says({ ...sampling, id: '1' });
    await session.receive(message);
    expect(connection.sent).toEqual([]);
  });

  it("is not answered by another session's client", async () => {
    const [one, other] = [await initializedSession(), await initializedSession()];
    one.connection.says(sampling);
    await other.session.receive(answer('srv-1'));
    expect(one.connection.sent).toEqual([]);
    expect(other.connection.sent).toEqual([]);
  });

  it.each([
    ['on no stream', null],
    ['on the stream of a request', 1],
  ])('that the server cancels, %s, wants no answer any more', async (_where, relatedTo) => {
    const { session, connection, outlet } = await initializedSession();
    connection.says(sampling);
    connection.says({ method: 'notifications/cancelled', params: { requestId: 'srv-1' } }, relatedTo);
    expect(outlet.sent).toHaveLength(2);
    await session.receive(answer('srv-1'));
    expect(connection.sent).toEqual([]);
  });

  it('is dropped where a thousand wait already, and heard again after an answer', async () => {
    const { session, connection, outlet, logger } = await initializedSession();
    for (let id = 0; id < 1001; id += 1) connection.says({ ...sampling, id });
    expect(outlet.sent).toHaveLength(1000);
    expect(logger.events).toContain('too_many_server_requests');
    await session.receive(answer(0));
    connection.says({ ...sampling, id: 1002 });
    expect(outlet.sent).toHaveLength(1001);
  });

  it('whose answer can not be delivered harms nobody', async () => {
    const { session, connection, logger } = await initializedSession();
    connection.says(sampling);
    connection.failure = new UpstreamError('gone');
    await session.receive(answer('srv-1'));
    expect(logger.events).toContain('undelivered');
  });
});

describe('a notification of the server', () => {
  it('reaches the client as it came', async () => {
    const { connection, outlet } = await initializedSession();
    const text = '{"method":"notifications/tools/list_changed","jsonrpc":"2.0"}';
    connection.says(text);
    expect(outlet.sent).toMatchObject([{ kind: 'deliver', relatedTo: null, text }]);
  });

  it('of progress belongs to the request that asked for it', async () => {
    const { session, connection, outlet } = await initializedSession();
    await session.receive(call(1, 'slow', { _meta: { progressToken: 'p' } }));
    const progress = (progressToken: unknown) =>
      connection.says({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
    for (const token of ['p', 'q', 1, undefined]) progress(token);
    expect(outlet.sent).toMatchObject([
      { relatedTo: 1 },
      { relatedTo: null },
      { relatedTo: null },
      { relatedTo: null },
    ]);
  });

  it('keeps the relation that the transport knows', async () => {
    const { session, connection, outlet } = await initializedSession();
    await session.receive(call(1, 'slow', { _meta: { progressToken: 'p' } }));
    connection.says({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } }, 5);
    expect(outlet.sent).toMatchObject([{ relatedTo: 5 }]);
  });
});

describe('what the policy sees of the session', () => {
  it('counts requests, reads and writes, this call included', async () => {
    const { session, policy } = openSession();
    await session.receive(call(1, 'read_file'));
    await session.receive(request(2, 'tools/list'));
    await session.receive(call(3, 'write_file'));
    await session.receive(request(4, 'resources/read', { uri: 'a:b' }));
    expect(policy.seen.map(({ session: facts }) => facts)).toMatchObject([
      { id: 'sess_test', requestCount: 1, cumulativeReads: 0, cumulativeWrites: 0 },
      { requestCount: 3, cumulativeReads: 1, cumulativeWrites: 0 },
      { requestCount: 4, cumulativeReads: 1, cumulativeWrites: 1 },
    ]);
  });

  it('holds what was forwarded before, and not what was denied', async () => {
    const { session, policy, settings } = await initializedSession();
    await session.receive(call(1, 'read_file'));
    await session.receive(call(2, 'deny_it'));
    settings.mode = 'audit';
    await session.receive(call(3, 'deny_that'));
    await session.receive(call(4, 'write_file'));
    const last = policy.seen.at(-1)?.session.history;
    expect(last?.calls.map(({ tool }) => tool)).toEqual(['read_file', 'deny_that']);
    expect(policy.seen[0]?.session.history.calls).toEqual([]);
  });
});

describe('initialize', () => {
  const initialize = (info: object = { clientInfo: { name: 'tester', version: '2' } }) =>
    request(0, 'initialize', { protocolVersion: '2025-11-25', ...info });

  it('settles the version, and tells who the client says that it is', async () => {
    const { session, connection, policy } = openSession();
    expect(session.protocolVersion).toBeNull();
    await session.receive(initialize());
    expect(session.protocolVersion).toBeNull();
    connection.says({ id: 0, result: { protocolVersion: '2025-06-18' } });
    expect(session.protocolVersion).toBe('2025-06-18');
    await session.receive(call(1, 'x'));
    expect(policy.seen).toMatchObject([{ client: { name: 'tester', version: '2' } }]);
    expect(session.summary()).toMatchObject({ client: 'tester', requests: 2, server: 'files' });
  });

  it('is refused a second time, and leaves the session as it was', async () => {
    const { session, connection, outlet } = openSession();
    await session.receive(request('first', 'ping'));
    await session.receive(initialize());
    connection.says({ id: 0, result: { protocolVersion: '2025-06-18' } });
    await session.receive(request(1, 'initialize', { clientInfo: { name: 'somebody else', version: '9' } }));
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32600 } }]);
    expect(connection.methods).toEqual(['ping', 'initialize']);
    expect(session.summary()).toMatchObject({ client: 'tester' });
    await session.receive(call(2, 'x'));
    expect(connection.methods).toEqual(['ping', 'initialize', 'tools/call']);
  });

  it.each<[string, object | null | undefined, object]>([
    ['a title before a name', { name: 'n', title: 'The Client', version: '1' }, { name: 'The Client' }],
    ['no info', undefined, { name: '', version: '' }],
    ['null', null, { name: '', version: '' }],
    ['odd types', { name: 1, title: [], version: {} }, { name: '', version: '' }],
    ['endless names', { name: 'x'.repeat(10_000), version: '1' }, { name: 'x'.repeat(200) }],
  ])('reads %s', async (_what, info, claim) => {
    const { session, log } = openSession();
    await session.receive(initialize({ clientInfo: info }));
    expect(log.of('initialize')).toMatchObject([{ call: { client: claim } }]);
  });

  it('that the server refuses is answered, and ends the session', async () => {
    const { session, connection, outlet, ended } = openSession();
    await session.receive(initialize());
    connection.says({ id: 0, error: { code: -32602, message: 'Unsupported protocol version' } });
    expect(outlet.sent).toMatchObject([{ kind: 'answer', to: 0 }, { kind: 'end' }]);
    expect(ended).toEqual([session]);
    expect(connection.closed).toBe(true);
  });

  it('that can not be delivered is answered, and ends the session', async () => {
    const { session, connection, outlet, ended } = openSession();
    connection.failure = new UpstreamError('files was not started: not found');
    await session.receive(initialize());
    expect(outlet.sent).toMatchObject([
      { kind: 'answer', json: { error: { message: 'files was not started: not found' } } },
      { kind: 'end' },
    ]);
    expect(ended).toEqual([session]);
  });

  it('that the server lets down is answered, and ends the session', async () => {
    const { session, connection, outlet, ended } = openSession();
    await session.receive(initialize());
    connection.fails(0, 'files answered with HTTP 500');
    expect(outlet.sent).toMatchObject([{ kind: 'answer', to: 0 }, { kind: 'end' }]);
    expect(ended).toEqual([session]);
  });

  it('that can not be recorded is answered, and ends the session', async () => {
    const { session, connection, outlet, log, ended } = openSession();
    log.broken = true;
    await session.receive(initialize());
    expect(connection.sent).toEqual([]);
    expect(outlet.sent).toMatchObject([{ kind: 'answer', to: 0 }, { kind: 'end' }]);
    expect(ended).toEqual([session]);
  });
});

describe('a line of the log', () => {
  const idOf = (log: Parameters<typeof recordOf>[0], tool: string) => recordOf(log, tool).call.requestId;

  it('about a server that is lost or interrupted names the calls that waited for it', async () => {
    const { session, connection, log, logger } = await initializedSession();
    await session.receive(call(1, 'one'));
    await session.receive(call(2, 'two'));
    connection.interrupted('gone');
    await session.receive(call(3, 'three'));
    connection.lost('gone for good');
    expect(logger.lines.filter(({ event }) => event.startsWith('upstream_'))).toMatchObject([
      { event: 'upstream_interrupted', fields: { requestIds: [idOf(log, 'one'), idOf(log, 'two')] } },
      { event: 'upstream_lost', fields: { requestIds: [idOf(log, 'three')] } },
    ]);
  });

  it('about an answer that comes too late names the call that it would have been for', async () => {
    const { session, connection, log, logger } = await initializedSession();
    await session.receive(call(1, 'x'));
    await session.receive(cancelled(1));
    connection.says({ id: 1, result: {} });
    connection.says({ id: 99, result: {} });
    expect(logger.lines.filter(({ event }) => event === 'late_answer')).toMatchObject([
      { fields: { requestId: idOf(log, 'x') } },
      { fields: { requestId: null } },
    ]);
  });

  it('about a cancellation that did not get there names the call that it was for', async () => {
    const { session, connection, log, logger } = await initializedSession();
    await session.receive(call(1, 'x'));
    connection.onSend = () => {
      throw new UpstreamError('gone');
    };
    session.stopCalls({ error: 'paused' });
    await vi.waitFor(() => expect(logger.events).toContain('undelivered'));
    expect(logger.lines.find(({ event }) => event === 'undelivered')?.fields).toMatchObject({
      requestId: idOf(log, 'x'),
      error: 'gone',
    });
  });
});

describe('a server that is lost', () => {
  it('fails what waits for it with the reason, and ends the session', async () => {
    const { session, connection, outlet, log, ended } = await initializedSession();
    await session.receive(call(1, 'one'));
    await session.receive(call(2, 'two'));
    connection.lost('files exited with code 3: out of memory');
    expect(outlet.sent).toMatchObject([
      {
        kind: 'answer',
        to: 1,
        json: { error: { code: -32004, message: expect.stringContaining('code 3') as string } },
      },
      { kind: 'answer', to: 2 },
      { kind: 'end' },
    ]);
    expect(recordOf(log, 'two').outcomes).toMatchObject([{ status: 'upstream_error' }]);
    expect(ended).toEqual([session]);
    await vi.waitFor(() => expect(connection.closed).toBe(true));
  });

  it('fails a call that waits for a person, too', async () => {
    const { session, connection, outlet, desk } = await initializedSession();
    const done = session.receive(call(1, 'ask_it'));
    connection.lost('files exited with code 3');
    await done;
    expect(desk.pending()).toEqual([]);
    expect(outlet.answers(1)).toMatchObject([{ error: { message: 'files exited with code 3' } }]);
  });

  it('fails initialize and everything beside it', async () => {
    const { session, connection, outlet } = openSession();
    await session.receive(request(0, 'initialize'));
    await session.receive(call(1, 'early'));
    connection.lost('gone');
    expect(outlet.answers(0)).toHaveLength(1);
    expect(outlet.answers(1)).toHaveLength(1);
  });
});

describe('a server that is interrupted', () => {
  it('fails what waits for it with the reason, and the session goes on', async () => {
    const { session, connection, outlet, log, server, ended } = await initializedSession();
    await session.receive(call(1, 'one'));
    await session.receive(call(2, 'two'));
    server.length = 0;
    connection.interrupted('files exited with code 3');
    expect(outlet.answers(1)).toMatchObject([
      { error: { code: -32004, message: 'files exited with code 3' } },
    ]);
    expect(outlet.answers(2)).toHaveLength(1);
    expect(recordOf(log, 'two').outcomes).toMatchObject([{ status: 'upstream_error' }]);
    // One failure of the server, not one for each call.
    expect(server).toEqual(['files exited with code 3']);
    await session.receive(call(3, 'three'));
    connection.says({ id: 3, result: {} });
    expect(outlet.answers(3)).toMatchObject([{ result: {} }]);
    expect(ended).toEqual([]);
  });

  it('withdraws what it had asked of the client, whose answer then goes nowhere', async () => {
    const { session, connection, outlet } = await initializedSession();
    connection.says({ id: 's', method: 'sampling/createMessage' });
    connection.interrupted('gone');
    expect(outlet.sent.at(-1)).toMatchObject({
      kind: 'deliver',
      json: { method: 'notifications/cancelled', params: { requestId: 's', reason: 'gone' } },
    });
    await session.receive(clientMessage('{"jsonrpc":"2.0","id":"s","result":{}}'));
    expect(connection.sent).toEqual([]);
  });
});

describe('a server that is held back', () => {
  it('is not asked: a request fails at once, and a notification goes on', async () => {
    const { session, connection, outlet, log, health, server } = await initializedSession();
    health.refusal = () => 'not before noon';
    server.length = 0;
    await session.receive(call(1, 'x'));
    await session.receive(notification('notifications/roots/list_changed'));
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32004, message: 'not before noon' } }]);
    expect(recordOf(log, 'x').outcomes).toMatchObject([{ status: 'upstream_error' }]);
    expect(connection.methods).toEqual(['notifications/roots/list_changed']);
    expect(server).toEqual([]);
  });

  it('has not failed anew where its connection did not even try', async () => {
    const { session, connection, outlet, server } = await initializedSession();
    server.length = 0;
    connection.failure = new UpstreamError('not yet', { fate: 'held_back' });
    await session.receive(call(1, 'x'));
    expect(outlet.answers(1)).toMatchObject([{ error: { message: 'not yet' } }]);
    expect(server).toEqual([]);
  });
});

describe("the server's state", () => {
  it('is told: trouble with the reason, and null when it answers again', async () => {
    const { session, connection, server } = await initializedSession();
    server.length = 0;
    connection.failure = new UpstreamError('does not read');
    await session.receive(call(1, 'x'));
    connection.failure = null;
    await session.receive(call(2, 'y'));
    connection.says({ id: 2, error: { code: -1, message: 'an answer is an answer' } });
    expect(server).toEqual(['does not read', null]);
  });

  it('is told also where a server is lost that nobody waited for', async () => {
    const { connection, server } = await initializedSession();
    connection.lost('files exited with code 1');
    expect(server.at(-1)).toBe('files exited with code 1');
  });
});

describe('the end of a session', () => {
  it('answers what waits, records it as cancelled, ends the stream, and lets the server go', async () => {
    const { session, connection, outlet, log, ended } = await initializedSession();
    await session.receive(call(1, 'x'));
    await session.close();
    expect(outlet.sent).toMatchObject([{ kind: 'answer', to: 1, json: { error: {} } }, { kind: 'end' }]);
    expect(recordOf(log, 'x').outcomes).toMatchObject([{ status: 'cancelled' }]);
    expect(connection.closed).toBe(true);
    expect(ended).toEqual([session]);
  });

  it('happens once', async () => {
    const { session, outlet, ended } = await initializedSession();
    await Promise.all([session.close(), session.close()]);
    await session.close();
    expect(outlet.sent).toEqual([{ kind: 'end' }]);
    expect(ended).toHaveLength(1);
  });

  it('makes the server unheard', async () => {
    const { session, connection, outlet } = await initializedSession();
    await session.receive(call(1, 'x'));
    await session.close();
    outlet.sent.length = 0;
    connection.says({ id: 1, result: {} });
    connection.says({ method: 'notifications/message' });
    connection.says({ id: 2, method: 'ping' });
    expect(outlet.sent).toEqual([]);
  });

  it('refuses what comes after it', async () => {
    const { session, connection, outlet } = await initializedSession();
    await session.close();
    await session.receive(call(1, 'x'));
    expect(connection.sent).toEqual([]);
    expect(outlet.answers(1)).toHaveLength(1);
  });
});
