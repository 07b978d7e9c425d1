import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Notices } from '../../../renderer/state/notices.svelte.ts';

describe('Notices', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const texts = (notices: Notices) => notices.list.map(({ text }) => text);

  it('shows at most four, and the same thing only once', () => {
    const notices = new Notices();
    for (const text of ['a', 'b', 'a', 'c', 'd', 'e']) notices.say(text);
    expect(texts(notices)).toEqual(['a', 'c', 'd', 'e']);
    vi.advanceTimersByTime(4_000);
    expect(texts(notices)).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps one while somebody is at it', () => {
    const notices = new Notices();
    notices.say('a', () => undefined);
    const [notice] = notices.list;
    if (notice === undefined) expect.fail();
    notices.hold(notice.id);
    vi.advanceTimersByTime(60_000);
    expect(texts(notices)).toEqual(['a']);
    notices.release(notice);
    vi.advanceTimersByTime(4_000);
    expect(texts(notices)).toEqual([]);
  });

  it('does not bring a dismissed one back', () => {
    const notices = new Notices();
    notices.say('a');
    const [notice] = notices.list;
    if (notice === undefined) expect.fail();
    notices.dismiss(notice.id);
    notices.release(notice);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind', () => {
    const notices = new Notices();
    notices.say('a');
    notices.fail('b', 'why');
    notices.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
