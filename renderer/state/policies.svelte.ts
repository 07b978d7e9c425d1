// The policy in force: its files, and why they are not the ones on disk where they aren't.
import type { Api } from '../api/window-api.ts';
import type { PolicyOverview } from '../../electron/shared/domain.ts';
import type { Notices } from './notices.svelte.ts';

export class PoliciesState {
  /** null until read. */
  overview = $state.raw<PolicyOverview | null>(null);
  #chosen = $state<string | null>(null);
  /** The file that is shown; the first until one is chosen. */
  readonly file = $derived(
    this.overview?.files.find(({ name }) => name === this.#chosen) ?? this.overview?.files[0] ?? null,
  );

  readonly #api: Api;
  readonly #notices: Notices;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read the policy.", async () => {
      this.overview = await this.#api.ask('policy.read');
    });
  }

  choose(name: string): void {
    this.#chosen = name;
  }
}
