import { describe, expect, it } from 'vitest';
import { createServerBoard } from '../../../../electron/gateway/runtime/server-board.ts';
import type { SessionSummary } from '../../../../electron/shared/domain.ts';
import { fakeUpstream } from '../fakes.ts';

const sessionWith = (server: string): SessionSummary => ({
  id: 's',
  transport: 'sse',
  client: 'c',
  agentId: 'a',
  server,
  startedAt: 0,
  lastSeenAt: 0,
  requests: 0,
});

describe('the board of servers', () => {
  it('tells where each is served, and which one is the default', () => {
    const board = createServerBoard([fakeUpstream('default'), fakeUpstream('mail')]);
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
    const board = createServerBoard([fakeUpstream('default'), fakeUpstream('mail')]);
    board.heard('mail', 'It ended');
    board.heard('default', null);
    const sessions = ['mail', 'default', 'mail'].map(sessionWith);
    expect(board.summaries(sessions)).toMatchObject([
      { connections: 1, lastError: null },
      { connections: 2, lastError: 'It ended' },
    ]);
    board.heard('mail', null);
    expect(board.summaries(sessions)).toMatchObject([{ lastError: null }, { lastError: null }]);
  });
});
