// All sessions: how many, found by whom, and when they end by themselves.
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Session } from '../../../../electron/gateway/session/session.ts';
import {
  createSessionStore,
  type SessionStoreOptions,
} from '../../../../electron/gateway/session/session-store.ts';
import { createPresences } from '../../../../electron/gateway/session/presence.ts';
import type { ModernClient, TransportKind } from '../../../../electron/gateway/session/session-types.ts';
import type { RequestMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import { metaKeys } from '../../../../electron/gateway/wire/request-meta.ts';
import {
  callerOf,
  clientMessage,
  clock,
  fakeUpstream,
  healthOf,
  MemoryLog,
  noProcesses,
  recordingLogger,
  request,
} from '../fakes.ts';
import { listen, modern, modernCall, modernMeta } from '../modern.ts';
import { RecordingOutlet } from './setting.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const sent = (body: object) => clientMessage(JSON.stringify({ jsonrpc: '2.0', ...body })) as RequestMessage;

function store(options: Partial<SessionStoreOptions> = {}) {
  const upstream = fakeUpstream();
  const onChange = vi.fn();
  const caller = callerOf();
  const sessions = createSessionStore({
    presences: createPresences(noProcesses),
    passDown: async (call, _withdrawn, forward) => {
      // Allowed without a verdict: not the matter here.
      await forward({ message: call.message } as Parameters<typeof forward>[0], 1);
      return null;
    },
    listing: {
      answer: (_list, { bytes }) => ({ bytes, listedBy: 'tools', hides: true }),
      showsResource: () => true,
    },
    log: new MemoryLog(),
    clock,
    logger: recordingLogger(),
    requestTimeoutMs: MINUTE,
    onOpen: () => undefined,
    onEnd: () => undefined,
    maxRequestTimeMs: null,
    health: () => healthOf(),
    maxSessions: 3,
    ttlMs: 120 * MINUTE,
    idleMs: 60 * MINUTE,
    sweepEveryMs: MINUTE,
    onChange,
    ...options,
  });
  onTestFinished(() => sessions.close());
  const outlets: RecordingOutlet[] = [];
  const open = (server = upstream): Session | null =>
    sessions.open({ server, transport: 'sse', caller }, () => {
      const outlet = new RecordingOutlet();
      outlets.push(outlet);
      return outlet;
    });
  const opened = (server = upstream): Session => {
    const session = open(server);
    if (session === null) throw new Error('the limit is reached');
    return session;
  };
  const find = (id: string, server = upstream, by = caller, transport: TransportKind = 'sse') =>
    sessions.find(id, server, { transport, caller: by });
  return { sessions, upstream, caller, onChange, open, opened, find, outlets };
}

describe('the store', () => {
  it('gives each session an id that nobody guesses, and a connection of its own', () => {
    const { opened, upstream } = store();
    const [one, other] = [opened(), opened()];
    expect(one.id).toMatch(/^sess_[0-9a-f]{32}$/u);
    expect(one.id).not.toBe(other.id);
    expect(upstream.connections).toHaveLength(2);
  });

  it('tells the outlet the id of its session', () => {
    const { sessions, upstream: server, caller } = store();
    const ids: string[] = [];
    const session = sessions.open({ server, transport: 'sse', caller }, (id) => {
      ids.push(id);
      return new RecordingOutlet();
    });
    expect(ids).toEqual([session?.id]);
  });

  it('finds what is open, and nothing else', async () => {
    const { opened, find, upstream, caller } = store();
    const session = opened();
    expect(find(session.id)).toBe(session);
    for (const id of ['', session.id.toUpperCase(), `${session.id} `, '__proto__', 'constructor']) {
      expect(find(id)).toBeUndefined();
    }
    expect(find(session.id, upstream, caller, 'streamable-http')).toBeUndefined();
    await session.close();
    expect(find(session.id)).toBeUndefined();
  });

  it('keeps each session to its server, and finds it with no other', async () => {
    const heard = vi.fn();
    const { sessions, opened, find, upstream } = store({
      health: (server) => healthOf((trouble) => void heard(server, trouble)),
    });
    const mail = fakeUpstream('mail');
    const [files, other] = [opened(), opened(mail)];
    expect([find(files.id, mail), find(other.id)]).toEqual([undefined, undefined]);
    expect(find(other.id, mail)).toBe(other);
    expect(sessions.list().map(({ server }) => server)).toEqual(['files', 'mail']);
    await Promise.all([files.receive(request(1, 'ping')), other.receive(request(1, 'ping'))]);
    expect([upstream, mail].map(({ connections }) => connections[0]?.methods)).toEqual([['ping'], ['ping']]);
    mail.connections[0]?.lost('It ended');
    expect(new Set(heard.mock.calls.flat())).toEqual(new Set(['mail', 'It ended']));
    expect(sessions.list().map(({ server }) => server)).toEqual(['files']);
  });

  it('keeps each session to the client that opened it', () => {
    const { sessions, upstream: server, find, opened } = store();
    const [alice, bob] = [callerOf({ clientId: 'alice' }), callerOf({ clientId: 'bob' })];
    const anonymous = opened();
    const outlet = new RecordingOutlet();
    const session = sessions.open({ server, transport: 'sse', caller: alice }, () => outlet);
    const id = session?.id ?? '';
    expect(find(id, server, alice)).toBe(session);
    expect([find(id, server, bob), find(id), find(anonymous.id, server, alice)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('has one limit for all servers', () => {
    const { open, opened } = store();
    opened();
    opened(fakeUpstream('mail'));
    opened(fakeUpstream('calendar'));
    expect(open()).toBeNull();
  });

  it('tells each client whose lists may have changed, also one whose session is with several servers', async () => {
    const { sessions, opened, upstream, caller, outlets } = store();
    const partOutlet = new RecordingOutlet();
    const joint = sessions.openJoint({ transport: 'sse', caller }, (parts) =>
      parts.openPart(upstream, partOutlet),
    );
    const [whole, gone] = [opened(), opened()];
    for (const [index, session] of [joint, whole, gone].entries()) {
      const connection = upstream.connections[index];
      await session?.receive(request('init', 'initialize', {}));
      connection?.says({ id: 'init', result: { capabilities: { tools: { listChanged: true } } } });
      await session?.receive(request('list', 'tools/list'));
      connection?.says({ id: 'list', result: { tools: [] } });
    }
    await gone.close();
    sessions.listsChanged('settings');
    const told = [partOutlet, ...outlets].map(
      ({ sent }) => sent.filter(({ kind }) => kind === 'deliver').length,
    );
    expect(told).toEqual([1, 1, 0]);
  });

  it('lists what is open', () => {
    const { sessions, opened } = store();
    const [one, other] = [opened(), opened()];
    expect(sessions.list()).toMatchObject([
      { id: one.id, transport: 'sse', agentId: 'agent-1', server: 'files', requests: 0 },
      { id: other.id },
    ]);
  });

  it('ends one that a person wants to end: what waits is answered, and its id is that of none', async () => {
    const { sessions, opened, find, outlets } = store();
    const [session, other] = [opened(), opened()];
    await session.receive(request(1, 'tools/call', { name: 'slow' }));
    expect(sessions.end(session.id)).toBe(true);
    expect(outlets[0]?.sent.map(({ kind }) => kind)).toContain('answer');
    expect([find(session.id), find(other.id)]).toEqual([undefined, other]);
    expect([sessions.end(session.id), sessions.end('sess_0')]).toEqual([false, false]);
  });

  it('opens no more than the limit, and again when one has ended', async () => {
    const { open, opened, outlets } = store();
    const session = opened();
    opened();
    opened();
    expect(open()).toBeNull();
    expect(outlets).toHaveLength(3);
    await session.close();
    expect(open()).not.toBeNull();
  });

  it('tells of every change', async () => {
    const { opened, onChange } = store();
    const session = opened();
    expect(onChange).toHaveBeenCalledTimes(1);
    await session.close();
    expect(onChange).toHaveBeenCalledTimes(2);
  });

  it('closes all sessions, and sweeps no more', async () => {
    const { sessions, open, opened, outlets, upstream } = store();
    opened();
    opened();
    await sessions.close();
    expect(open()).toBeNull();
    expect(sessions.list()).toEqual([]);
    expect(outlets.map(({ sent }) => sent)).toEqual([[{ kind: 'end' }], [{ kind: 'end' }]]);
    expect(upstream.connections.every(({ closed }) => closed)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a session ends by itself', () => {
  it('after an hour without a message', () => {
    const { sessions, opened } = store();
    opened();
    vi.advanceTimersByTime(60 * MINUTE);
    expect(sessions.list()).toHaveLength(1);
    vi.advanceTimersByTime(MINUTE);
    expect(sessions.list()).toEqual([]);
  });

  it('later, where messages come', async () => {
    const { sessions, opened, upstream } = store();
    const session = opened();
    vi.advanceTimersByTime(50 * MINUTE);
    await session.receive(request(1, 'ping'));
    upstream.connections[0]?.says({ id: 1, result: {} });
    vi.advanceTimersByTime(60 * MINUTE);
    expect(sessions.list()).toHaveLength(1);
  });

  it('after two hours, whatever comes', async () => {
    const { sessions, opened, upstream } = store();
    const session = opened();
    for (let id = 0; id < 4; id += 1) {
      vi.advanceTimersByTime(30 * MINUTE);
      await session.receive(request(id, 'ping'));
      upstream.connections[0]?.says({ id, result: {} });
    }
    expect(sessions.list()).toHaveLength(1);
    vi.advanceTimersByTime(MINUTE);
    expect(sessions.list()).toEqual([]);
  });

  it('alone', () => {
    const { sessions, opened } = store();
    opened();
    vi.advanceTimersByTime(30 * MINUTE);
    const young = opened();
    vi.advanceTimersByTime(31 * MINUTE);
    expect(sessions.list()).toMatchObject([{ id: young.id }]);
  });
});

describe('clients of the modern era', () => {
  const named = (name: string) =>
    modern(1, 'tools/list', { _meta: { ...modernMeta, [metaKeys.clientInfo]: { name, version: '1' } } });

  function modernStore(options: Partial<SessionStoreOptions> = {}) {
    const made = store(options);
    const { sessions, upstream, caller } = made;
    const clientOf = (body: object, by = caller, server = upstream) =>
      sessions.modernClient({ server, transport: 'stateless', caller: by }, sent(body));
    /** Has the client's request sent to the server, and gives what comes back. */
    async function receive(client: ModernClient | null, body: object) {
      const outlet = new RecordingOutlet();
      const left = new AbortController();
      await client?.receive(sent(body), {}, outlet, left.signal);
      const connection = upstream.connections.at(-1);
      if (connection === undefined) throw new Error('the server was not asked');
      return { outlet, left, connection };
    }
    return { ...made, clientOf, receive };
  }

  it('are told from each other by what they say, and by who says it', () => {
    const { clientOf, caller, sessions } = modernStore({ maxSessions: 10 });
    const one = clientOf(named('one'));
    expect(clientOf(named('one'))).toBe(one);
    const others = [
      clientOf(named('other')),
      clientOf(named('one'), { ...caller, clientId: 'registered' }),
      clientOf(named('one'), { ...caller, agent: { ...caller.agent, id: 'another' } }),
      clientOf(named('one'), { ...caller, sourceIp: '10.0.0.1' }),
      clientOf(named('one'), caller, fakeUpstream('mail')),
    ];
    expect(new Set([one, ...others]).size).toBe(6);
    expect(sessions.list()).toHaveLength(6);
    expect(sessions.list()[0]).toMatchObject({ transport: 'stateless', client: 'one', requests: 0 });
  });

  it('count as sessions, and are never found as one', () => {
    const { clientOf, sessions, open, find } = modernStore({ maxSessions: 1 });
    expect(clientOf(named('one'))).not.toBeNull();
    expect([clientOf(named('other')), open()]).toEqual([null, null]);
    const [{ id } = { id: '' }] = sessions.list();
    expect(find(id)).toBeUndefined();
  });

  it('are forgotten when they are idle, and not while they wait', async () => {
    const { clientOf, receive, sessions } = modernStore({ ttlMs: 600 * MINUTE });
    const client = clientOf(named('one'));
    const { connection, outlet } = await receive(client, listen('s'));
    vi.advanceTimersByTime(90 * MINUTE);
    expect(clientOf(named('one'))).toBe(client);
    expect(outlet.sent).toEqual([]);
    connection.says({ id: 's', result: {} });
    vi.advanceTimersByTime(59 * MINUTE);
    expect(sessions.list()).toHaveLength(1);
    vi.advanceTimersByTime(3 * MINUTE);
    expect(sessions.list()).toEqual([]);
    expect(clientOf(named('one'))).not.toBe(client);
  });

  it('have what waits ended with them, a subscription well if it was in force', async () => {
    const { clientOf, receive, sessions, caller } = modernStore();
    const by = { ...caller, clientId: 'registered' };
    const call = await receive(clientOf(named('one'), by), modernCall(1, 'slow'));
    const asked = await receive(clientOf(named('one'), by), listen(2));
    const inForce = await receive(clientOf(named('one'), by), listen(3));
    inForce.connection.says({ method: 'notifications/subscriptions/acknowledged', params: {} });
    sessions.endOf('registered');
    expect(call.outlet.answers(1)).toMatchObject([{ error: { code: -32004 } }]);
    expect(asked.outlet.answers(2)).toMatchObject([{ error: { code: -32004 } }]);
    expect(inForce.outlet.answers(3)).toMatchObject([{ result: { resultType: 'complete' } }]);
    expect([call, asked, inForce].map(({ connection }) => connection.closed)).toEqual([true, true, true]);
    expect(sessions.list()).toEqual([]);
  });

  it('have a request given up that takes too long, by the end of its connection', async () => {
    const { clientOf, receive } = modernStore();
    const { outlet, connection } = await receive(clientOf(named('one')), modernCall(1, 'slow'));
    vi.advanceTimersByTime(MINUTE);
    expect(outlet.answers(1)).toMatchObject([{ error: { code: -32004 } }]);
    expect(connection).toMatchObject({ closed: true, methods: ['tools/call'] });
  });

  it('hear nothing more of a request that they gave up', async () => {
    const { clientOf, receive } = modernStore();
    const { outlet, left, connection } = await receive(clientOf(named('one')), modernCall(1, 'slow'));
    left.abort();
    connection.says({ id: 1, result: {} });
    expect(outlet.sent).toEqual([]);
    expect(connection.closed).toBe(true);
  });
});
