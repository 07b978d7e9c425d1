import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLatestOnly } from '../../../../electron/gateway/supervision/latest-only.ts';

describe('latest only', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends the first at once and of a burst the newest alone', () => {
    const send = vi.fn();
    const latest = createLatestOnly(send, 100);
    for (let count = 1; count <= 5; count++) latest.send('status', count);
    expect(send.mock.calls).toEqual([['status', 1]]);
    vi.advanceTimersByTime(100);
    expect(send.mock.calls).toEqual([
      ['status', 1],
      ['status', 5],
    ]);
    vi.advanceTimersByTime(1000);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('keeps the pace in a stream that does not end', () => {
    const send = vi.fn();
    const latest = createLatestOnly(send, 100);
    for (let ms = 0; ms < 1000; ms += 10) {
      latest.send('status', ms);
      vi.advanceTimersByTime(10);
    }
    expect(send.mock.calls.length).toBeLessThanOrEqual(11);
    vi.advanceTimersByTime(100);
    expect(send).toHaveBeenLastCalledWith('status', 990);
  });

  it('holds back no event because of one of another name', () => {
    const send = vi.fn();
    const latest = createLatestOnly(send, 100);
    latest.send('status', 1);
    latest.send('calls', 1);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('sends an event without payload, such as undefined, as well', () => {
    const send = vi.fn();
    const latest = createLatestOnly(send, 100);
    latest.send('tick', 1);
    latest.send('tick', undefined);
    vi.advanceTimersByTime(100);
    expect(send).toHaveBeenLastCalledWith('tick', undefined);
  });

  it('is silent once closed', () => {
    const send = vi.fn();
    const latest = createLatestOnly(send, 100);
    latest.send('status', 1);
    latest.send('status', 2);
    latest.close();
    vi.advanceTimersByTime(1000);
    expect(send).toHaveBeenCalledOnce();
  });
});
