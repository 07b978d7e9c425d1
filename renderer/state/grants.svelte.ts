// Answers that hold beyond the call they were given for, and the way to take them back.
import type { Api } from '../api/window-api.ts';
import type { Grant, Grants, StandingAnswer } from '../../electron/shared/approvals.ts';
import type { Notices } from './notices.svelte.ts';

export class GrantsState {
  /** Newest first. */
  temporary = $state.raw<readonly Grant[]>([]);
  standing = $state.raw<readonly StandingAnswer[]>([]);

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #unsubscribe: () => void;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
    this.#unsubscribe = api.on('grants.changed', (grants) => this.#take(grants));
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read which answers hold.", async () => {
      this.#take(await this.#api.ask('grants.list'));
    });
  }

  /** Ends an answer of either kind, at once; the notice takes that back. */
  async revoke(id: string): Promise<void> {
    await this.#notices.attempt("Couldn't take the answer back.", async () => {
      const done = await this.#api.ask('grants.revoke', { id });
      if (done) this.#notices.say('Taken back. You will be asked again.', () => void this.#restore(id));
      else this.#notices.say('That answer does not hold any more.');
    });
  }

  close(): void {
    this.#unsubscribe();
  }

  async #restore(id: string): Promise<void> {
    await this.#notices.attempt("Couldn't restore the answer.", async () => {
      const done = await this.#api.ask('grants.restore', { id });
      this.#notices.say(done ? 'The answer holds again.' : 'Its time is over by now.');
    });
  }

  #take({ temporary, standing }: Grants): void {
    this.temporary = temporary;
    this.standing = standing;
  }
}
