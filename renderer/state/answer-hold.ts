// Stops the countdown of what waits for as long as somebody is at it, and a little longer.
import type { Api } from '../api/window-api.ts';
import type { Notices } from './notices.svelte.ts';

/** Who has not moved for so long is gone, milliseconds. */
export const idleMs = 20_000;
/** A hold is for 30 s; it is renewed in time, milliseconds. */
const renewMs = 10_000;

export class AnswerHold {
  readonly #api: Api;
  readonly #notices: Notices;
  readonly #waiting: () => readonly string[];
  #timer: ReturnType<typeof setInterval> | undefined;
  #lastMove = 0;
  #held: ReadonlySet<string> = new Set();

  /** @param waiting ids of all that waits: whoever is at one of them is at the queue. */
  constructor(api: Api, notices: Notices, waiting: () => readonly string[]) {
    this.#api = api;
    this.#notices = notices;
    this.#waiting = waiting;
  }

  /** Somebody has moved. */
  touch(): void {
    this.#lastMove = Date.now();
    if (this.#timer !== undefined || this.#waiting().length === 0) return;
    this.#timer = setInterval(() => this.#renew(), renewMs);
    this.#renew();
  }

  /** What waits is not what it was: what is new is held, too. */
  follow(): void {
    if (this.#timer === undefined) return;
    const waiting = this.#waiting();
    const fresh = waiting.filter((id) => !this.#held.has(id));
    this.#held = new Set(waiting);
    for (const id of fresh) this.#say(id, true);
    if (waiting.length === 0) this.#stop();
  }

  /** Whoever was there has gone. */
  release(): void {
    if (this.#timer === undefined) return;
    for (const id of this.#held) this.#say(id, false);
    this.#stop();
  }

  close(): void {
    this.#stop();
  }

  #renew(): void {
    if (Date.now() - this.#lastMove > idleMs) {
      this.release();
      return;
    }
    const waiting = this.#waiting();
    this.#held = new Set(waiting);
    for (const id of waiting) this.#say(id, true);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#held = new Set();
  }

  #say(id: string, held: boolean): void {
    void this.#notices.attempt("The countdown couldn't be stopped.", () =>
      this.#api.ask('approvals.hold', { id, held }),
    );
  }
}
