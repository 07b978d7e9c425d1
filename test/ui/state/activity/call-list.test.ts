import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallHits } from '../../../../electron/shared/audit-search.ts';
import { CommandError } from '../../../../renderer/api/window-api.ts';
import { ActivityState } from '../../../../renderer/state/activity/activity.svelte.ts';
import { callAt } from '../../../../renderer/state/activity/hit-run.ts';
import { Notices } from '../../../../renderer/state/notices.svelte.ts';
import { type Answers, fakeApi } from '../../fake-api.ts';
import { sampleLog } from '../../sample-log.ts';

function open(length: number, answers: Answers = {}) {
  const log = sampleLog(length);
  const api = fakeApi({ ...log.answers, ...answers });
  const notices = new Notices();
  const activity = new ActivityState(api, notices);
  const { list } = activity;
  const ids = () => Array.from({ length: list.run.total }, (_, row) => callAt(list.run, row)?.id);
  const write = async (by: number, change = {}) => {
    api.emit('calls.changed', { newestId: log.grow(by, change) });
    await vi.advanceTimersByTimeAsync(500);
  };
  return { log, api, notices, activity, list, ids, write };
}

async function started(length: number, answers: Answers = {}) {
  const all = open(length, answers);
  all.activity.start();
  await vi.advanceTimersByTimeAsync(0);
  return all;
}

const later = () => vi.advanceTimersByTimeAsync(0);

