import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallPage } from '../../../electron/shared/domain.ts';
import { ActivityState } from '../../../renderer/state/activity.svelte.ts';
import { Notices } from '../../../renderer/state/notices.svelte.ts';
import { type Answers, fakeApi } from '../fake-api.ts';
import { sampleRecord } from '../../samples.ts';
import { sampleLog } from '../sample-log.ts';

function open(length: number, answers: Answers = {}) {
  const log = sampleLog(length);
  const api = fakeApi({
    'calls.page': (query) => log.page(query),
    'calls.read': (id) => {
      const call = log.calls[id - 1];
      return call === undefined ? null : sampleRecord(call);
    },
    ...answers,
  });
  const activity = new ActivityState(api, new Notices());
  const ids = () => activity.window.calls.map(({ id }) => id);
  const write = async (by: number, change = {}) => {
    api.emit('calls.changed', { newestId: log.grow(by, change) });
    await vi.advanceTimersByTimeAsync(500);
  };
  return { log, api, activity, ids, write };
}

async function started(length: number, answers: Answers = {}) {
  const all = open(length, answers);
  all.activity.start();
  await vi.advanceTimersByTimeAsync(0);
  return all;
}

describe('ActivityState', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('reads nothing until its view is in front, and nothing once it is gone', async () => {
    const { activity, api, write } = open(3);
    await write(1);
    expect(api.asked('calls.page')).toEqual([]);
    activity.start();
    activity.stop();
    await vi.advanceTimersByTimeAsync(0);
    await write(1);
    expect(api.asked('calls.page')).toHaveLength(1);
  });

  describe('following', () => {
    it('takes new calls in at the top', async () => {
      const { activity, ids, write } = await started(2);
      await write(1);
      expect(ids()).toEqual([3, 2, 1]);
      expect(activity.following).toBe(true);
    });

    it('starts anew where more came than a page holds, and leaves no gap', async () => {
      const { ids, write } = await started(2);
      await write(250);
      expect(ids()).toEqual(Array.from({ length: 100 }, (_, place) => 252 - place));
    });

    it('takes over how calls end that were on their way', async () => {
      const { log, activity, write } = await started(0);
      await write(1, { status: 'pending' });
      expect(activity.window.calls[0]?.status).toBe('pending');
      log.calls[0] = { ...sampleRecord(log.calls[0] ?? expect.fail()), status: 'ok' };
      await write(1);
      expect(activity.window.calls.map(({ status }) => status)).toEqual(['ok', 'ok']);
    });

    it('stops when the list is scrolled, counts what is new, and shows it on demand', async () => {
      const { activity, ids, write } = await started(2);
      activity.setAtTop(false);
      await write(3);
      await write(2);
      expect(activity.following).toBe(false);
      expect(ids()).toEqual([2, 1]);
      expect(activity.fresh).toEqual({ count: 5, more: false });
      const starts = activity.starts;
      activity.setFollowing(true);
      await vi.advanceTimersByTimeAsync(0);
      expect(ids()).toEqual([7, 6, 5, 4, 3, 2, 1]);
      expect(activity.fresh.count).toBe(0);
      expect(activity.starts).toBe(starts + 1);
    });

    it('goes on by itself when the list is scrolled back to its top', async () => {
      const { activity, ids, write } = await started(2);
      activity.setAtTop(false);
      await write(2);
      activity.setAtTop(true);
      await vi.advanceTimersByTimeAsync(0);
      expect(ids()).toEqual([4, 3, 2, 1]);
      expect(activity.fresh.count).toBe(0);
    });

    it('holds still while a row is selected, and while it is switched off', async () => {
      const { activity, ids, write } = await started(2);
      activity.select(2);
      await write(1);
      expect(ids()).toEqual([2, 1]);
      activity.select(null);
      await vi.advanceTimersByTimeAsync(0);
      expect(ids()).toEqual([3, 2, 1]);
      activity.setFollowing(false);
      await write(1);
      expect(ids()).toEqual([3, 2, 1]);
      expect(activity.fresh.count).toBe(1);
      activity.setFollowing(true);
      await vi.advanceTimersByTimeAsync(0);
      expect(ids()).toEqual([4, 3, 2, 1]);
    });

    it('reads a burst of events in a few goes', async () => {
      const { log, api, activity } = await started(2);
      const before = api.asked('calls.page').length;
      for (let count = 0; count < 50; count += 1) {
        api.emit('calls.changed', { newestId: log.grow(1) });
        await vi.advanceTimersByTimeAsync(2);
      }
      await vi.advanceTimersByTimeAsync(500);
      expect(api.asked('calls.page').length - before).toBeLessThanOrEqual(3);
      expect(activity.window.calls[0]?.id).toBe(52);
    });
  });

  describe('filters', () => {
    it('asks the log anew, without an answer to the filters before', async () => {
      const late: { answer: (page: CallPage) => void }[] = [];
      const { activity, api } = open(0, {
        'calls.page': () => new Promise<CallPage>((answer) => late.push({ answer })),
      });
      const { calls } = sampleLog(3);
      activity.start();
      activity.setVerdict('deny');
      late[1]?.answer({ calls: calls.slice(0, 1), more: false });
      late[0]?.answer({ calls, more: false });
      await vi.advanceTimersByTimeAsync(0);
      expect(activity.window.calls).toEqual(calls.slice(0, 1));
      expect([activity.loading, activity.failed]).toEqual([false, false]);
      expect(api.asked('calls.page').map(({ verdict }) => verdict)).toEqual([undefined, 'deny']);
    });

    it('searches once typing rests', async () => {
      const { activity, api } = await started(3);
      for (const text of ['d', 'de', 'del ']) activity.setText(text);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(api.asked('calls.page').slice(1)).toEqual([{ limit: 100, text: 'del' }]);
      expect(activity.window.calls).toEqual([]);
      expect(activity.filtered).toBe(true);
    });

    it('keeps to the filters when new calls come', async () => {
      const { activity, ids, write } = await started(3);
      activity.setVerdict('deny');
      await vi.advanceTimersByTimeAsync(0);
      await write(2);
      await write(1, { verdict: 'deny' });
      expect(ids()).toEqual([6]);
    });

    it('sets links from other views up before the view opens', async () => {
      const { activity, api } = open(3);
      activity.setFilters('deny', 'claude-code');
      activity.start();
      await vi.advanceTimersByTimeAsync(0);
      expect(api.asked('calls.page')).toEqual([{ limit: 100, verdict: 'deny', text: 'claude-code' }]);
    });
  });

  describe('reading on', () => {
    it('reads older calls when the end is in sight, once at a time', async () => {
      const { activity, api, ids } = await started(250);
      activity.show(90, 100);
      activity.show(91, 100);
      await vi.advanceTimersByTimeAsync(0);
      expect(api.asked('calls.page')).toHaveLength(2);
      expect(ids()).toHaveLength(200);
      activity.show(190, 200);
      await vi.advanceTimersByTimeAsync(0);
      activity.show(240, 250);
      await vi.advanceTimersByTimeAsync(0);
      expect(ids()).toEqual(Array.from({ length: 250 }, (_, place) => 250 - place));
      expect(api.asked('calls.page')).toHaveLength(3);
    });

    it('moves the cursor within what is loaded and takes an open panel along', async () => {
      const { activity } = await started(3);
      activity.move(1);
      expect(activity.cursorId).toBe(3);
      activity.move(1);
      expect([activity.cursorId, activity.cursorRow]).toEqual([2, 1]);
      activity.open(2);
      await vi.advanceTimersByTimeAsync(0);
      activity.move(Infinity);
      await vi.advanceTimersByTimeAsync(0);
      expect([activity.cursorId, activity.details.record?.id]).toEqual([1, 1]);
      activity.move(-Infinity);
      expect(activity.cursorId).toBe(3);
      activity.select(null);
      expect(activity.details.id).toBeNull();
    });

    it('never shows a record under the id of another, and says when one is gone', async () => {
      const { activity } = await started(3);
      activity.open(3);
      await vi.advanceTimersByTimeAsync(0);
      activity.open(2);
      expect(activity.details.record).toBeNull();
      await vi.advanceTimersByTimeAsync(0);
      expect(activity.details.record?.id).toBe(2);
      activity.open(77);
      await vi.advanceTimersByTimeAsync(0);
      expect([activity.details.record, activity.details.missing]).toEqual([null, true]);
    });
  });

  it('says what failed and goes on at the next event', async () => {
    let broken = true;
    const log = sampleLog(2);
    const notices = new Notices();
    const api = fakeApi({
      'calls.page': (query) => (broken ? Promise.reject(new Error('The disk is gone')) : log.page(query)),
    });
    const activity = new ActivityState(api, notices);
    activity.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(notices.list[0]?.detail).toContain('The disk is gone.');
    expect(activity.failed).toBe(true);
    broken = false;
    api.emit('calls.changed', { newestId: log.grow(1) });
    await vi.advanceTimersByTimeAsync(500);
    expect(activity.window.calls.map(({ id }) => id)).toEqual([3, 2, 1]);
    activity.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(activity.failed).toBe(false);
  });
});
