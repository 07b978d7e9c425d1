// Modern requests of several clients to one real child process.
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AllowedMessage } from '../../../../electron/gateway/call.ts';
import type { UpstreamConnection } from '../../../../electron/gateway/ports.ts';
import { createEraFinding, type ConfiguredEra } from '../../../../electron/gateway/upstream/era-finding.ts';
import { createSharedProcess } from '../../../../electron/gateway/upstream/shared-process.ts';
import { openStdioConnection } from '../../../../electron/gateway/upstream/stdio-connection.ts';
import { createStdioUpstream } from '../../../../electron/gateway/upstream/stdio-upstream.ts';
import { metaKeys } from '../../../../electron/gateway/wire/request-meta.ts';
import {
  allowedBytes,
  notification,
  recordingLogger,
  recordingSession,
  request,
  runs,
  type Session,
  noRegister,
} from './peers.ts';

const fixture = join(import.meta.dirname, 'fixtures/modern-server.mjs');
const env = { PATH: process.env.PATH ?? '', ELECTRON_RUN_AS_NODE: '1' };
const claims = { [metaKeys.protocolVersion]: '2026-07-28', [metaKeys.clientCapabilities]: { x: {} } };
const closings: (() => unknown)[] = [];

interface Server {
  /** Sends a request as a client of its own. */
  ask(asked: AllowedMessage): Promise<Asking>;
  readonly started: () => number;
  interrupt(why: string): Promise<void>;
  readonly refuses: () => boolean;
}

interface Asking extends Session {
  readonly connection: UpstreamConnection;
  readonly failures: unknown[][];
}

function start(
  mode = 'serve',
  { era = 'auto', ...times }: { era?: ConfiguredEra; idleMs?: number; probeMs?: number } = {},
): Server {
  const logger = recordingLogger();
  const finding = createEraFinding('modern', era, logger);
  const child = { name: 'modern', command: process.execPath, args: [fixture, mode], env, cwd: null };
  const shared = createSharedProcess({
    name: 'modern',
    open(events) {
      const opened = openStdioConnection(child, events, {
        children: noRegister,
        logger,
        maxMessageBytes: 1_000_000,
      });
      closings.push(() => opened.close());
      return opened;
    },
    finding,
    logger,
    ...times,
  });
  closings.push(() => shared.close());
  return {
    async ask(asked) {
      const failures: unknown[][] = [];
      const session = {
        ...recordingSession(),
        failed: (...failure: unknown[]) => void failures.push(failure),
      };
      const connection = shared.connect(session);
      await connection.send(asked);
      return { ...session, connection, failures };
    },
    interrupt: (why) => shared.interrupt(why, false),
    started: () => logger.lines.filter(({ event }) => event === 'upstream_started').length,
    refuses: () => finding.refuses('modern'),
  };
}

const ask = (id: string | number, method: string, params: object = {}, meta: object = {}): AllowedMessage =>
  request(id, method, { ...params, _meta: { ...claims, ...meta } });

const textsOf = ({ received }: Session): string[] => received.map(({ message }) => message.bytes.toString());

afterEach(async () => {
  await Promise.all(closings.splice(0).map((close) => close()));
});

