// When a server that has died may be started again: at once, and ever later where it keeps dying.
import { UpstreamError } from '../errors.ts';

/** Waits after the first, second, … death in a row, milliseconds; the last one repeats. */
const WAITS_MS = [0, 1000, 5000, 30_000] as const;
/** A server that ran so long has earned the shortest wait again, milliseconds. */
const STEADY_MS = 60_000;

/** All times are milliseconds of one monotonic clock. */
export interface StartBackoff {
  started(now: number): void;
  died(now: number): void;
  /** It may be started at once, however often it has died. */
  forget(): void;
  /** How long it is until the server may be started; 0 where it may be now. */
  waitMs(now: number): number;
}

export function createStartBackoff(): StartBackoff {
  let deaths = 0;
  let startedAt = 0;
  let notBefore = 0;
  return {
    started(now) {
      startedAt = now;
    },
    died(now) {
      if (now - startedAt >= STEADY_MS) deaths = 0;
      notBefore = now + (WAITS_MS[deaths] ?? WAITS_MS[WAITS_MS.length - 1] ?? 0);
      deaths += 1;
    },
    forget() {
      deaths = notBefore = 0;
    },
    waitMs: (now) => Math.max(0, notBefore - now),
  };
}

/** Throws as long as a server may not be started again; `death` says how it ended, for people. */
export function assertMayStart(backoff: StartBackoff, death: string): void {
  const waitMs = backoff.waitMs(performance.now());
  if (waitMs === 0) return;
  const when = `It is started again for a call after ${Math.ceil(waitMs / 1000)} s`;
  throw new UpstreamError(`${death}. ${when}`, { fate: 'held_back' });
}
