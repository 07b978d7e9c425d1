// Counts what happened within the last so-and-so many milliseconds, exactly.

/**
 * Holds the times of the newest `limit` events, so that its memory is bounded by the limit and each question costs the
 * same: one more fits where the oldest of them lies outside the window.
 */
export class SlidingWindow {
  readonly #times: Float64Array;
  readonly #windowMs: number;
  /** Where the next time goes: over the oldest one. */
  #next = 0;
  #newest = -Infinity;

  constructor(limit: number, windowMs: number) {
    this.#times = new Float64Array(limit).fill(-Infinity);
    this.#windowMs = windowMs;
  }

  /** Whether one more fits at `now`. All times are of one monotonic clock, milliseconds. */
  hasRoom(now: number): boolean {
    return (this.#times[this.#next] ?? -Infinity) <= now - this.#windowMs;
  }

  add(now: number): void {
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#times.length;
    this.#newest = now;
  }

  /** Whether nothing in it counts any more. */
  isIdle(now: number): boolean {
    return this.#newest <= now - this.#windowMs;
  }
}