describe('one process for all clients', () => {
  it('is started by the first request, and asked for its era before', async () => {
    const server = start();
    const [a, b] = await Promise.all([server.ask(ask(1, 'heard')), server.ask(ask(1, 'heard'))]);
    const [first, second] = [await a.answer(1), await b.answer(1)].map(
      ({ result }) => result as { heard: string[]; pid: number },
    );
    expect(second?.pid).toBe(first?.pid);
    expect(server.started()).toBe(1);
    expect(JSON.parse(second?.heard[0] ?? '')).toMatchObject({
      method: 'server/discover',
      params: { _meta: claims },
    });
    expect(second?.heard.map((line) => (JSON.parse(line) as { method: string }).method)).toEqual([
      'server/discover',
      'heard',
      'heard',
    ]);
  });

  it('is ended by a person: what waits for it hears why, and the next request starts another one', async () => {
    const server = start();
    const waiting = await server.ask(ask(1, 'wait'));
    await server.interrupt('modern was restarted');
    expect(waiting.failures).toEqual([[1, 'modern was restarted']]);
    const next = await server.ask(ask(2, 'heard'));
    await next.answer(2);
    expect(server.started()).toBe(2);
  });

  it('gets each request byte for byte but for its id and its progress token', async () => {
    const server = start();
    const text = (id: string, token: string) =>
      `{"jsonrpc":"2.0", "id" : ${id},"method":"heard","params":{"id":"x","n":12345678901234567890,` +
      `"_meta":{"progressToken":${token},"u":"\\u00e9é"}}}`;
    const asked = await server.ask(allowedBytes(Buffer.from(text('"a\\u0062"', '"mine"'))));
    const { result } = await asked.answer('ab');
    const line = (result as { heard: string[] }).heard.at(-1) ?? '';
    const { id } = JSON.parse(line) as { id: number };
    expect(line).toBe(text(String(id), String(id)));
    expect(textsOf(asked).at(-1)).toContain('"id":"a\\u0062"');
  });

  it('answers with everything but ids byte for byte', async () => {
    const said = '{ "jsonrpc":"2.0","result":{"n":12345678901234567890,"id":1,"u":"\\u0041"}, "id" :$id }';
    const asked = await start().ask(ask('mine', 'say', { line: said }));
    await asked.answer('mine');
    expect(textsOf(asked)).toEqual([said.replace('$id', '"mine"')]);
  });

  it('answers each client alone, under the client’s id and progress token', async () => {
    const server = start();
    const clients = ['one', 'two'].map((progressToken) =>
      server.ask(ask(7, 'progress', {}, { progressToken })),
    );
    for (const [index, client] of (await Promise.all(clients)).entries()) {
      await client.answer(7);
      expect(client.received.map(({ message, relatedTo }) => [message.kind, relatedTo])).toEqual([
        ['notification', 7],
        ['response', 7],
      ]);
      const { message } = client.received[0] ?? {};
      expect(message).toMatchObject({ params: { progressToken: index === 0 ? 'one' : 'two' } });
      expect(JSON.parse(message?.bytes.toString() ?? '')).toMatchObject({
        params: { progressToken: index === 0 ? 'one' : 'two' },
      });
    }
  });

  it('tells each subscription what is its own, under the id that its client gave it', async () => {
    const server = start();
    const clients = [
      await server.ask(ask('s', 'subscriptions/listen')),
      await server.ask(ask('s', 'subscriptions/listen')),
    ];
    for (const client of clients) {
      await client.heard('notifications/tools/list_changed');
      expect(client.received.map(({ relatedTo }) => relatedTo)).toEqual(['s', 's']);
      for (const text of textsOf(client)) expect(text).toContain(`"${metaKeys.subscriptionId}":"s"`);
    }
  });

  it('ends a subscription with its result, or by cancelling it', async () => {
    const server = start();
    const result = `{"jsonrpc":"2.0","id":$id,"result":{"_meta":{"${metaKeys.subscriptionId}":$id}}}`;
    const ended = await server.ask(ask('s', 'subscriptions/listen', { line: result }));
    await ended.answer('s');
    expect(textsOf(ended)).toEqual([result.replaceAll('$id', '"s"')]);
    const cancelled = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":$id}}';
    const broken = await server.ask(ask('t', 'say', { line: cancelled }));
    await vi.waitFor(() => expect(broken.failures).toHaveLength(1));
    expect(textsOf(broken)).toEqual([cancelled.replace('$id', '"t"')]);
    expect(broken.failures[0]?.slice(0, 2)).toEqual(['t', 'modern has ended the subscription']);
  });

  it('logs to the one client that wants it, and to nobody where several do', async () => {
    const server = start();
    const wanting = { [metaKeys.logLevel]: 'info' };
    const waiting = await server.ask(ask(1, 'wait'));
    const alone = await server.ask(ask(1, 'log', { data: 'for one' }, wanting));
    await alone.answer(1);
    expect(textsOf(alone)[0]).toContain('for one');
    const other = await server.ask(ask(1, 'wait', {}, wanting));
    const second = await server.ask(ask(1, 'log', { data: 'for whom?' }, wanting));
    await second.answer(1);
    expect([textsOf(second).length, textsOf(other), textsOf(waiting)]).toEqual([1, [], []]);
  });

  it('is told what a client cancels by closing, under the wire id, and the client hears no more', async () => {
    const server = start();
    const asked = await server.ask(ask('long', 'wait'));
    await asked.connection.close();
    const after = await server.ask(ask(1, 'heard'));
    const { heard } = (await after.answer(1)).result as { heard: string[] };
    const messages = heard.map((line) => JSON.parse(line) as { id?: number; method: string; params: object });
    const wait = messages.find(({ method }) => method === 'wait');
    expect(messages.find(({ method }) => method === 'notifications/cancelled')?.params).toEqual({
      requestId: wait?.id,
    });
    expect([asked.received, asked.failures]).toEqual([[], []]);
  });

  it('does not hear a client cancel by an id, which may be another one’s here', async () => {
    const server = start();
    await server.ask(ask(1, 'wait'));
    await server.ask(notification('notifications/cancelled', { requestId: 2 }));
    const { result } = await (await server.ask(ask(1, 'heard'))).answer(1);
    expect((result as { heard: string[] }).heard.join()).not.toContain('notifications/cancelled');
  });
});

