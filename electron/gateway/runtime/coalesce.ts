// Turns many small changes into one notice.
import type { Closable } from '../ports.ts';

export interface Coalesced extends Closable {
  /** Asks for a run; it comes within the quiet time, once, however often it was asked for. */
  request(): void;
}

/** Runs `run` at most once in `quietMs` milliseconds. */
export function coalesce(run: () => void, quietMs: number): Coalesced {
  let timer: NodeJS.Timeout | null = null;
  return {
    request() {
      timer ??= setTimeout(() => {
        timer = null;
        run();
      }, quietMs);
    },
    close() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
