// The desk where calls wait for a person: one answer each, a default in time, and nothing left behind.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApprovalDeskOptions } from '../../../../electron/gateway/approval/approval-desk.ts';
import type { Call } from '../../../../electron/gateway/call.ts';
import type { Answer } from '../../../../electron/gateway/ports.ts';
import type { RequestMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import { callOf, clientMessage, decision, request, toolCall } from '../fakes.ts';
import { clientWith, settle, testDesk, type TestDesk } from './desk.ts';

const ask = decision({ ask: true });
const question = { mode: 'enforce', why: 'policy' } as const;
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function attendedDesk(options: Partial<ApprovalDeskOptions> = {}) {
  const changes: string[] = [];
  const desk = testDesk({ maxPending: 3, onChange: (what) => changes.push(what), ...options });
  desk.setAttended(true);
  return { desk, changes };
}

async function asks(desk: TestDesk, call: Call, decided = ask, withdrawn = never) {
  const answer = desk.ask(call, decided, question, clientWith(), withdrawn);
  await settle();
  return { id: call.requestId, answer };
}

/** Asks about a call that arrives now. */
const askNow = (desk: TestDesk, withdrawn: AbortSignal = never) =>
  asks(desk, { ...toolCall(), at: Date.now() }, ask, withdrawn);

/** What a promise holds by now. */
async function byNow(answer: Promise<Answer>): Promise<Answer | 'waiting'> {
  return Promise.race([answer, settle().then(() => 'waiting' as const)]);
}

describe('a call that waits', () => {
  it('is shown with all that a person needs', async () => {
    const hints = { destructive: true };
    const { desk } = attendedDesk({
      onTimeout: 'allow',
      words: {
        tool: (server, tool) => ({ title: tool, description: `of ${server}`, hints }),
        rule: (name) => ({ title: `Rule ${name}`, description: null }),
        holdsSecret: ({ call: { tool } }) => tool === 'write_file',
      },
    });
    const did = { server: 'files', method: 'tools/call', tool: 'read_file', resource: '', count: 2 };
    const written = { ...toolCall('write_file', { path: '/tmp/a', size: 3 }), at: Date.now() };
    const call = { ...written, session: { ...written.session, history: { calls: [did], truncated: false } } };
    vi.advanceTimersByTime(10);
    await asks(desk, call, {
      ...ask,
      matchedRule: 'ask_writes',
      violations: ['writes'],
      message: 'Look closely',
    });
    expect(desk.pending()).toEqual([
      {
        id: call.requestId,
        state: 'waiting',
        since: call.at,
        now: call.at + 10,
        expiresAt: call.at + 10 + 120_000,
        heldUntil: null,
        onTimeout: 'allow',
        group: expect.stringMatching(/^[0-9a-f]{32}$/u) as string,
        client: {
          name: 'Some Client',
          version: '1',
          id: null,
          agentId: 'agent-1',
          process: null,
          sourceIp: '127.0.0.1',
        },
        server: 'files',
        method: 'tools/call',
        tool: 'write_file',
        resource: null,
        resources: [],
        described: { title: 'write_file', description: 'of files', hints },
        arguments: '{"path":"/tmp/a","size":3}',
        holdsSecret: true,
        editable: false,
        mode: 'enforce',
        why: 'policy',
        rule: 'ask_writes',
        ruleWords: { title: 'Rule ask_writes', description: null },
        violations: ['writes'],
        message: 'Look closely',
        session: {
          id: 'sess_1',
          startedAt: 0,
          requests: 1,
          reads: 0,
          writes: 0,
          did: [did],
          truncated: false,
        },
        before: null,
        offers: {
          durations: ['once', '15_minutes', 'session'],
          why: expect.stringContaining('Register') as string,
        },
      },
    ]);
  });

  it('is shown with its arguments as they were written', async () => {
    const { desk } = attendedDesk();
    const text = '{ "path" : "\\u002fetc", "size": 12345678901234567890 }';
    const params = `{"name":"x","arguments":${text}}`;
    const message = clientMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`);
    await asks(desk, callOf(message as RequestMessage));
    expect(desk.pending()).toMatchObject([{ arguments: text }]);
  });

  it('is shown with its resource where it has one', async () => {
    const { desk } = attendedDesk();
    await asks(desk, callOf(request(1, 'resources/read', { uri: 'file:///etc/passwd' })));
    expect(desk.pending()).toMatchObject([{ tool: null, resource: 'file:///etc/passwd' }]);
  });

  it('is told what was before as soon as that is known', async () => {
    const none = { calls: 0, asked: 0, allowed: 0, denied: 0, lastAt: null };
    const before = { alike: { ...none, calls: 3, allowed: 3 }, same: none, since: 5, session: [] };
    const { desk, changes } = attendedDesk({ before: () => Promise.resolve(before) });
    await askNow(desk);
    expect(desk.pending()).toMatchObject([{ before }]);
    expect(changes).toEqual(['pending', 'pending']);
  });

  it('waits all the same where the log can not be read', async () => {
    const { desk } = attendedDesk({ before: () => Promise.reject(new Error('damaged')) });
    await askNow(desk);
    expect(desk.pending()).toMatchObject([{ before: null }]);
    expect(desk.logger.events).toEqual(['approval_history_unknown']);
  });

  it.each([true, false])('goes on with the answer %s, and how long that took', async (allow) => {
    const { desk } = attendedDesk();
    const { id, answer } = await askNow(desk);
    vi.advanceTimersByTime(3400);
    expect(await desk.give({ ids: [id], allow, note: 'as agreed', via: 'tray' })).toEqual({
      outcome: 'answered',
      answered: [id],
      kept: [],
      keptUntil: null,
      gone: [],
      grants: [],
    });
    await expect(answer).resolves.toEqual({
      allow,
      by: 'person',
      waitedMs: 3400,
      notes: ['Answered in the menu of the tray', 'Note: as agreed'],
      edited: null,
    });
    expect(desk.pending()).toEqual([]);
  });

  it('keeps waiting until then', async () => {
    const { desk } = attendedDesk();
    const { answer } = await askNow(desk);
    await vi.advanceTimersByTimeAsync(119_999);
    expect(await byNow(answer)).toBe('waiting');
  });

  it.each(['allow', 'deny'] as const)('gets the default %s where nobody answers', async (onTimeout) => {
    const { desk } = attendedDesk({ onTimeout });
    const { answer } = await askNow(desk);
    vi.advanceTimersByTime(120_000);
    await expect(answer).resolves.toMatchObject({
      allow: onTimeout === 'allow',
      by: 'no_answer',
      waitedMs: 120_000,
    });
    expect(desk.pending()).toEqual([]);
  });

  it('is let go where the client gives up, whatever the default', async () => {
    const { desk } = attendedDesk({ onTimeout: 'allow' });
    const client = new AbortController();
    const { answer } = await askNow(desk, client.signal);
    client.abort();
    await expect(answer).resolves.toMatchObject({ allow: false, by: 'withdrawn' });
    expect(desk.pending()).toEqual([]);
  });

  it('can be answered once', async () => {
    const { desk } = attendedDesk();
    const { id, answer } = await askNow(desk);
    expect(await desk.give({ ids: [id], allow: false })).toMatchObject({ answered: [id] });
    expect(await desk.give({ ids: [id], allow: true })).toMatchObject({ answered: [], gone: [id] });
    await expect(answer).resolves.toMatchObject({ allow: false });
  });

  it('can not be answered after its time, or under another id', async () => {
    const { desk } = attendedDesk();
    const { id, answer } = await askNow(desk);
    expect(await desk.give({ ids: ['req_other'], allow: true })).toMatchObject({ gone: ['req_other'] });
    vi.advanceTimersByTime(120_000);
    expect(await desk.give({ ids: [id], allow: true })).toMatchObject({ gone: [id] });
    await expect(answer).resolves.toMatchObject({ allow: false, by: 'no_answer' });
  });

  it('leaves neither timer nor listener behind', async () => {
    const { desk } = attendedDesk();
    const client = new AbortController();
    const removed = vi.spyOn(client.signal, 'removeEventListener');
    const { id } = await askNow(desk, client.signal);
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
    const [first, second, third] = [await askNow(desk), await askNow(desk), await askNow(desk)];
    expect(desk.pending().map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
    desk.answer(second.id, true);
    expect(desk.pending().map(({ id }) => id)).toEqual([first.id, third.id]);
    await expect(second.answer).resolves.toMatchObject({ allow: true });
    expect(await byNow(first.answer)).toBe('waiting');
    expect(changes).toEqual(Array(4).fill('pending'));
  });

  it('each have a time of their own', async () => {
    const { desk } = attendedDesk();
    const first = await askNow(desk);
    vi.advanceTimersByTime(60_000);
    const second = await askNow(desk);
    vi.advanceTimersByTime(60_000);
    await expect(first.answer).resolves.toMatchObject({ by: 'no_answer' });
    expect(await byNow(second.answer)).toBe('waiting');
  });

  it.each(['allow', 'deny'] as const)('past the limit get the default %s at once', async (onTimeout) => {
    const { desk } = attendedDesk({ onTimeout, maxPending: 1 });
    const first = await askNow(desk);
    const { answer } = await askNow(desk);
    const expected = { allow: onTimeout === 'allow', by: 'nobody_to_ask', waitedMs: 0 };
    await expect(answer).resolves.toMatchObject(expected);
    expect(desk.pending().map(({ id }) => id)).toEqual([first.id]);
    desk.answer(first.id, true);
    expect(await byNow((await askNow(desk)).answer)).toBe('waiting');
  });
});

describe('while nobody is there', () => {
  it('a desk starts: asking ends at once with the default', async () => {
    const desk = testDesk();
    await expect((await askNow(desk)).answer).resolves.toMatchObject({
      allow: false,
      by: 'nobody_to_ask',
      waitedMs: 0,
    });
    expect(desk.pending()).toEqual([]);
  });

  it('a default of allow counts, too', async () => {
    const { desk } = attendedDesk({ onTimeout: 'allow' });
    desk.setAttended(false);
    await expect((await askNow(desk)).answer).resolves.toMatchObject({ allow: true, by: 'nobody_to_ask' });
  });

  it('what waited gets the default, and what comes when somebody is back waits again', async () => {
    const { desk } = attendedDesk();
    const waiting = [await askNow(desk), await askNow(desk)];
    vi.advanceTimersByTime(500);
    desk.setAttended(false);
    for (const { answer } of waiting) {
      await expect(answer).resolves.toMatchObject({ allow: false, by: 'nobody_to_ask', waitedMs: 500 });
    }
    desk.setAttended(true);
    expect(await byNow((await askNow(desk)).answer)).toBe('waiting');
  });
});

describe('dismissing all', () => {
  it('gives what waits the default, and nothing to what comes after', async () => {
    const { desk } = attendedDesk({ onTimeout: 'allow' });
    const { answer } = await askNow(desk);
    desk.dismissAll();
    await expect(answer).resolves.toMatchObject({ allow: true, by: 'nobody_to_ask' });
    expect(await byNow((await askNow(desk)).answer)).toBe('waiting');
  });
});

describe('a client that has given up already', () => {
  it('is not asked for, whatever the default', async () => {
    const { desk, changes } = attendedDesk({ onTimeout: 'allow' });
    const { answer } = await askNow(desk, AbortSignal.abort());
    await expect(answer).resolves.toMatchObject({ allow: false, by: 'withdrawn', waitedMs: null });
    expect(changes).toEqual([]);
  });
});

describe('closing', () => {
  it('denies what waits, whatever the default, and leaves no timer', async () => {
    const { desk } = attendedDesk({ onTimeout: 'allow' });
    const { answer } = await askNow(desk);
    void desk.close();
    await expect(answer).resolves.toMatchObject({ allow: false, by: 'nobody_to_ask' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
