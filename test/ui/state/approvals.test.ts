import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandError } from '../../../renderer/api/window-api.ts';
import type { ApprovalAnswered } from '../../../electron/shared/approvals.ts';
import { guardMs } from '../../../renderer/state/answer-guard.svelte.ts';
import { idleMs } from '../../../renderer/state/answer-hold.ts';
import { ApprovalsState } from '../../../renderer/state/approvals.svelte.ts';
import { Notices } from '../../../renderer/state/notices.svelte.ts';
import { type Answers, fakeApi } from '../fake-api.ts';
import { answeredInTime, answeredTooLate, sampleApproval } from '../../samples.ts';

function open(answers: Answers) {
  const api = fakeApi(answers);
  const notices = new Notices();
  return { api, notices, approvals: new ApprovalsState(api, notices, 'prompt') };
}

describe('ApprovalsState', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('sends no answer within the first half second', async () => {
    const { api, approvals } = open({ 'approvals.answer': answeredInTime });
    api.emit('approvals.changed', [sampleApproval('a')]);
    await approvals.answer(true);
    expect(api.asked('approvals.answer')).toEqual([]);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer(true);
    expect(api.asked('approvals.answer')).toEqual([
      { ids: ['a'], allow: true, duration: 'once', scope: 'arguments', note: '', via: 'prompt' },
    ]);
  });

  it('shows the longest waiting first, and says to screen readers what came', () => {
    const { api, approvals, notices } = open({});
    api.emit('approvals.changed', [
      sampleApproval('new', { since: 2_000 }),
      sampleApproval('old', { since: 1_000 }),
    ]);
    expect(approvals.pending.map(({ id }) => id)).toEqual(['old', 'new']);
    expect(approvals.current?.call.id).toBe('old');
    expect(notices.announcement).toBe('Claude Code wants to send note “ideas” to “anna@example.com”.');
  });

  it('keeps the question in front while others come and go, and then shows the next one', () => {
    const { api, approvals } = open({});
    const [a, b, c] = ['a', 'b', 'c'].map((id, since) => sampleApproval(id, { since }));
    if (a === undefined || b === undefined || c === undefined) expect.fail();
    api.emit('approvals.changed', [b]);
    api.emit('approvals.changed', [a, b, c]);
    expect(approvals.current?.key).toBe('b');
    approvals.move(1);
    approvals.move(1);
    expect(approvals.current?.key).toBe('c');
    api.emit('approvals.changed', [a, b]);
    expect(approvals.current?.key).toBe('b');
    api.emit('approvals.changed', []);
    expect(approvals.current).toBeNull();
  });

  it('answers calls that differ in nothing together, but none that has only just joined them', async () => {
    const { api, approvals } = open({ 'approvals.answer': answeredInTime });
    const [a, b, c] = ['a', 'b', 'c'].map((id, since) => sampleApproval(id, { since, group: 'same' }));
    if (a === undefined || b === undefined || c === undefined) expect.fail();
    api.emit('approvals.changed', [a, b]);
    vi.advanceTimersByTime(guardMs);
    api.emit('approvals.changed', [a, b, c]);
    await approvals.answer(false);
    expect(api.asked('approvals.answer')).toMatchObject([{ ids: ['a', 'b'], allow: false }]);
    expect(approvals.pending).toEqual([c]);
  });

  it('takes an answered call away at once, and a late snapshot does not bring it back', async () => {
    const { api, approvals } = open({ 'approvals.answer': answeredInTime });
    const [a, b] = [sampleApproval('a', { since: 1 }), sampleApproval('b', { since: 2 })];
    api.emit('approvals.changed', [a, b]);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer(false);
    expect(approvals.pending).toEqual([b]);
    api.emit('approvals.changed', [a, b]);
    expect(approvals.pending).toEqual([b]);
  });

  it('does not let the next call be answered by the second click of a double click', async () => {
    const { api, approvals } = open({ 'approvals.answer': answeredInTime });
    api.emit('approvals.changed', [sampleApproval('a', { since: 1 }), sampleApproval('b', { since: 2 })]);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer(true);
    await approvals.answer(true);
    expect(api.asked('approvals.answer')).toMatchObject([{ ids: ['a'], allow: true }]);
  });

  it('answers a call once, however often it is clicked meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<ApprovalAnswered>();
    const { api, approvals } = open({ 'approvals.answer': () => promise });
    api.emit('approvals.changed', [sampleApproval('a')]);
    vi.advanceTimersByTime(guardMs);
    const first = approvals.answer(true);
    await approvals.answer(false);
    resolve(answeredInTime({ ids: ['a'] }));
    await first;
    expect(api.asked('approvals.answer')).toHaveLength(1);
  });

  it('says so when the call waits no more', async () => {
    const { api, approvals, notices } = open({ 'approvals.answer': answeredTooLate });
    api.emit('approvals.changed', [sampleApproval('a')]);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer(true);
    expect(notices.list[0]?.text).toMatch(/waits no more/);
    expect(approvals.pending).toEqual([]);
  });

  it('keeps the call and can be answered again when the answer could not be given', async () => {
    const { api, approvals, notices } = open({
      'approvals.answer': () => Promise.reject(new CommandError('gateway_stopped', 'It is not running')),
    });
    api.emit('approvals.changed', [sampleApproval('a')]);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer(true);
    expect(notices.list[0]).toMatchObject({ kind: 'failed', text: "The call couldn't be allowed." });
    expect(approvals.isOpen).toBe(true);
  });

  it('says beside the answers why a rule could not be put in force, and answers nothing', async () => {
    const refused = { outcome: 'refused', message: 'The file is there already.', diagnostics: [] } as const;
    const { api, approvals } = open({
      'approvals.answer': () => ({ ...refused, diagnostics: [] }),
      'approvals.rule': () => ({ possible: false, why: '' }),
    });
    api.emit('approvals.changed', [sampleApproval('a')]);
    vi.advanceTimersByTime(guardMs);
    approvals.setDuration('always');
    await approvals.answer(true);
    expect(approvals.form.refusal).toBe(refused.message);
    expect(approvals.current?.key).toBe('a');
  });

  it('takes an answer that holds for longer back', async () => {
    const { api, approvals, notices } = open({
      'approvals.answer': (wish) => ({ ...answeredInTime(wish), grants: ['grant_1'] }),
      'grants.revoke': () => true,
    });
    api.emit('approvals.changed', [sampleApproval('a')]);
    vi.advanceTimersByTime(guardMs);
    approvals.setDuration('15_minutes');
    approvals.setScope('tool');
    await approvals.answer(true);
    expect(api.asked('approvals.answer')).toMatchObject([{ duration: '15_minutes', scope: 'tool' }]);
    const notice = notices.list[0];
    expect(notice?.text).toBe('Allowed for 15 minutes: “send_note”, whatever the arguments.');
    notice?.undo?.();
    expect(api.asked('grants.revoke')).toEqual([{ id: 'grant_1' }]);
  });

  it('offers no duration that this caller can not have', () => {
    const { api, approvals } = open({});
    api.emit('approvals.changed', [sampleApproval('a', { offers: { durations: ['once'], why: 'Unknown' } })]);
    approvals.setDuration('always');
    expect(approvals.form.duration).toBe('once');
  });

  it('sends other arguments for one call alone, once, and only where they are an object', async () => {
    const { api, approvals } = open({ 'approvals.answer': answeredInTime });
    api.emit('approvals.changed', [
      sampleApproval('a', { group: 'same' }),
      sampleApproval('b', { group: 'same' }),
    ]);
    vi.advanceTimersByTime(guardMs);
    approvals.toggleEditing();
    approvals.setDuration('session');
    approvals.form.edited = '["ideas"]';
    await approvals.answer(true);
    expect(approvals.form.refusal).toMatch(/have to be an object/);
    approvals.form.edited = '{"name":"plans"}';
    await approvals.answer(true);
    expect(api.asked('approvals.answer')).toMatchObject([
      { ids: ['a'], allow: true, duration: 'once', editedArguments: '{"name":"plans"}' },
    ]);
  });

  it('stops the time of all that waits while somebody is at it, and no longer', () => {
    const { api, approvals } = open({ 'approvals.hold': () => true });
    api.emit('approvals.changed', [sampleApproval('a')]);
    approvals.touch();
    api.emit('approvals.changed', [sampleApproval('a'), sampleApproval('b')]);
    expect(api.asked('approvals.hold')).toEqual([
      { id: 'a', held: true },
      { id: 'b', held: true },
    ]);
    vi.advanceTimersByTime(idleMs + 20_000);
    const after = api.asked('approvals.hold');
    expect(after.slice(-2)).toEqual([
      { id: 'a', held: false },
      { id: 'b', held: false },
    ]);
    vi.advanceTimersByTime(60_000);
    expect(api.asked('approvals.hold')).toHaveLength(after.length);
  });

  it('counts down from when it was told, and stands still while it is held', () => {
    const { api, approvals } = open({});
    const now = Date.now();
    const call = sampleApproval('a', { now: now + 5_000_000, expiresAt: now + 5_060_000 });
    api.emit('approvals.changed', [call]);
    expect(approvals.left(call, now + 10_000)).toBe(50_000);
    expect(approvals.share(call, now + 30_000)).toBe(0.5);
    const held = { ...call, heldUntil: now + 5_000_000 };
    expect(approvals.left(held, now + 10_000)).toBe(60_000);
  });

  it('keeps what its client gave up under the eyes of who reads it, and says that the answer is kept', async () => {
    const { api, approvals, notices } = open({
      'approvals.answer': ({ ids }) => ({
        outcome: 'answered',
        answered: [],
        kept: ids,
        keptUntil: Date.now() + 120_000,
        gone: [],
        grants: [],
      }),
    });
    api.emit('approvals.changed', [sampleApproval('a'), sampleApproval('b')]);
    api.emit('approvals.changed', [
      sampleApproval('a', { state: 'given_up' }),
      sampleApproval('b', { state: 'given_up' }),
    ]);
    expect(approvals.pending.map(({ id }) => id)).toEqual(['a']);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer(true);
    expect(notices.list[0]?.text).toMatch(/had given up.*it has your answer/);
  });

  it('is held back when the window comes to the front', () => {
    const { api, approvals } = open({});
    api.emit('approvals.changed', [sampleApproval('a')]);
    vi.advanceTimersByTime(guardMs);
    approvals.holdBack();
    expect(approvals.isOpen).toBe(false);
  });
});
