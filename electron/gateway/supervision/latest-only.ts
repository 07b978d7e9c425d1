// Thins out a stream of snapshots: the first goes at once, and of those that follow closely only the newest.

type Send = (name: string, payload: unknown) => void;

export interface LatestOnly {
  readonly send: Send;
  close(): void;
}

/**
 * A gateway under load changes thousands of times a second; a window can be told only so often. Since each event
 * is a whole snapshot, a newer one makes an unsent older one of its name void.
 * @param quietMs At most one event of each name leaves within this time.
 */
export function createLatestOnly(send: Send, quietMs: number): LatestOnly {
  const unsent = new Map<string, { payload: unknown }>();
  const timers = new Map<string, NodeJS.Timeout>();

  function leave(name: string, payload: unknown): void {
    send(name, payload);
    timers.set(
      name,
      setTimeout(() => {
        timers.delete(name);
        const held = unsent.get(name);
        unsent.delete(name);
        if (held !== undefined) leave(name, held.payload);
      }, quietMs),
    );
  }

  return {
    send(name, payload) {
      if (timers.has(name)) unsent.set(name, { payload });
      else leave(name, payload);
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      unsent.clear();
    },
  };
}