describe('the list of calls', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('reads nothing until its view is in front, and nothing once it is gone', async () => {
    const { activity, api, write } = open(3);
    await write(1);
    expect(api.asked('calls.search')).toEqual([]);
    activity.start();
    activity.stop();
    await later();
    await write(1);
    expect(api.asked('calls.search')).toHaveLength(1);
  });

  describe('following', () => {
    it('takes new calls in at the top', async () => {
      const { list, ids, write } = await started(2);
      await write(1);
      expect(ids()).toEqual([3, 2, 1]);
      expect(list.following).toBe(true);
    });

    it('starts anew where more came than a page holds, and leaves no gap', async () => {
      const { ids, write } = await started(2);
      await write(250);
      expect(ids()).toEqual(Array.from({ length: 100 }, (_, place) => 252 - place));
    });

    it('takes over how calls end that were on their way, even where they are not what is asked for any more', async () => {
      const { log, activity, list, write } = await started(0);
      activity.setDecision('allowed');
      await write(1, { status: 'pending' });
      expect(callAt(list.run, 0)?.status).toBe('pending');
      const [first] = log.calls;
      log.calls[0] = { ...(first ?? expect.fail()), verdict: 'deny', status: 'refused' };
      await write(1);
      expect([0, 1].map((row) => callAt(list.run, row)?.status)).toEqual(['ok', 'refused']);
    });

    it('stops when the list is scrolled, counts what is new, and shows it on demand', async () => {
      const { activity, list, ids, write } = await started(2);
      list.setAtTop(false);
      await write(30);
      await write(7);
      expect(list.following).toBe(false);
      expect(ids()).toEqual([2, 1]);
      expect(list.fresh).toEqual({ count: 37, more: false });
      const { starts } = list;
      activity.follow(true);
      await later();
      expect(ids()[0]).toBe(39);
      expect([list.fresh.count, list.starts]).toEqual([0, starts + 1]);
    });

    it('goes on by itself when the list is scrolled back to its top', async () => {
      const { list, ids, write } = await started(2);
      list.setAtTop(false);
      await write(2);
      list.setAtTop(true);
      await later();
      expect(ids()).toEqual([4, 3, 2, 1]);
      expect(list.fresh.count).toBe(0);
    });

    it('holds still while a row is selected, and while it is switched off', async () => {
      const { activity, list, ids, write } = await started(2);
      activity.select(2);
      await write(1);
      expect(ids()).toEqual([2, 1]);
      activity.select(null);
      await later();
      expect(ids()).toEqual([3, 2, 1]);
      activity.follow(false);
      await write(1);
      expect(ids()).toEqual([3, 2, 1]);
      expect(list.fresh.count).toBe(1);
      activity.follow(true);
      await later();
      expect(ids()).toEqual([4, 3, 2, 1]);
    });

    it('is only of the newest first: another order holds still, and following leads back', async () => {
      const { activity, list, ids, write } = await started(3);
      activity.setSort('oldest');
      await write(1);
      expect([ids(), list.following, list.fresh.count]).toEqual([[1, 2, 3], false, 1]);
      activity.follow(true);
      await later();
      expect([ids(), activity.sort]).toEqual([[4, 3, 2, 1], 'newest']);
    });

    it('reads a burst of events in a few goes', async () => {
      const { log, api, list } = await started(2);
      const before = api.asked('calls.search').length;
      for (let count = 0; count < 50; count += 1) {
        api.emit('calls.changed', { newestId: log.grow(1) });
        await vi.advanceTimersByTimeAsync(2);
      }
      await vi.advanceTimersByTimeAsync(500);
      expect(api.asked('calls.search').length - before).toBeLessThanOrEqual(3);
      expect(callAt(list.run, 0)?.id).toBe(52);
    });
  });

  describe('a question', () => {
    it('is asked of the log anew, and an answer to the one before is not heard', async () => {
      const late: ((page: CallHits) => void)[] = [];
      const { activity, list, ids, api } = open(0, {
        'calls.search': () => new Promise<CallHits>((answer) => late.push(answer)),
      });
      const { calls } = sampleLog(3);
      activity.start();
      activity.setDecision('denied');
      late[1]?.({ calls: calls.slice(0, 1), cursor: null, through: 3 });
      late[0]?.({ calls, cursor: null, through: 3 });
      await later();
      expect(ids()).toEqual([1]);
      expect([list.loading, list.failed]).toEqual([false, false]);
      expect(api.asked('calls.search').map(({ filter }) => filter)).toEqual([{}, { decisions: ['denied'] }]);
      expect(api.asked('calls.search')[1]?.lane).toBe('activity');
    });

    it('that was given up for a newer one is no failure', async () => {
      const { notices } = await started(1, {
        'calls.count': () => Promise.reject(new CommandError('superseded', 'Something else was asked')),
      });
      expect(notices.list).toEqual([]);
    });

    it('is asked once typing rests', async () => {
      const { activity, api, ids } = await started(3);
      for (const text of ['d', 'de', 'del ']) activity.setText(text);
      await vi.advanceTimersByTimeAsync(1_000);
      const filters = api.asked('calls.search').map(({ filter }) => filter);
      expect(filters).toEqual([{}, { text: 'del' }]);
      expect(ids()).toEqual([]);
      expect(activity.filtered).toBe(true);
    });

    it('is kept to when new calls come', async () => {
      const { activity, ids, write } = await started(3);
      activity.setDecision('denied');
      await later();
      await write(2);
      await write(1, { verdict: 'deny' });
      expect(ids()).toEqual([6]);
    });

    it('of another view is set up before this one opens', async () => {
      const { activity, api } = open(3);
      activity.show({ decisions: ['denied'], text: 'note', tools: [] });
      activity.start();
      await later();
      expect(api.asked('calls.search')[0]).toMatchObject({ filter: { decisions: ['denied'], text: 'note' } });
      expect(api.asked('calls.count')[0]?.filter).toMatchObject({ text: 'note', decisions: [] });
    });
  });

  describe('reading on', () => {
    it('reads the next page when the end is in sight, once at a time', async () => {
      const { list, api, ids } = await started(250);
      list.show(90, 100);
      list.show(91, 100);
      await later();
      expect(api.asked('calls.search')).toHaveLength(2);
      expect(ids()).toHaveLength(200);
      list.show(190, 200);
      await later();
      list.show(240, 250);
      await later();
      expect(ids()).toEqual(Array.from({ length: 250 }, (_, place) => 250 - place));
      expect(api.asked('calls.search')).toHaveLength(3);
    });

    it('goes to the very end without reading what lies between, and back', async () => {
      const { list, api, ids } = await started(1_000);
      expect((await list.goTo('end'))?.id).toBe(1);
      expect(api.asked('calls.search')).toHaveLength(2);
      expect([list.run.fromEnd, ids()[0], list.following]).toEqual([true, 100, false]);
      list.show(0, 20);
      await later();
      expect([ids()[0], ids().length]).toEqual([200, 200]);
      expect((await list.goTo('start'))?.id).toBe(1_000);
    });

    it('reads pages again that were let go', async () => {
      const { list } = await started(3_000);
      for (let page = 1; page < 30; page += 1) {
        list.show(page * 100 - 20, page * 100);
        await later();
      }
      expect(callAt(list.run, 150)).toBeUndefined();
      list.show(140, 160);
      await later();
      expect(callAt(list.run, 150)?.id).toBe(2_850);
    });

    it('moves the cursor within what is loaded and takes an open record along', async () => {
      const { activity, list } = await started(3);
      expect(list.beside(1)?.id).toBe(3);
      activity.select(3);
      expect([list.beside(1)?.id, list.beside(9)?.id, list.beside(-9)?.id]).toEqual([2, 1, 3]);
      activity.open(2);
      await later();
      activity.select(1);
      await later();
      expect([list.cursorRow, activity.details.story?.call.id]).toEqual([2, 1]);
      activity.select(null);
      expect(activity.details.id).toBeNull();
    });

    it('never shows a record under the id of another, and says when one is gone', async () => {
      const { activity } = await started(3);
      activity.open(3);
      await later();
      activity.open(2);
      expect(activity.details.story).toBeNull();
      await later();
      expect(activity.details.story?.call.id).toBe(2);
      activity.open(77);
      await later();
      expect([activity.details.story, activity.details.missing]).toEqual([null, true]);
    });
  });

  it('says what failed and goes on at the next event', async () => {
    let broken = true;
    const log = sampleLog(2);
    const { activity, list, notices, api, ids } = open(0, {
      ...log.answers,
      'calls.search': (query) => (broken ? Promise.reject(new Error('The disk is gone')) : log.search(query)),
    });
    activity.start();
    await later();
    expect(notices.list[0]?.detail).toContain('The disk is gone.');
    expect(list.failed).toBe(true);
    broken = false;
    api.emit('calls.changed', { newestId: log.grow(1) });
    await vi.advanceTimersByTimeAsync(500);
    expect(ids()).toEqual([3, 2, 1]);
    activity.retry();
    await later();
    expect(list.failed).toBe(false);
  });
});
