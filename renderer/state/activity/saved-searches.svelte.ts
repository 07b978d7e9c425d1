// Searches that somebody keeps, under names of their own.
import type { SavedSearch } from '../../../electron/shared/audit-search.ts';
import type { Api } from '../../api/window-api.ts';
import type { Notices } from '../notices.svelte.ts';
import type { Question } from './question.ts';

export class SavedSearches {
  /** In the order in which they were saved; null until read. */
  list = $state.raw<readonly SavedSearch[] | null>(null);

  readonly #api: Api;
  readonly #notices: Notices;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read the saved searches.", async () => {
      this.list = await this.#api.ask('searches.list');
    });
  }

  /** False where it could not be saved. */
  save(name: string, question: Question): Promise<boolean> {
    return this.#write({ name, ...question });
  }

  rename(search: SavedSearch, name: string): Promise<boolean> {
    return this.#write({ ...search, name });
  }

  async remove(search: SavedSearch): Promise<void> {
    await this.#notices.attempt("Couldn't remove the search.", async () => {
      await this.#api.ask('searches.remove', { id: search.id });
      await this.load();
      this.#notices.say(`“${search.name}” is removed.`, () => void this.#write(search));
    });
  }

  async #write(search: { id?: string; name: string } & Question): Promise<boolean> {
    const saved = await this.#notices.attempt("Couldn't save the search.", () =>
      this.#api.ask('searches.save', search),
    );
    if (saved.ok) await this.load();
    return saved.ok;
  }
}
