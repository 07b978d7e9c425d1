// Timers by name, at most one for each.

export class Timers<Key> {
  readonly #running = new Map<Key, ReturnType<typeof setTimeout>>();

  /** Does something once `ms` milliseconds have passed; takes the place of this key's earlier timer. */
  start(key: Key, ms: number, act: () => void): void {
    this.stop(key);
    const timer = setTimeout(() => {
      this.#running.delete(key);
      act();
    }, ms);
    this.#running.set(key, timer);
  }

  /** Ends a timer; does nothing where none runs. */
  stop(key: Key): void {
    clearTimeout(this.#running.get(key));
    this.#running.delete(key);
  }

  close(): void {
    for (const key of [...this.#running.keys()]) this.stop(key);
  }
}
