// Tests of servers: what is told of one while it runs, and every way in which it ends.
import { describe, expect, it, vi } from 'vitest';
import { createServerTests } from '../../../../electron/gateway/runtime/server-tests.ts';
import { probeServer } from '../../../../electron/gateway/session/server-probe.ts';
import type { ServerTest } from '../../../../electron/shared/servers.ts';
import { clock, fakeUpstream, type FakeConnection } from '../fakes.ts';

const initialized = {
  protocolVersion: '2025-11-25',
  serverInfo: { name: 'files', version: '1' },
  capabilities: { tools: {} },
};

/** A server that answers each request by its method, and nothing where it knows none. */
function testing(answers: Readonly<Record<string, object>>, longestMs = 5_000) {
  const upstream = fakeUpstream();
  upstream.onConnect = (connection: FakeConnection) => {
    connection.onSend = (message) => {
      if (message.kind !== 'request') return;
      const answer = answers[message.method];
      if (answer !== undefined) queueMicrotask(() => connection.says({ id: message.id, ...answer }));
    };
  };
  const told: ServerTest[] = [];
  const onEnd = vi.fn();
  const tests = createServerTests({
    probe: (server, events, signal) => probeServer(server, '1.2.3', events, signal),
    clock,
    onChange: (test) => told.push(test),
    onEnd,
    longestMs,
  });
  return { upstream, told, tests, onEnd, ended: () => vi.waitFor(() => expect(onEnd).toHaveBeenCalled()) };
}

describe('a test of a server', () => {
  it('asks it what it is and for its tools, page by page, and calls none', async () => {
    let page = 0;
    const { upstream, told, tests, ended } = testing({
      initialize: { result: initialized },
      get 'tools/list'() {
        page += 1;
        return page === 1
          ? { result: { tools: [{ name: 'read' }], nextCursor: 'more' } }
          : { result: { tools: [{ name: 'write' }] } };
      },
    });
    const begun = tests.start(upstream);
    expect(begun).toMatchObject({ state: 'running', steps: [{ step: 'introduce', state: 'running' }] });
    await ended();
    expect(told.at(-1)).toMatchObject({
      state: 'ok',
      tools: ['read', 'write'],
      introduction: { name: 'files' },
      steps: [
        { step: 'introduce', state: 'ok' },
        { step: 'tools', state: 'ok' },
      ],
    });
    const [connection] = upstream.connections;
    expect(connection?.methods).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/list',
      'tools/list',
    ]);
    expect(connection?.closed).toBe(true);
    expect(tests.read(begun.id)).toEqual(told.at(-1));
  });

  it('asks one that speaks the new era alone in that', async () => {
    const upstreamAnswers = {
      'server/discover': {
        result: { ...initialized, supportedVersions: ['2026-07-28'], resultType: 'complete' },
      },
      'tools/list': { result: { tools: [], resultType: 'complete' } },
    };
    const { upstream, told, tests, ended } = testing(upstreamAnswers);
    upstream.refused = 'legacy';
    tests.start(upstream);
    await ended();
    expect(told.at(-1)).toMatchObject({ state: 'ok', introduction: { era: 'modern' } });
    expect(upstream.connections.map(({ era }) => era)).toEqual(['modern', 'modern']);
  });

  it('tells the step that failed, in the words of the server', async () => {
    const { upstream, told, tests, ended } = testing({
      initialize: { result: initialized },
      'tools/list': { error: { code: -32603, message: 'no database' } },
    });
    tests.start(upstream);
    await ended();
    expect(told.at(-1)).toMatchObject({
      state: 'failed',
      steps: [
        { step: 'introduce', state: 'ok' },
        { step: 'tools', state: 'failed', says: 'files answered with an error: no database' },
      ],
    });
  });

  it('fails where the server is lost, and leaves nothing open', async () => {
    const { upstream, told, tests, ended } = testing({});
    tests.start(upstream);
    await vi.waitFor(() => expect(upstream.connections[0]?.sent).toHaveLength(1));
    upstream.connections[0]?.lost('files exited with code 1');
    await ended();
    expect(told.at(-1)).toMatchObject({ state: 'failed', steps: [{ says: 'files exited with code 1' }] });
    expect(upstream.connections[0]?.closed).toBe(true);
  });

  it('has an end where the server has none', async () => {
    const { upstream, told, tests, ended } = testing({}, 20);
    tests.start(upstream);
    await ended();
    expect(told.at(-1)).toMatchObject({
      state: 'failed',
      steps: [{ says: 'It did not answer within 0.02 s.' }],
    });
  });

  it('can be ended, once', async () => {
    const { upstream, told, tests, ended, onEnd } = testing({});
    const { id } = tests.start(upstream);
    await vi.waitFor(() => expect(upstream.connections).toHaveLength(1));
    expect(tests.cancel(id)).toBe(true);
    await ended();
    expect(told.at(-1)).toMatchObject({ state: 'cancelled' });
    expect(tests.cancel(id)).toBe(false);
    expect(onEnd).toHaveBeenCalledTimes(1);
    expect(upstream.connections[0]?.closed).toBe(true);
  });

  it('is joined while it runs', () => {
    const { upstream, tests } = testing({});
    expect(tests.start(upstream).id).toBe(tests.start(upstream).id);
    void tests.close();
  });
});
