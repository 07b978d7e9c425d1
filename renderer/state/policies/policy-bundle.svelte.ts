// The bundle that policies come from, as it stands now, and asking its server at once.
import type { PolicyBundleStatus } from '../../../electron/shared/policy-bundles.ts';
import type { Api } from '../../api/window-api.ts';
import type { Notices } from '../notices.svelte.ts';

export class PolicyBundle {
  /** null where policies come from this machine alone. */
  status = $state.raw<PolicyBundleStatus | null>(null);

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #unsubscribe: () => void;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
    this.#unsubscribe = api.on('policy.bundle.changed', (status) => (this.status = status));
  }

  async check(): Promise<void> {
    const asked = await this.#notices.attempt("Couldn't ask the bundle server.", () =>
      this.#api.ask('policy.bundle.check'),
    );
    if (!asked.ok) return;
    this.status = asked.value;
    if (asked.value?.problem === null)
      this.#notices.announce('The bundle in force is the one that is served.');
  }

  close(): void {
    this.#unsubscribe();
  }
}
