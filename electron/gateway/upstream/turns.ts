// The order in which messages leave over HTTP, where each one is a request of its own.

export type Turns = (alone: boolean, task: () => Promise<void>) => Promise<void>;

/**
 * Runs tasks as they come, at once and side by side, so that a cancellation overtakes the slow request that it is
 * for. A task that the later ones depend on (`alone`) holds them back, in order, until it has ended.
 */
export function createTurns(): Turns {
  let turn: Promise<unknown> = Promise.resolve();
  return async (alone, task) => {
    const ended = turn.then(task);
    // Whoever waits for the task hears of its failure; the next one has its turn all the same.
    if (alone) turn = ended.catch(() => null);
    return ended;
  };
}
