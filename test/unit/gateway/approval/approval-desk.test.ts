// The desk where calls wait for a person: one answer each, a default in time, and nothing left behind.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer, ApprovalDesk } from '../../../../electron/gateway/ports.ts';
import {
  createApprovalDesk,
  type ApprovalOptions,
} from '../../../../electron/gateway/approval/approval-desk.ts';
import type { RequestMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import type { PendingApproval } from '../../../../electron/shared/domain.ts';
import { callOf, clientMessage, clock, decision, request, toolCall } from '../fakes.ts';

const ask = decision({ ask: true });
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function attendedDesk(options: Partial<ApprovalOptions> = {}): {
  desk: ApprovalDesk;
  changes: PendingApproval[][];
} {
  const changes: PendingApproval[][] = [];
  const desk = createApprovalDesk({
    clock,
    timeoutMs: 120_000,
    onTimeout: 'deny',
    maxPending: 3,
    onChange: (pending) => changes.push(pending),
    ...options,
  });
  desk.setAttended(true);
  return { desk, changes };
}

/** Asks about a call that arrives now. */
function askNow(desk: ApprovalDesk, withdrawn: AbortSignal = never): { id: string; answer: Promise<Answer> } {
  const call = { ...toolCall(), at: Date.now() };
  return { id: call.requestId, answer: desk.ask(call, ask, withdrawn) };
}

/** What a promise holds by now. */
async function byNow(answer: Promise<Answer>): Promise<Answer | 'waiting'> {
  return Promise.race([answer, Promise.resolve('waiting' as const)]);
}

describe('a call that waits', () => {
  it('is shown with all that a person needs', () => {
    const { desk } = attendedDesk({ onTimeout: 'allow' });
    const call = { ...toolCall('write_file', { path: '/tmp/a', size: 3 }), at: Date.now() };
    vi.advanceTimersByTime(10);
    void desk.ask(
      call,
      { ...ask, matchedRule: 'ask_writes', violations: ['writes'], message: 'Look closely' },
      never,
    );
    expect(desk.pending()).toEqual([
      {
        id: call.requestId,
        since: call.at,
        expiresAt: call.at + 10 + 120_000,
        onTimeout: 'allow',
        client: 'Some Client',
        server: 'files',
        method: 'tools/call',
        tool: 'write_file',
        resource: null,
        arguments: '{"path":"/tmp/a","size":3}',
        rule: 'ask_writes',
        violations: ['writes'],
        message: 'Look closely',
      },
    ]);
  });

  it('is shown with its arguments as they were written', () => {
    const { desk } = attendedDesk();
    const text = '{ "path" : "\\u002fetc", "size": 12345678901234567890 }';
    const params = `{"name":"x","arguments":${text}}`;
    const message = clientMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`);
    void desk.ask(callOf(message as RequestMessage), ask, never);
    expect(desk.pending()).toMatchObject([{ arguments: text }]);
  });

  it('is shown with its resource where it has one', () => {
    const { desk } = attendedDesk();
    void desk.ask(callOf(request(1, 'resources/read', { uri: 'file:///etc/passwd' })), ask, never);
    expect(desk.pending()).toMatchObject([{ tool: null, resource: 'file:///etc/passwd' }]);
  });

  it.each([true, false])('goes on with the answer %s, and how long that took', async (allow) => {
    const { desk } = attendedDesk();
    const { id, answer } = askNow(desk);
    vi.advanceTimersByTime(3400);
    expect(desk.answer(id, allow)).toBe(true);
    await expect(answer).resolves.toEqual({ allow, by: 'person', waitedMs: 3400 });
    expect(desk.pending()).toEqual([]);
  });

  it('keeps waiting until then', async () => {
    const { desk } = attendedDesk();
    const { answer } = askNow(desk);
    await vi.advanceTimersByTimeAsync(119_999);
    expect(await byNow(answer)).toBe('waiting');
  });

  it.each(['allow', 'deny'] as const)('gets the default %s where nobody answers', async (onTimeout) => {
    const { desk } = attendedDesk({ onTimeout });
    const { answer } = askNow(desk);
    vi.advanceTimersByTime(120_000);
    await expect(answer).resolves.toEqual({
      allow: onTimeout === 'allow',
      by: 'no_answer',
      waitedMs: 120_000,
    });
    expect(desk.pending()).toEqual([]);
  });

  it('is let go where the client gives up, whatever the default', async () => {
    const { desk } = attendedDesk({ onTimeout: 'allow' });
    const client = new AbortController();
    const { answer } = askNow(desk, client.signal);
    client.abort();
    await expect(answer).resolves.toMatchObject({ allow: false, by: 'withdrawn' });
    expect(desk.pending()).toEqual([]);
  });

  it('can be answered once', async () => {
    const { desk } = attendedDesk();
    const { id, answer } = askNow(desk);
    expect(desk.answer(id, false)).toBe(true);
    expect(desk.answer(id, true)).toBe(false);
    await expect(answer).resolves.toMatchObject({ allow: false });
  });

  it('can not be answered after its time, or under another id', async () => {
    const { desk } = attendedDesk();
    const { id, answer } = askNow(desk);
    expect(desk.answer('req_other', true)).toBe(false);
    vi.advanceTimersByTime(120_000);
    expect(desk.answer(id, true)).toBe(false);
    await expect(answer).resolves.toMatchObject({ allow: false, by: 'no_answer' });
  });

  it('leaves neither timer nor listener behind', () => {
    const { desk } = attendedDesk();
    const client = new AbortController();
    const removed = vi.spyOn(client.signal, 'removeEventListener');
    const { id } = askNow(desk, client.signal);
    desk.answer(id, true);
    expect(vi.getTimerCount()).toBe(0);
    expect(removed).toHaveBeenCalledTimes(1);
    client.abort();
    expect(desk.pending()).toEqual([]);
  });
});

describe('several calls', () => {
  it('queue in their order, and are answered in any', async () => {
    const { desk, changes } = attendedDesk();
    const [first, second, third] = [askNow(desk), askNow(desk), askNow(desk)];
    expect(desk.pending().map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
    desk.answer(second.id, true);
    expect(desk.pending().map(({ id }) => id)).toEqual([first.id, third.id]);
    await expect(second.answer).resolves.toMatchObject({ allow: true });
    expect(await byNow(first.answer)).toBe('waiting');
    expect(changes.map(({ length }) => length)).toEqual([1, 2, 3, 2]);
  });

  it('each have a time of their own', async () => {
    const { desk } = attendedDesk();
    const first = askNow(desk);
    vi.advanceTimersByTime(60_000);
    const second = askNow(desk);
    vi.advanceTimersByTime(60_000);
    await expect(first.answer).resolves.toMatchObject({ by: 'no_answer' });
    expect(await byNow(second.answer)).toBe('waiting');
  });

  it.each(['allow', 'deny'] as const)('past the limit get the default %s at once', async (onTimeout) => {
    const { desk } = attendedDesk({ onTimeout, maxPending: 1 });
    const first = askNow(desk);
    const { answer } = askNow(desk);
    const expected = { allow: onTimeout === 'allow', by: 'nobody_to_ask', waitedMs: 0 };
    await expect(answer).resolves.toEqual(expected);
    expect(desk.pending().map(({ id }) => id)).toEqual([first.id]);
    desk.answer(first.id, true);
    expect(await byNow(askNow(desk).answer)).toBe('waiting');
  });
});

describe('while nobody is there', () => {
  it('a desk starts: asking ends at once with the default', async () => {
    const changes: unknown[] = [];
    const onChange = (pending: PendingApproval[]) => changes.push(pending);
    const desk = createApprovalDesk({ clock, timeoutMs: 1000, onTimeout: 'deny', maxPending: 3, onChange });
    await expect(askNow(desk).answer).resolves.toEqual({ allow: false, by: 'nobody_to_ask', waitedMs: 0 });
    expect(changes).toEqual([]);
  });

  it('a default of allow counts, too', async () => {
    const { desk } = attendedDesk({ onTimeout: 'allow' });
    desk.setAttended(false);
    await expect(askNow(desk).answer).resolves.toMatchObject({ allow: true, by: 'nobody_to_ask' });
  });

  it('what waited gets the default, and what comes when somebody is back waits again', async () => {
    const { desk } = attendedDesk();
    const waiting = [askNow(desk), askNow(desk)];
    vi.advanceTimersByTime(500);
    desk.setAttended(false);
    for (const { answer } of waiting) {
      await expect(answer).resolves.toEqual({ allow: false, by: 'nobody_to_ask', waitedMs: 500 });
    }
    desk.setAttended(true);
    expect(await byNow(askNow(desk).answer)).toBe('waiting');
  });
});

describe('dismissing all', () => {
  it('gives what waits the default, and nothing to what comes after', async () => {
    const { desk } = attendedDesk({ onTimeout: 'allow' });
    const { answer } = askNow(desk);
    desk.dismissAll();
    await expect(answer).resolves.toMatchObject({ allow: true, by: 'nobody_to_ask' });
    expect(await byNow(askNow(desk).answer)).toBe('waiting');
  });
});

describe('a client that has given up already', () => {
  it('is not asked for, whatever the default', async () => {
    const { desk, changes } = attendedDesk({ onTimeout: 'allow' });
    const { answer } = askNow(desk, AbortSignal.abort());
    await expect(answer).resolves.toEqual({ allow: false, by: 'withdrawn', waitedMs: 0 });
    expect(changes).toEqual([]);
  });
});

describe('closing', () => {
  it('denies what waits, whatever the default, and leaves no timer', async () => {
    const { desk } = attendedDesk({ onTimeout: 'allow' });
    const { answer } = askNow(desk);
    void desk.close();
    await expect(answer).resolves.toMatchObject({ allow: false, by: 'nobody_to_ask' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
