// The one record that is open in the side panel, with its whole story.
import type { CallStory } from '../../../electron/shared/audit-search.ts';
import type { Api } from '../../api/window-api.ts';
import type { Notices } from '../notices.svelte.ts';

export class RecordState {
  /** The record that is to be shown; null while the panel is closed. */
  id = $state<number | null>(null);
  #read = $state.raw<CallStory | null>(null);
  /** It was asked for and is not in the log: deleted after its time. */
  missing = $state(false);
  /** null until it is read. The one before is never shown under the new id. */
  readonly story = $derived(this.#read?.call.id === this.id ? this.#read : null);

  readonly #api: Api;
  readonly #notices: Notices;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
  }

  async open(id: number): Promise<void> {
    this.id = id;
    this.missing = false;
    await this.#load(id);
  }

  close(): void {
    this.id = null;
  }

  /** Reads a record again that was on its way when it was read. */
  async refresh(): Promise<void> {
    if (this.story?.call.status === 'pending') await this.#load(this.story.call.id);
  }

  /** A record's story, whichever is open; null where there is none or it could not be read. */
  async read(id: number): Promise<CallStory | null> {
    if (this.#read?.call.id === id) return this.#read;
    const read = await this.#notices.attempt("Couldn't read this record.", () =>
      this.#api.ask('calls.story', { id }),
    );
    return read.ok ? read.value : null;
  }

  async #load(id: number): Promise<void> {
    await this.#notices.attempt("Couldn't read this record.", async () => {
      const story = await this.#api.ask('calls.story', { id });
      if (this.id !== id) return;
      this.#read = story;
      this.missing = story === null;
    });
  }
}
