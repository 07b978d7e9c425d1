// The time that is left for an answer. It stands still while somebody is at it, but never for ever.

export interface CountdownOptions {
  readonly now: () => number;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** A hold ends by itself after so long: whoever holds says so again and again. */
  readonly leaseMs: number;
  /** All holds of one countdown together. */
  readonly longestHoldMs: number;
  /** Called once, unless it is ended before. */
  readonly onOver: () => void;
  /** A hold has ended. */
  readonly onRelease: () => void;
}

export interface Countdown {
  /** Unix milliseconds; where it is held, when it would be over if the hold ended as late as it can. */
  readonly expiresAt: number;
  /** Null where it runs. */
  readonly heldUntil: number | null;
  /** False where it can't be held any longer: it runs on. */
  hold(): boolean;
  release(): void;
  end(): void;
}

export function startCountdown(options: CountdownOptions): Countdown {
  const { now, leaseMs } = options;
  let leftMs = options.timeoutMs;
  let holdLeftMs = options.longestHoldMs;
  let held: { readonly since: number; readonly until: number } | null = null;
  let runsSince = now();
  let timer = setTimeout(options.onOver, leftMs);

  function run(): void {
    runsSince = now();
    clearTimeout(timer);
    timer = setTimeout(options.onOver, leftMs);
  }

  /** A clock that was set back or far ahead gives nothing away. */
  const passedSince = (since: number, most: number) => Math.min(Math.max(0, now() - since), most);

  function pause(): void {
    if (held === null) leftMs -= passedSince(runsSince, leftMs);
    else holdLeftMs -= passedSince(held.since, held.until - held.since);
    held = null;
  }

  return {
    get expiresAt() {
      return held === null ? runsSince + leftMs : held.until + leftMs;
    },
    get heldUntil() {
      return held?.until ?? null;
    },
    hold() {
      pause();
      const forMs = Math.min(leaseMs, holdLeftMs);
      if (forMs <= 0) {
        run();
        return false;
      }
      held = { since: now(), until: now() + forMs };
      clearTimeout(timer);
      timer = setTimeout(() => {
        pause();
        run();
        options.onRelease();
      }, forMs);
      return true;
    },
    release() {
      if (held === null) return;
      pause();
      run();
      options.onRelease();
    },
    end() {
      clearTimeout(timer);
      held = null;
    },
  };
}
