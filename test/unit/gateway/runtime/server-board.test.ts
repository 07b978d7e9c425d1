import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BoardUse, createServerBoard } from '../../../../electron/gateway/runtime/server-board.ts';
import type { CircuitBreakerOptions } from '../../../../electron/gateway/runtime/circuit-breaker.ts';
import type { SessionSummary } from '../../../../electron/shared/domain.ts';
import type { ResponseMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import { clock, fakeUpstream, recordingLogger } from '../fakes.ts';

const sessionWith = (server: string): SessionSummary => ({
  id: 's',
  transport: 'sse',
  client: 'c',
  agentId: 'a',
  clientId: null,
  process: null,
  server,
  startedAt: 0,
  lastSeenAt: 0,
  requests: 0,
});

const nobody: BoardUse = { sessions: [], uses: [], whereIs: (name) => `proxy.yaml:${name.length}` };

function boardOf(breaker: CircuitBreakerOptions | null = null) {
  const stopped = new Set<string>();
  const processes = new Map<string, number>();
  const servers = ['default', 'mail'].map((name) => ({
    upstream: fakeUpstream(name),
    transport: 'stdio' as const,
    isStopped: () => stopped.has(name),
    processes: () => processes.get(name) ?? 0,
  }));
  const logger = recordingLogger();
  const onChange = vi.fn();
  const board = createServerBoard({ servers, breaker, clock, logger, onChange });
  return { board, logger, onChange, stopped, processes };
}

describe('the board of servers', () => {
  it('tells where each is served, and which one is the default', () => {
    const { board } = boardOf();
    expect(board.summaries(nobody)).toEqual([
      {
        name: 'default',
        kind: 'stdio',
        target: 'files --here',
        isDefault: true,
        paths: { mcp: '/mcp', sse: '/sse' },
        connections: 0,
        lastError: null,
        transport: 'stdio',
        state: 'idle',
        heldUntil: null,
        calls: 0,
        where: 'proxy.yaml:7',
      },
      {
        name: 'mail',
        kind: 'stdio',
        target: 'files --here',
        isDefault: false,
        paths: { mcp: '/servers/mail/mcp', sse: '/servers/mail/sse' },
        connections: 0,
        lastError: null,
        transport: 'stdio',
        state: 'idle',
        heldUntil: null,
        calls: 0,
        where: 'proxy.yaml:4',
      },
    ]);
  });

  it('keeps sessions and troubles apart, and forgets trouble once the server answers', () => {
    const { board } = boardOf();
    board.health('mail').lost('It ended');
    board.health('default').answered();
    const sessions = ['mail', 'all', 'mail'].map(sessionWith);
    expect(board.summaries({ ...nobody, sessions })).toMatchObject([
      { connections: 1, lastError: null },
      { connections: 3, lastError: 'It ended' },
    ]);
    board.health('mail').answered();
    expect(board.summaries({ ...nobody, sessions })).toMatchObject([
      { lastError: null },
      { lastError: null },
    ]);
  });
});

describe('a server that lets calls down', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-01-01T12:00:00') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const breaker = { threshold: 3, timeoutMs: 30_000 };

  it('is asked on and on where no breaker is configured', () => {
    const health = boardOf().board.health('mail');
    for (let i = 0; i < 100; i += 1) health.failed('no answer');
    expect(health.refusal()).toBeNull();
  });

  it('is held back after the threshold: for all its sessions, and with words for clients and people', () => {
    const { board, logger, onChange } = boardOf(breaker);
    for (let i = 0; i < 3; i += 1) board.health('mail').failed('no answer');
    const words = 'mail failed too often in a row and is tried again at 12:00:30. Last: no answer';
    expect(board.health('mail').refusal()).toBe(words);
    expect(board.health('default').refusal()).toBeNull();
    expect(board.summaries(nobody)[1]?.lastError).toBe(words);
    expect(board.problems()).toMatchObject([{ code: 'server_held_back', message: words }]);
    expect(onChange).toHaveBeenCalledTimes(1);
    expect(logger.lines).toMatchObject([
      { event: 'circuit_opened', fields: { server: 'mail', threshold: 3 } },
    ]);
  });

  it('is well again with the answer to the call that tried it', () => {
    const { board, logger, onChange } = boardOf(breaker);
    const health = board.health('mail');
    for (let i = 0; i < 3; i += 1) health.failed('no answer');
    vi.advanceTimersByTime(30_000);
    expect(board.problems()).toEqual([]);
    expect(health.refusal()).toBeNull();
    expect(board.health('mail').refusal()).toContain('12:01:00');
    health.answered();
    expect(health.refusal()).toBeNull();
    expect(board.summaries(nobody)[1]?.lastError).toBeNull();
    expect(onChange).toHaveBeenCalledTimes(2);
    expect(logger.events).toEqual(['circuit_opened', 'circuit_closed']);
  });

  it('is not blamed for connections that nobody waited on', () => {
    const health = boardOf(breaker).board.health('mail');
    for (let i = 0; i < 10; i += 1) health.lost('gone');
    expect(health.refusal()).toBeNull();
  });
});

