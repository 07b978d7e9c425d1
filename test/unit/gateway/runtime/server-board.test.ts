import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createServerBoard } from '../../../../electron/gateway/runtime/server-board.ts';
import type { CircuitBreakerOptions } from '../../../../electron/gateway/runtime/circuit-breaker.ts';
import type { SessionSummary } from '../../../../electron/shared/domain.ts';
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

function boardOf(breaker: CircuitBreakerOptions | null = null) {
  const servers = [fakeUpstream('default'), fakeUpstream('mail')];
  const logger = recordingLogger();
  const onChange = vi.fn();
  return { board: createServerBoard({ servers, breaker, clock, logger, onChange }), logger, onChange };
}

describe('the board of servers', () => {
  it('tells where each is served, and which one is the default', () => {
    const { board } = boardOf();
    expect(board.summaries([])).toEqual([
      {
        name: 'default',
        kind: 'stdio',
        target: 'files --here',
        isDefault: true,
        paths: { mcp: '/mcp', sse: '/sse' },
        connections: 0,
        lastError: null,
      },
      {
        name: 'mail',
        kind: 'stdio',
        target: 'files --here',
        isDefault: false,
        paths: { mcp: '/servers/mail/mcp', sse: '/servers/mail/sse' },
        connections: 0,
        lastError: null,
      },
    ]);
  });

  it('keeps sessions and troubles apart, and forgets trouble once the server answers', () => {
    const { board } = boardOf();
    board.health('mail').lost('It ended');
    board.health('default').answered();
    const sessions = ['mail', 'all', 'mail'].map(sessionWith);
    expect(board.summaries(sessions)).toMatchObject([
      { connections: 1, lastError: null },
      { connections: 3, lastError: 'It ended' },
    ]);
    board.health('mail').answered();
    expect(board.summaries(sessions)).toMatchObject([{ lastError: null }, { lastError: null }]);
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
    expect(board.summaries([])[1]?.lastError).toBe(words);
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
    expect(board.summaries([])[1]?.lastError).toBeNull();
    expect(onChange).toHaveBeenCalledTimes(2);
    expect(logger.events).toEqual(['circuit_opened', 'circuit_closed']);
  });

  it('is not blamed for connections that nobody waited on', () => {
    const health = boardOf(breaker).board.health('mail');
    for (let i = 0; i < 10; i += 1) health.lost('gone');
    expect(health.refusal()).toBeNull();
  });
});
