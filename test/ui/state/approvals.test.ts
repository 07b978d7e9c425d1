import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandError } from '../../../renderer/api/window-api.ts';
import { guardMs } from '../../../renderer/state/answer-guard.svelte.ts';
import { ApprovalsState } from '../../../renderer/state/approvals.svelte.ts';
import { Notices } from '../../../renderer/state/notices.svelte.ts';
import { type Answers, fakeApi } from '../fake-api.ts';
import { answeredInTime, answeredTooLate, sampleApproval } from '../../samples.ts';

function open(answers: Answers) {
  const api = fakeApi(answers);
  const notices = new Notices();
  return { api, notices, approvals: new ApprovalsState(api, notices) };
}

describe('ApprovalsState', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('sends no answer within the first half second', async () => {
    const { api, approvals } = open({ 'approvals.answer': answeredInTime });
    api.emit('approvals.changed', [sampleApproval('a')]);
    await approvals.answer('a', true);
    expect(api.asked('approvals.answer')).toEqual([]);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer('a', true);
    expect(api.asked('approvals.answer')).toEqual([{ ids: ['a'], allow: true }]);
  });

  it('shows the longest waiting first, and says to screen readers what came', () => {
    const { api, approvals, notices } = open({});
    api.emit('approvals.changed', [
      sampleApproval('new', { since: 2_000 }),
      sampleApproval('old', { since: 1_000 }),
    ]);
    expect(approvals.pending.map(({ id }) => id)).toEqual(['old', 'new']);
    expect(notices.announcement).toBe('Claude Code wants to send note “ideas” to “anna@example.com”.');
  });

  it('takes an answered call away at once, and a late snapshot does not bring it back', async () => {
    const { api, approvals } = open({ 'approvals.answer': answeredInTime });
    const [a, b] = [sampleApproval('a', { since: 1 }), sampleApproval('b', { since: 2 })];
    api.emit('approvals.changed', [a, b]);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer('a', false);
    expect(approvals.pending).toEqual([b]);
    api.emit('approvals.changed', [a, b]);
    expect(approvals.pending).toEqual([b]);
  });

  it('does not let the next call be answered by the second click of a double click', async () => {
    const { api, approvals } = open({ 'approvals.answer': answeredInTime });
    api.emit('approvals.changed', [sampleApproval('a', { since: 1 }), sampleApproval('b', { since: 2 })]);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer('a', true);
    await approvals.answer('b', true);
    expect(api.asked('approvals.answer')).toEqual([{ ids: ['a'], allow: true }]);
  });

  it('answers a call once, however often it is clicked meanwhile', async () => {
    let settle: (inTime: boolean) => void = () => undefined;
    const { api, approvals } = open({
      'approvals.answer': () => new Promise((resolve) => (settle = resolve)),
    });
    api.emit('approvals.changed', [sampleApproval('a')]);
    vi.advanceTimersByTime(guardMs);
    const first = approvals.answer('a', true);
    await approvals.answer('a', false);
    settle(true);
    await first;
    expect(api.asked('approvals.answer')).toHaveLength(1);
  });

  it('says so when the call waits no more', async () => {
    const { api, approvals, notices } = open({ 'approvals.answer': answeredTooLate });
    api.emit('approvals.changed', [sampleApproval('a')]);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer('a', true);
    expect(notices.list[0]?.text).toMatch(/waits no more/);
    expect(approvals.pending).toEqual([]);
  });

  it('keeps the call and can be answered again when the answer could not be given', async () => {
    const { api, approvals, notices } = open({
      'approvals.answer': () => Promise.reject(new CommandError('gateway_stopped', 'It is not running')),
    });
    api.emit('approvals.changed', [sampleApproval('a')]);
    vi.advanceTimersByTime(guardMs);
    await approvals.answer('a', true);
    expect(notices.list[0]).toMatchObject({ kind: 'failed', text: "The call couldn't be allowed." });
    expect(approvals.isOpen('a')).toBe(true);
  });

  it('is held back when the window comes to the front', () => {
    const { api, approvals } = open({});
    api.emit('approvals.changed', [sampleApproval('a')]);
    vi.advanceTimersByTime(guardMs);
    approvals.holdBack();
    expect(approvals.isOpen('a')).toBe(false);
  });
});
