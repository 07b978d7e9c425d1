// When a gateway that ended is started again: at once where a person says so, with growing waits where it had served.
import type { Problem } from '../../shared/domain.ts';

/** All in milliseconds. */
export interface RestartTiming {
  /** Waits before the first, second, … new start; the last one repeats. */
  readonly backoffMs: readonly [number, ...number[]];
  /** A gateway that served this long has earned the shortest wait again. */
  readonly steadyMs: number;
}

/** How one life of the gateway went. */
export interface Life {
  /** Null: it was ended on purpose, for another one to take its place. */
  readonly problem: Problem | null;
  /** Null where it never served. */
  readonly servedMs: number | null;
}

export interface Supervision {
  /** Resolves once `signal` has aborted and the last life is over. Rejects only where `live` does. */
  readonly over: Promise<void>;
  /** Ends the wait before the next start; false where nothing waits. */
  retry(): boolean;
}

/**
 * Lives one life after the other until `signal` aborts. A gateway that has never served waits for `retry`, because
 * what is wrong (a configuration, a port) is for a person to put right; one that has served comes back by itself.
 * `onEnd` is told of each life that ended before `signal` did.
 */
export function supervise(
  live: () => Promise<Life>,
  timing: RestartTiming,
  signal: AbortSignal,
  onEnd: (problem: Problem | null, next: 'waits_for_person' | 'restarts') => void,
): Supervision {
  let wake: (() => void) | null = null;

  /** Waits for `ms` milliseconds (null: for ever) or for `retry`. False where the signal aborted. */
  function rest(ms: number | null): Promise<boolean> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        wake = null;
        resolve(!signal.aborted);
      };
      const timer = ms === null ? undefined : setTimeout(done, ms);
      signal.addEventListener('abort', done);
      wake = done;
    });
  }

  async function run(): Promise<void> {
    let everServed = false;
    let restarts = 0;
    for (;;) {
      const { problem, servedMs } = await live();
      if (signal.aborted) return;
      everServed ||= servedMs !== null;
      if (problem === null) {
        restarts = 0;
        onEnd(null, 'restarts');
        continue;
      }
      onEnd(problem, everServed ? 'restarts' : 'waits_for_person');
      if (servedMs !== null && servedMs >= timing.steadyMs) restarts = 0;
      const wait = timing.backoffMs[Math.min(restarts, timing.backoffMs.length - 1)] ?? 0;
      restarts += 1;
      if (!(await rest(everServed ? wait : null))) return;
    }
  }

  return {
    over: run(),
    retry() {
      if (wake === null) return false;
      wake();
      return true;
    },
  };
}