describe('the state of a server', () => {
  const use = (change: object) => [{ server: 'mail', calls: 0, isStarting: false, ...change }];

  it('is that of its processes, and of what waits for them', () => {
    const { board, processes } = boardOf();
    const mail = (uses: BoardUse['uses'] = []) => board.summaries({ ...nobody, uses })[1];
    expect(mail()).toMatchObject({ state: 'idle', calls: 0 });
    processes.set('mail', 1);
    expect(mail(use({ isStarting: true }))).toMatchObject({ state: 'starting' });
    expect(mail([...use({ calls: 2 }), ...use({ calls: 1 })])).toMatchObject({ state: 'running', calls: 3 });
  });

  it('is that of its trouble before that, and of a person before all', () => {
    const { board, processes, stopped } = boardOf({ threshold: 2, timeoutMs: 1000 });
    const state = () => board.summaries(nobody)[1]?.state;
    processes.set('mail', 1);
    board.health('mail').failed('no answer');
    expect(state()).toBe('failing');
    board.health('mail').failed('no answer');
    expect(state()).toBe('held_back');
    stopped.add('mail');
    expect(state()).toBe('stopped');
    expect(board.problems()).toEqual([]);
    stopped.clear();
    board.forgive('mail');
    expect(state()).toBe('running');
  });

  it('tells what happened to it, the newest first, and the same thing once', () => {
    const { board } = boardOf();
    const health = board.health('mail');
    for (let i = 0; i < 3; i += 1) health.failed('no answer');
    health.answered();
    health.answered();
    expect(board.known('mail').history).toMatchObject([
      { kind: 'recovered', why: null, times: 1 },
      { kind: 'failed', why: 'no answer', times: 3 },
    ]);
  });

  it('blames no server for what a person did to it', () => {
    const { board } = boardOf({ threshold: 1, timeoutMs: 1000 });
    board.happened('mail', 'restarted', 'mail was restarted');
    board.health('mail').failed('mail was restarted');
    board.health('mail').lost('mail was restarted');
    expect(board.summaries(nobody)[1]).toMatchObject({ state: 'idle', lastError: null });
    expect(board.known('mail').history).toMatchObject([{ kind: 'restarted' }]);
  });

  it('knows what it said of itself, and keeps that where it says nothing of use', () => {
    const { board } = boardOf();
    const answer = (result: unknown): ResponseMessage => ({
      kind: 'response',
      id: 1,
      error: null,
      result,
      bytes: Buffer.alloc(0),
    });
    const serverInfo = { name: 'mail-server', version: '2' };
    board
      .health('mail')
      .introduced(
        answer({ protocolVersion: '2025-06-18', serverInfo, capabilities: { tools: {} } }),
        'legacy',
      );
    board.health('mail').introduced(answer('nonsense'), 'legacy');
    expect(board.known('mail').introduction).toMatchObject({
      protocolVersions: ['2025-06-18'],
      era: 'legacy',
      name: 'mail-server',
      title: null,
      capabilities: ['tools'],
    });
  });
});
