// How each part of the proxy is, read anew while it is shown.
import type { HealthPart } from '../../electron/shared/health.ts';
import type { Api } from '../api/window-api.ts';
import { createLiveReading } from './activity/live-reading.ts';
import type { Notices } from './notices.svelte.ts';

/** At most this often it is read, milliseconds. */
const restMs = 1_000;
/** Disks fill up without a word, milliseconds. */
const lookEveryMs = 5_000;

export class HealthState {
  /** null until read. */
  parts = $state.raw<readonly HealthPart[] | null>(null);

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #live = createLiveReading(restMs, () => this.#read());
  readonly #unsubscribe: () => void;
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
    this.#unsubscribe = api.on('status.changed', () => this.#live.wake());
  }

  start(): void {
    this.#live.start();
    this.#live.wake();
    this.#looking = setInterval(() => this.#live.wake(), lookEveryMs);
  }

  stop(): void {
    this.#live.stop();
    clearInterval(this.#looking);
  }

  close(): void {
    this.stop();
    this.#unsubscribe();
  }

  async #read(): Promise<void> {
    await this.#notices.attempt("Couldn't read how the parts of the proxy are.", async () => {
      this.parts = await this.#api.ask('health.read');
    });
  }
}
