// The demonstration tour: three real calls, followed step by step.
import type { Api } from '../api/window-api.ts';
import type { DemoStep } from '../../electron/shared/domain.ts';
import type { Notices } from './notices.svelte.ts';

export class DemoState {
  steps = $state.raw<readonly DemoStep[]>([]);
  running = $state(false);

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #unsubscribe: () => void;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
    this.#unsubscribe = api.on('demo.changed', (steps) => {
      this.steps = steps;
    });
  }

  /** Ends when the last of the calls has its answer. A second run waits for the first. */
  async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.steps = [];
    await this.#notices.attempt("Couldn't run the three calls.", async () => {
      this.steps = await this.#api.ask('demo.run');
    });
    this.running = false;
  }

  close(): void {
    this.#unsubscribe();
  }
}
