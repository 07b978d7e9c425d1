// The time of day as something that views can depend on; it ticks only while one does.
import { createSubscriber } from 'svelte/reactivity';

export class Ticker {
  readonly #subscribe: () => void;

  /** @param everyMs how often dependents look again, milliseconds. */
  constructor(everyMs: number) {
    this.#subscribe = createSubscriber((update) => {
      const timer = setInterval(update, everyMs);
      return () => clearInterval(timer);
    });
  }

  /** Unix milliseconds. */
  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}
