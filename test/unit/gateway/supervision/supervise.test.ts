import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { supervise, type Life } from '../../../../electron/gateway/supervision/supervise.ts';

const timing = { backoffMs: [100, 1000, 5000] as const, steadyMs: 60_000 };
const problem = { code: 'internal', message: 'It ended', remedy: 'None' };

/** Lives that each last until `die` says how they went. */
function setUp() {
  const closing = new AbortController();
  const onEnd = vi.fn();
  const lives: ((life: Life) => void)[] = [];
  const live = () => new Promise<Life>((resolve) => void lives.push(resolve));
  const supervision = supervise(live, timing, closing.signal, onEnd);
  const die = async (servedMs: number | null) => {
    lives.at(-1)?.({ problem, servedMs });
    await vi.advanceTimersByTimeAsync(0);
  };
  const replace = async () => {
    lives.at(-1)?.({ problem: null, servedMs: 1 });
    await vi.advanceTimersByTimeAsync(0);
  };
  return { closing, onEnd, lives, supervision, die, replace };
}

describe('supervision', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('leaves a gateway that never served to a person', async () => {
    const { lives, onEnd, supervision, die } = setUp();
    await die(null);
    expect(onEnd).toHaveBeenCalledWith(problem, 'waits_for_person');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(lives).toHaveLength(1);
    expect(supervision.retry()).toBe(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(lives).toHaveLength(2);
  });

  it('starts another one at once for one that was ended on purpose', async () => {
    const { lives, onEnd, die, replace } = setUp();
    await die(1_000);
    await vi.advanceTimersByTimeAsync(100);
    await replace();
    expect(onEnd).toHaveBeenLastCalledWith(null, 'restarts');
    expect(lives).toHaveLength(3);
    await die(1_000);
    await vi.advanceTimersByTimeAsync(100);
    expect(lives).toHaveLength(4);
  });

  it('starts one that has served again, and waits longer each time', async () => {
    const { lives, onEnd, die } = setUp();
    for (const [round, wait] of [100, 1000, 5000, 5000].entries()) {
      await die(10);
      expect(onEnd).toHaveBeenLastCalledWith(problem, 'restarts');
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(lives).toHaveLength(round + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(lives).toHaveLength(round + 2);
    }
  });

  it('goes on trying where a new start fails', async () => {
    const { lives, onEnd, die } = setUp();
    await die(10);
    await vi.advanceTimersByTimeAsync(100);
    await die(null);
    expect(onEnd).toHaveBeenLastCalledWith(problem, 'restarts');
    await vi.advanceTimersByTimeAsync(1000);
    expect(lives).toHaveLength(3);
  });

  it('is quick again after a steady life', async () => {
    const { lives, die } = setUp();
    await die(10);
    await vi.advanceTimersByTimeAsync(100);
    await die(10);
    await vi.advanceTimersByTimeAsync(1000);
    await die(60_000);
    await vi.advanceTimersByTimeAsync(100);
    expect(lives).toHaveLength(4);
  });

  it('does not wait where a person wants it now', async () => {
    const { lives, supervision, die } = setUp();
    expect(supervision.retry()).toBe(false);
    await die(10);
    expect(supervision.retry()).toBe(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(lives).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lives).toHaveLength(2);
  });

  it('is over when told to while it waits', async () => {
    const { closing, lives, supervision, die } = setUp();
    await die(null);
    closing.abort();
    await supervision.over;
    expect(lives).toHaveLength(1);
    expect(supervision.retry()).toBe(false);
  });

  it('says nothing of a life that was ended on purpose', async () => {
    const { closing, onEnd, supervision, die } = setUp();
    closing.abort();
    await die(10);
    await supervision.over;
    expect(onEnd).not.toHaveBeenCalled();
  });
});
