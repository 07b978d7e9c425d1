// Whose turn it is: while somebody waits for calls to look at, counting rests.
import { setImmediate as otherWork, setTimeout as sleep } from 'node:timers/promises';

/** Resolves when a question may look at its next part: other work was done, or has gone first. */
export type Turn = () => Promise<void>;

export interface Turns {
  /** For questions that somebody waits for. */
  readonly soon: Turn;
  /** For figures: waits for what runs `ahead`, but not forever, since a log without an index is searched for seconds. */
  readonly later: Turn;
  /** Until `work` ends, figures rest. */
  readonly ahead: <T>(work: () => Promise<T>) => Promise<T>;
}

/** How long figures rest at most before each of their parts, milliseconds. */
const longestRestMs = 100;

export function createTurns(): Turns {
  let waitedFor = 0;
  let rest = Promise.withResolvers<null>();
  return {
    soon: () => otherWork(),
    async later() {
      await otherWork();
      if (waitedFor === 0) return;
      const enough = new AbortController();
      await Promise.race([rest.promise, sleep(longestRestMs, undefined, { signal: enough.signal })]);
      enough.abort();
    },
    async ahead(work) {
      if (waitedFor === 0) rest = Promise.withResolvers<null>();
      waitedFor += 1;
      try {
        return await work();
      } finally {
        waitedFor -= 1;
        if (waitedFor === 0) rest.resolve(null);
      }
    },
  };
}
