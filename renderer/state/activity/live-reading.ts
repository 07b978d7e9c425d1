// Reads again what has changed, at once but not more often than every so many milliseconds, and only while it is shown.

export interface LiveReading {
  /** What is shown may be out of date. */
  wake(): void;
  /** It is shown from now on; what came meanwhile is read. */
  start(): void;
  /** It is not shown any more: nothing is read. */
  stop(): void;
}

export function createLiveReading(everyMs: number, read: () => Promise<void>): LiveReading {
  let shown = false;
  let resting = false;
  let due = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function go(): Promise<void> {
    if (!shown || resting || !due) return;
    due = false;
    resting = true;
    await read();
    timer = setTimeout(() => {
      resting = false;
      void go();
    }, everyMs);
  }

  return {
    wake() {
      due = true;
      void go();
    },
    start() {
      shown = true;
      void go();
    },
    stop() {
      shown = false;
      clearTimeout(timer);
      resting = false;
    },
  };
}
