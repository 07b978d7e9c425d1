// The one record that is open in the side panel.
import type { Api } from '../api/window-api.ts';
import type { CallRecord } from '../../electron/shared/domain.ts';
import type { Notices } from './notices.svelte.ts';

export class RecordState {
  /** The record that is to be shown; null while the panel is closed. */
  id = $state<number | null>(null);
  #read = $state.raw<CallRecord | null>(null);
  /** It was asked for and is not in the log: deleted after its time. */
  missing = $state(false);
  /** null until it is read. The one before is never shown under the new id. */
  readonly record = $derived(this.#read?.id === this.id ? this.#read : null);

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
    if (this.record?.status === 'pending') await this.#load(this.record.id);
  }

  async #load(id: number): Promise<void> {
    await this.#notices.attempt("Couldn't read this record.", async () => {
      const record = await this.#api.ask('calls.read', id);
      if (this.id !== id) return;
      this.#read = record;
      this.missing = record === null;
    });
  }
}
