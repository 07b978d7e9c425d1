// What can happen to a call while it waits: it is held, changed, given up, or nobody is to be asked.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { editedCall, isEditable } from '../../../../electron/gateway/approval/edited-call.ts';
import type { Call } from '../../../../electron/gateway/call.ts';
import type { QuietState } from '../../../../electron/shared/approvals.ts';
import { callOf, clientMessage, decision, request, toolCall } from '../fakes.ts';
import type { RequestMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import { clientWith, settle, testDesk } from './desk.ts';

const ask = decision({ ask: true, matchedRule: 'ask_first' });
const question = { mode: 'enforce', why: 'policy' } as const;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function attended() {
  const desk = testDesk();
  desk.setAttended(true);
  let count = 0;
  async function asks(call: Call = toolCall('send', { to: 'anna' }), withdrawn = new AbortController()) {
    const asked = { ...call, requestId: `req_${(count += 1)}`, at: Date.now() };
    const answer = desk.ask(asked, ask, question, clientWith(), withdrawn.signal);
    await settle();
    return { id: asked.requestId, answer, giveUp: () => withdrawn.abort() };
  }
  const hold = (id: string, held = true) => desk.commands['approvals.hold']({ id, held }) as boolean;
  return { desk, asks, hold };
}

describe('a call that is held', () => {
  it('waits longer by as much, and says so', async () => {
    const { desk, asks, hold } = attended();
    const { id, answer } = await asks();
    vi.advanceTimersByTime(100_000);
    expect(hold(id)).toBe(true);
    const [held] = desk.pending();
    expect((held?.expiresAt ?? 0) - (held?.heldUntil ?? 0)).toBe(20_000);
    vi.advanceTimersByTime(25_000);
    hold(id, false);
    expect(desk.pending()).toMatchObject([{ heldUntil: null, expiresAt: Date.now() + 20_000 }]);
    vi.advanceTimersByTime(20_000);
    await expect(answer).resolves.toMatchObject({ by: 'no_answer', waitedMs: 145_000 });
  });

  it('is let go by itself where nobody says that it is held', async () => {
    const { asks, hold } = attended();
    const { id, answer } = await asks();
    hold(id);
    vi.advanceTimersByTime(30_000 + 120_000);
    await expect(answer).resolves.toMatchObject({ by: 'no_answer' });
  });

  it('is not held for ever', async () => {
    const { asks, hold } = attended();
    const { id, answer } = await asks();
    for (let spent = 0; spent < 600_000; spent += 20_000) {
      expect(hold(id)).toBe(true);
      vi.advanceTimersByTime(20_000);
    }
    expect(hold(id)).toBe(false);
    vi.advanceTimersByTime(120_000);
    await expect(answer).resolves.toMatchObject({ by: 'no_answer' });
    expect(hold('req_other')).toBe(false);
  });
});

describe('a call that its client gave up', () => {
  it('stays for whoever holds it, and goes when nobody does', async () => {
    const { desk, asks, hold } = attended();
    const { id, answer, giveUp } = await asks();
    hold(id);
    giveUp();
    await expect(answer).resolves.toMatchObject({ by: 'withdrawn', allow: false });
    expect(desk.pending()).toMatchObject([{ id, state: 'given_up' }]);
    hold(id, false);
    expect(desk.pending()).toEqual([]);
  });

  it.each([true, false])('is answered for an exact retry, once: %s', async (allow) => {
    const { desk, asks } = attended();
    const { id, giveUp } = await asks();
    giveUp();
    expect(await desk.give({ ids: [id], allow })).toMatchObject({
      kept: [id],
      keptUntil: Date.now() + 120_000,
    });
    const other = await asks(toolCall('send', { to: 'bob' }));
    expect(desk.pending()).toMatchObject([{ id: other.id }]);
    await expect((await asks()).answer).resolves.toMatchObject({ allow, by: 'grant' });
    await asks();
    expect(desk.pending()).toHaveLength(2);
  });

  it('keeps where and why it was answered, for the record of the retry', async () => {
    const { desk, asks } = attended();
    const { id, giveUp } = await asks();
    giveUp();
    await desk.give({ ids: [id], allow: true, via: 'notification', note: 'Ada said so' });
    const { answer } = await asks();
    await expect(answer).resolves.toMatchObject({
      notes: [`Answered after ${id} was given up`, 'Answered on the notification', 'Note: Ada said so'],
    });
  });

  it('is answered for two minutes, and the answer kept for two more', async () => {
    const { desk, asks } = attended();
    const [first, second] = [await asks(), await asks(toolCall('drop'))];
    first.giveUp();
    second.giveUp();
    vi.advanceTimersByTime(119_999);
    await desk.give({ ids: [first.id], allow: true });
    vi.advanceTimersByTime(1);
    expect(await desk.give({ ids: [second.id], allow: true })).toMatchObject({ gone: [second.id] });
    vi.advanceTimersByTime(119_999);
    await asks();
    expect(desk.pending()).toHaveLength(1);
  });
});

describe('other arguments', () => {
  const text =
    '{ "jsonrpc":"2.0","id":1.0,"method":"tools/call", "params":{"_meta":{"big":12345678901234567890},"name":"send","arguments":{"to":"anna"}} }';
  const written = { ...callOf(clientMessage(text) as RequestMessage), paramHeaders: {} };

  it('take the place of those that came; every other byte stays', async () => {
    const { desk, asks } = attended();
    const { id, answer } = await asks(written);
    await desk.give({
      ids: [id],
      allow: true,
      editedArguments: ' {"to": "bob", "n": 12345678901234567890} ',
    });
    const { edited } = await answer;
    expect(edited?.message.bytes.toString()).toBe(
      text.replace('{"to":"anna"}', '{"to": "bob", "n": 12345678901234567890}'),
    );
    expect(edited).toMatchObject({ arguments: { to: 'bob' }, tool: 'send', requestId: 'req_edited1' });
    // However often they are changed, what came is known.
    if (edited === null) expect.fail();
    expect(edited.replaces).toMatch(/^req_/u);
    const again = editedCall(edited, '{"to":"eve"}', 'req_again');
    expect(again).toMatchObject({ call: { requestId: 'req_again', replaces: edited.replaces } });
  });

  it.each([
    ['no JSON', '{"to":'],
    ['no object', '[1]'],
    ['a name twice', '{"to":"a","to":"b"}'],
    ['names that differ in case alone', '{"to":"a","To":"b"}'],
    ['a number that is too large', '{"to":1e999}'],
    ['more than one value', '{"to":"a"},"name":"other"'],
  ])('are refused, and the call waits on: %s', async (_what, editedArguments) => {
    const { desk, asks } = attended();
    const { id } = await asks(written);
    const given = await desk.give({ ids: [id], allow: true, editedArguments });
    expect(given).toMatchObject({ outcome: 'refused' });
    expect(desk.pending()).toHaveLength(1);
  });

  it('are not for calls of which a server reads headers, or that have none', () => {
    expect(isEditable({ ...written, paramHeaders: { 'mcp-param-to': 'anna' } })).toBe(false);
    const bare = { ...callOf(request(1, 'tools/call', { name: 'x' })), paramHeaders: {} };
    expect(editedCall(bare, '{}', 'req_x')).toMatchObject({ ok: false });
  });
});

describe('do not disturb', () => {
  const quiet = (desk: ReturnType<typeof testDesk>, as: 'record' | 'deny') =>
    desk.commands['approvals.quiet']({ until: Date.now() + 60_000, as }) as QuietState;

  it.each([
    ['record', true],
    ['deny', false],
  ] as const)('as %s: nobody is asked, and it is remembered', async (as, allow) => {
    const { desk, asks } = attended();
    const before = await asks();
    quiet(desk, as);
    await expect(before.answer).resolves.toMatchObject({ allow, by: 'quiet' });
    await expect((await asks()).answer).resolves.toMatchObject({ allow, by: 'quiet', waitedMs: null });
    await asks(toolCall('drop'));
    expect(desk.commands['approvals.quiet.read']()).toMatchObject({
      current: { as, calls: 3 },
      unasked: [
        { tool: 'send', calls: 2, rule: 'ask_first' },
        { tool: 'drop', calls: 1 },
      ],
    });
  });

  it('ends in time, or before; what was is offered afterwards', async () => {
    const { desk, asks } = attended();
    const from = Date.now();
    quiet(desk, 'deny');
    await asks();
    vi.advanceTimersByTime(60_000);
    const state = desk.commands['approvals.quiet.read']() as QuietState;
    expect(state).toMatchObject({ current: null, last: { from, until: from + 60_000, calls: 1 } });
    const [unasked] = state.unasked;
    const wish = { id: unasked?.id ?? '', allow: true, scope: 'tool', note: '' } as const;
    expect(desk.commands['approvals.rule'](wish)).toEqual({ possible: false, why: 'no rules in this test' });
    await asks();
    expect(desk.pending()).toHaveLength(1);
    quiet(desk, 'deny');
    void desk.commands['approvals.quiet']({ until: null, as: 'deny' });
    expect(desk.commands['approvals.quiet.read']()).toMatchObject({ current: null });
  });
});
