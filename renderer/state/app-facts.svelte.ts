// What the window knows of the app around it; it stays as it is while the window is open.
import type { Api } from '../api/window-api.ts';
import type { AppInfo } from '../../electron/shared/contract.ts';
import type { Notices } from './notices.svelte.ts';

export class AppFacts {
  /** null until read. */
  info = $state.raw<AppInfo | null>(null);

  readonly #api: Api;
  readonly #notices: Notices;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read what this app is.", async () => {
      this.info = await this.#api.ask('app.info');
    });
  }
}
