import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchForStall } from '../../../../electron/gateway/supervision/stall-watch.ts';

describe('stall watch', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells once of a silence that reaches the limit', () => {
    const onStall = vi.fn();
    watchForStall(1000, onStall);
    vi.advanceTimersByTime(999);
    expect(onStall).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5000);
    expect(onStall).toHaveBeenCalledOnce();
  });

  it('is content with a sign of life now and then', () => {
    const onStall = vi.fn();
    const watch = watchForStall(1000, onStall);
    for (let round = 0; round < 10; round++) {
      vi.advanceTimersByTime(900);
      watch.alive();
    }
    expect(onStall).not.toHaveBeenCalled();
  });

  it('does not count the time in which the machine slept', () => {
    const onStall = vi.fn();
    const watch = watchForStall(1000, onStall);
    vi.advanceTimersByTime(100);
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(100);
    watch.alive();
    vi.advanceTimersByTime(900);
    expect(onStall).not.toHaveBeenCalled();
  });

  it('is silent once closed', () => {
    const onStall = vi.fn();
    watchForStall(1000, onStall).close();
    vi.advanceTimersByTime(5000);
    expect(onStall).not.toHaveBeenCalled();
  });
});
