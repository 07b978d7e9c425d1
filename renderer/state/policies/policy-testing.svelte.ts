// A run of the policies' tests, with the lines that it reached.
import type { Api } from '../../api/window-api.ts';
import type { PolicyChange, PolicyTestRun } from '../../../electron/shared/policy-editing.ts';
import type { Notices } from '../notices.svelte.ts';

export class PolicyTesting {
  /** The last run; null before the first. */
  run = $state.raw<PolicyTestRun | null>(null);
  running = $state(false);
  /** The files were edited since: results and coverage are those of the text before. */
  stale = $state(false);
  readonly failed = $derived(
    this.run?.results.filter(({ outcome }) => outcome === 'failed' || outcome === 'error') ?? [],
  );

  readonly #api: Api;
  readonly #notices: Notices;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
  }

  async start(changes: readonly PolicyChange[]): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.stale = false;
    const files = changes.map(({ name, text }) => ({ name, text }));
    const run = await this.#notices.attempt("Couldn't run the tests.", () =>
      this.#api.ask('policy.test', { files }),
    );
    this.running = false;
    if (!run.ok) return;
    this.run = run.value;
    const { length } = run.value.results;
    if (length > 0) this.#notices.announce(`${length - this.failed.length} of ${length} tests passed.`);
  }
}
