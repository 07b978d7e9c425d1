// Notices that another thread has gone silent.

/** Ticks within the limit; more would only cost wake-ups. */
const ticks = 10;

export interface StallWatch {
  /** A sign of life. */
  alive(): void;
  close(): void;
}

/**
 * Calls `onStall` once, when no sign of life has come for `limitMs` milliseconds. Time is counted in ticks of the
 * watching thread rather than read from a clock: while that one did not run (the machine slept, or it was busy) it
 * could not have heard anything either.
 */
export function watchForStall(limitMs: number, onStall: () => void): StallWatch {
  let silentTicks = 0;
  const timer = setInterval(() => {
    silentTicks += 1;
    if (silentTicks < ticks) return;
    clearInterval(timer);
    onStall();
  }, limitMs / ticks);
  return {
    alive() {
      silentTicks = 0;
    },
    close: () => clearInterval(timer),
  };
}
