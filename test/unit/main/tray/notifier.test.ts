import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type {
  NoticeBoard,
  NoticeListener,
  PostedNotice,
} from '../../../../electron/main/notification/notice-board.ts';
import { createNotifier } from '../../../../electron/main/tray/notifier.ts';
import { approval } from './states.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const patience = 700;
const unread = 500;

/** A board of which the test sees what is on it, and presses it. */
function fakeBoard() {
  let shown: { notice: PostedNotice; listener: NoticeListener } | null = null;
  let posted = 0;
  const board: NoticeBoard = {
    post(notice, listener) {
      posted += 1;
      shown = { notice, listener };
    },
    takeDown: () => void (shown = null),
    close: () => void (shown = null),
  };
  return {
    board,
    shown: () => shown?.notice ?? null,
    listener() {
      if (shown === null) throw new Error('nothing is shown');
      return shown.listener;
    },
    posted: () => posted,
  };
}

function setting() {
  const desk = fakeBoard();
  const seen = { is: false };
  const onShow = vi.fn();
  const onAnswer = vi.fn();
  const notifier = createNotifier({ board: desk.board, isSeen: () => seen.is, onShow, onAnswer });
  return { ...desk, seen, onShow, onAnswer, notifier };
}

/** What waits is told, and time enough passes for the answer to be meant. */
function read(given: ReturnType<typeof setting>, waiting = [approval()]) {
  given.notifier.show(waiting);
  vi.advanceTimersByTime(patience);
  given.listener().onShown();
  vi.advanceTimersByTime(unread);
  return given.listener();
}

describe('when it comes up', () => {
  it('leaves the prompt time to be there first', () => {
    const given = setting();
    given.notifier.show([approval()]);
    vi.advanceTimersByTime(patience - 1);
    expect(given.shown()).toBeNull();
    vi.advanceTimersByTime(1);
    expect(given.shown()).toMatchObject({ title: 'Claude waits for your answer', silent: false });
  });

  it('does not where the call is seen anyway, and does once it is not', () => {
    const given = setting();
    given.seen.is = true;
    given.notifier.show([approval()]);
    vi.advanceTimersByTime(patience * 2);
    expect(given.shown()).toBeNull();
    given.seen.is = false;
    given.notifier.look();
    vi.advanceTimersByTime(patience);
    expect(given.shown()).not.toBeNull();
    given.seen.is = true;
    given.notifier.look();
    expect(given.shown()).toBeNull();
  });

  it('does not for what is over by then', () => {
    const given = setting();
    given.notifier.show([approval()]);
    given.notifier.show([]);
    vi.advanceTimersByTime(patience * 2);
    expect(given.posted()).toBe(0);
  });

  it('goes when the call was answered elsewhere, timed out or was withdrawn', () => {
    const given = setting();
    read(given);
    given.notifier.show([]);
    expect(given.shown()).toBeNull();
  });

  it('says without a sound what is left, and with one what is new', () => {
    const given = setting();
    const other = approval({ id: 'a2', group: 'other' });
    read(given, [approval(), other]);
    given.notifier.show([other]);
    vi.advanceTimersByTime(patience);
    expect(given.shown()).toMatchObject({ silent: true, title: 'Claude waits for your answer' });
    given.notifier.show([other, approval({ id: 'a3', group: 'third' })]);
    vi.advanceTimersByTime(patience);
    expect(given.shown()).toMatchObject({ silent: false, title: '2 calls wait for your answer' });
  });

  it('does not come back once it was put away, until something new waits', () => {
    const given = setting();
    const other = approval({ id: 'a2', group: 'other' });
    read(given, [approval(), other]).onPutAway();
    given.notifier.show([other]);
    vi.advanceTimersByTime(patience);
    expect(given.posted()).toBe(1);
    given.notifier.show([other, approval({ id: 'a3', group: 'third' })]);
    vi.advanceTimersByTime(patience);
    expect(given.posted()).toBe(2);
  });

  it('goes with the app', () => {
    const given = setting();
    read(given);
    given.notifier.close();
    expect(given.shown()).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an answer on it', () => {
  it.each([
    ['allow', true],
    ['deny', false],
  ] as const)('%s is one to the calls that it shows', (button, allow) => {
    const given = setting();
    const alike = ['a1', 'a2'].map((id) => approval({ id, group: 'same' }));
    read(given, alike).onPress(button);
    expect(given.onAnswer.mock.calls).toEqual([[['a1', 'a2'], allow]]);
    expect(given.onShow).not.toHaveBeenCalled();
  });

  it('is none in the first half second, counted from when it can be seen; the notice stays', () => {
    const given = setting();
    given.notifier.show([approval()]);
    vi.advanceTimersByTime(patience);
    // The service was slow to show it.
    vi.advanceTimersByTime(5_000);
    given.listener().onShown();
    vi.advanceTimersByTime(unread - 1);
    given.listener().onPress('allow');
    expect(given.onAnswer).not.toHaveBeenCalled();
    expect(given.posted()).toBe(2);
    expect(given.shown()).toMatchObject({ silent: true });
    vi.advanceTimersByTime(unread);
    given.listener().onPress('allow');
    expect(given.onAnswer).toHaveBeenCalledOnce();
  });

  it('is none to what has taken its place', () => {
    const given = setting();
    const before = read(given);
    given.notifier.show([approval({ id: 'a2', group: 'other', arguments: '{"to":"eve"}' })]);
    vi.advanceTimersByTime(patience);
    given.listener().onShown();
    vi.advanceTimersByTime(unread);
    before.onPress('allow');
    before.onPutAway();
    expect(given.onAnswer).not.toHaveBeenCalled();
    given.listener().onPress('deny');
    expect(given.onAnswer.mock.calls).toEqual([[['a2'], false]]);
  });

  it('is none once nothing waits any more', () => {
    const given = setting();
    const listener = read(given);
    given.notifier.show([]);
    listener.onPress('allow');
    expect(given.onAnswer).not.toHaveBeenCalled();
  });

  it('can be to look at it', () => {
    const given = setting();
    read(given).onPress('show');
    expect(given.onShow).toHaveBeenCalledOnce();
    expect(given.onAnswer).not.toHaveBeenCalled();
  });
});
