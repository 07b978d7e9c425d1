// What happened besides calls: policies, modes, pauses, servers, clients, and what became of the log itself.
import type { LoggedEvent } from '../../../electron/shared/audit-search.ts';
import type { Api } from '../../api/window-api.ts';
import type { Notices } from '../notices.svelte.ts';
import { createLiveReading } from './live-reading.ts';

const pageSize = 100;
/** At most this often events are read anew, milliseconds. */
const readEveryMs = 1_000;
/** How long typing must rest before events are searched, milliseconds. */
const typingMs = 150;

export class EventList {
  /** Newest first; null until read. */
  events = $state.raw<readonly LoggedEvent[] | null>(null);
  more = $state(false);
  /** All kinds in the log. */
  kinds = $state.raw<readonly string[]>([]);
  text = $state('');
  /** The only one that is shown; empty: all. */
  kind = $state('');
  failed = $state(false);
  readonly filtered = $derived(this.text.trim() !== '' || this.kind !== '');

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #live = createLiveReading(readEveryMs, () => this.#readNewer());
  #asking = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
  }

  start(): void {
    this.#live.start();
    if (this.events === null) void this.ask();
    else this.#live.wake();
  }

  stop(): void {
    this.#live.stop();
  }

  wake(): void {
    this.#live.wake();
  }

  setText(text: string): void {
    this.text = text;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.ask(), typingMs);
  }

  /** Searches without waiting for typing to rest. */
  narrow(kind: string, text = this.text): void {
    clearTimeout(this.#typing);
    this.kind = kind;
    this.text = text;
    void this.ask();
  }

  async ask(): Promise<void> {
    this.#asking += 1;
    await this.#read({}, (found) => found);
  }

  async readOlder(): Promise<void> {
    const before = this.events?.at(-1)?.id;
    if (before === undefined || !this.more) return;
    await this.#read({ before }, (found) => [...(this.events ?? []), ...found]);
  }

  close(): void {
    clearTimeout(this.#typing);
    this.stop();
  }

  async #readNewer(): Promise<void> {
    const newest = this.events?.[0];
    if (newest === undefined) return this.ask();
    const asking = this.#asking;
    const read = await this.#search({ after: newest.id });
    if (!read.ok || asking !== this.#asking) return;
    // More came than a page holds: what lies between would be missing.
    if (read.value.more) return this.ask();
    this.events = [...read.value.events, ...(this.events ?? [])];
    this.kinds = read.value.kinds;
  }

  async #read(
    cursor: { before?: number },
    taken: (found: readonly LoggedEvent[]) => readonly LoggedEvent[],
  ): Promise<void> {
    const asking = this.#asking;
    const read = await this.#search(cursor);
    if (asking !== this.#asking) return;
    this.failed = !read.ok;
    if (!read.ok) return;
    this.events = taken(read.value.events);
    this.more = read.value.more;
    this.kinds = read.value.kinds;
  }

  #search(cursor: { before?: number; after?: number }) {
    return this.#notices.attempt("Couldn't read what happened.", () =>
      this.#api.ask('events.search', {
        ...cursor,
        text: this.text.trim(),
        kinds: this.kind === '' ? [] : [this.kind],
        limit: pageSize,
      }),
    );
  }
}