describe('the life of the process', () => {
  it('ends some time after the last request is over, and begins anew with the next one', async () => {
    const server = start('serve', { idleMs: 50 });
    const asked = await server.ask(ask(1, 'heard'));
    const { pid } = (await asked.answer(1)).result as { pid: number };
    await vi.waitFor(() => expect(runs(pid)).toBe(false), { timeout: 5000 });
    await (await server.ask(ask(1, 'heard'))).answer(1);
    expect(server.started()).toBe(2);
  });

  it('goes on while a request waits', async () => {
    const server = start('serve', { idleMs: 50 });
    await server.ask(ask(1, 'wait'));
    await (await server.ask(ask(1, 'heard'))).answer(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await (await server.ask(ask(1, 'heard'))).answer(1);
    expect(server.started()).toBe(1);
  });

  it('that ends by itself fails what waits, and begins anew with the next request', async () => {
    const server = start();
    const waiting = await server.ask(ask('w', 'wait'));
    await server.ask(ask('x', 'exit'));
    await vi.waitFor(() => expect(waiting.failures).toHaveLength(1));
    expect(waiting.failures[0]?.slice(0, 2)).toEqual(['w', 'modern exited with code 1']);
    await (await server.ask(ask(1, 'heard'))).answer(1);
    expect(server.started()).toBe(2);
  });

  it('that keeps ending by itself is not begun anew at once, and what is asked meanwhile hears why', async () => {
    const server = start('serve', { era: 'modern' });
    for (const id of [1, 2]) {
      const { failures } = await server.ask(ask(id, 'exit'));
      await vi.waitFor(() => expect(failures).toHaveLength(1));
    }
    await expect(server.ask(ask(3, 'heard'))).rejects.toMatchObject({
      message: 'modern exited with code 1. It is started again for a call after 1 s',
      fate: 'held_back',
    });
    expect(server.started()).toBe(2);
    await vi.waitFor(async () => (await server.ask(ask(4, 'heard'))).answer(4), 3000);
    expect(server.started()).toBe(3);
  });
});

describe('a server that is not modern', () => {
  it.each(['legacy', 'silent', 'exits'])('is found out: it is %s', async (mode) => {
    const server = start(mode, { probeMs: 500 });
    const clients = await Promise.all([server.ask(ask(1, 'tools/list')), server.ask(ask(2, 'tools/list'))]);
    expect(clients.map(({ failures }) => failures)).toEqual([
      [[1, expect.stringContaining('does not speak MCP 2026-07-28'), 'era']],
      [[2, expect.stringContaining('does not speak MCP 2026-07-28'), 'era']],
    ]);
    expect([server.refuses(), server.started()]).toEqual([true, 1]);
  });

  it('is not asked where it is configured to be', async () => {
    const server = start('serve', { era: 'modern' });
    const { result } = await (await server.ask(ask(1, 'heard'))).answer(1);
    expect((result as { heard: string[] }).heard).toHaveLength(1);
  });

  it('is another thing than one that can not be started', async () => {
    const options = { name: 'none', kind: 'stdio', command: '/nowhere/server', args: [], env: {} } as const;
    const upstream = createStdioUpstream({
      ...options,
      cwd: null,
      timeoutMs: 500,
      hostEnv: {},
      children: noRegister,
      logger: recordingLogger(),
    });
    closings.push(() => upstream.close());
    await expect(upstream.connect(recordingSession(), 'modern').send(ask(1, 'tools/list'))).rejects.toThrow(
      'none was not started',
    );
    expect(upstream.refuses('modern')).toBe(false);
  });
});

describe('a stdio server of both eras', () => {
  it('has a process for each legacy session, and one for all modern requests', async () => {
    const logger = recordingLogger();
    const options = { name: 'both', kind: 'stdio', command: process.execPath, args: [fixture] } as const;
    const upstream = createStdioUpstream({
      ...options,
      env,
      cwd: null,
      timeoutMs: 500,
      hostEnv: {},
      children: noRegister,
      logger,
    });
    closings.push(() => upstream.close());
    const sessions = ['legacy', 'legacy', 'modern', 'modern'].map(async (era) => {
      const session = recordingSession();
      await upstream.connect(session, era as 'legacy' | 'modern').send(ask(1, 'heard'));
      return ((await session.answer(1)).result as { pid: number }).pid;
    });
    const [a, b, c, d] = await Promise.all(sessions);
    expect([c === d, new Set([a, b, c]).size]).toEqual([true, 3]);
  });
});
