// The audit log as the window shows it: what is asked of it, and what stands beside the list.
import type { CallDecision, CallSort } from '../../../electron/shared/audit-search.ts';
import type { Api } from '../../api/window-api.ts';
import type { Notices } from '../notices.svelte.ts';
import { CallFigures } from './call-figures.svelte.ts';
import { CallList } from './call-list.svelte.ts';
import { EventList } from './event-list.svelte.ts';
import { FilterValues } from './filter-values.svelte.ts';
import { LogExport } from './log-export.svelte.ts';
import { LogProof } from './log-proof.svelte.ts';
import { type Filter, narrowing, type Question, without } from './question.ts';
import { RecordState } from './record.svelte.ts';
import { SavedSearches } from './saved-searches.svelte.ts';

/** How long typing must rest before the log is searched, milliseconds. */
const typingMs = 150;
/** How often it is asked how far the index is while it is being built, milliseconds. */
const indexMs = 2_000;

export type ActivityTab = 'calls' | 'events';
/** What stands beside the list while no record does. */
export type Side = 'figures' | 'proof' | 'export' | null;

export class ActivityState {
  tab = $state<ActivityTab>('calls');
  side = $state<Side>(null);
  /** All but the words. */
  filter = $state.raw<Filter>({});
  /** As it is typed. */
  text = $state('');
  sort = $state<CallSort>('newest');
  /** How far the search index is, 0 to 1; null where it is whole. */
  indexing = $state<number | null>(null);
  readonly filtered = $derived(this.text.trim() !== '' || Object.keys(this.filter).length > 0);

  readonly list: CallList;
  readonly figures: CallFigures;
  readonly values: FilterValues;
  readonly saved: SavedSearches;
  readonly events: EventList;
  readonly proof: LogProof;
  readonly export: LogExport;
  readonly details: RecordState;

  /** What is asked for now; it follows the text once typing rests. */
  #asked = $state.raw<Question>({ filter: {}, sort: 'newest' });
  readonly #api: Api;
  readonly #notices: Notices;
  readonly #unsubscribe: () => void;
  #active = false;
  #indexTimer: ReturnType<typeof setTimeout> | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
    this.list = new CallList(api, notices, () => this.#asked);
    this.figures = new CallFigures(api, notices, () => this.#asked.filter);
    this.values = new FilterValues(api, notices, () => this.#asked.filter);
    this.saved = new SavedSearches(api, notices);
    this.events = new EventList(api, notices);
    this.proof = new LogProof(api, notices);
    this.export = new LogExport(api, notices, () => this.#asked.filter);
    this.details = new RecordState(api, notices);
    this.#unsubscribe = api.on('calls.changed', () => this.#wake());
  }

  /** The view is in front: reads what it shows, and goes on reading. */
  start(): void {
    this.#active = true;
    void this.#readIndex();
    if (this.saved.list === null) void this.saved.load();
    this.#startTab();
    if (this.side === 'proof') void this.proof.load();
  }

  /** The view is gone: nothing is read until it comes back. */
  stop(): void {
    this.#active = false;
    clearTimeout(this.#indexTimer);
    for (const part of [this.list, this.figures, this.events]) part.stop();
  }

  /** What is asked for, to save it. */
  get question(): Question {
    return this.#asked;
  }

  showTab(tab: ActivityTab): void {
    if (tab === this.tab) return;
    this.tab = tab;
    if (!this.#active) return;
    for (const part of [this.list, this.figures, this.events]) part.stop();
    this.#startTab();
  }

  /** Searches once typing rests. */
  setText(text: string): void {
    this.text = text;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#ask(), typingMs);
  }

  /** Narrows the log by something else besides the words. */
  setFilter(filter: Filter): void {
    this.filter = filter;
    this.#ask();
  }

  /** Asks the same again, after it failed. */
  retry(): void {
    this.#ask();
  }

  /** Follows the newest calls, from wherever the list is, or holds still. */
  follow(on: boolean): void {
    if (on && this.sort !== 'newest') {
      this.setSort('newest');
      return;
    }
    if (on && !this.list.following) this.details.close();
    this.list.setFollowing(on);
  }

  /** One decision, or all of them. */
  setDecision(decision: CallDecision | null): void {
    const rest = without(this.filter, 'decisions');
    this.setFilter(decision === null ? rest : { ...rest, decisions: [decision] });
  }

  setSort(sort: CallSort): void {
    this.sort = sort;
    this.#ask();
  }

  /** Sets everything that is asked for at once: for links that lead here, and saved searches. */
  show(filter: Filter, sort: CallSort = 'newest'): void {
    const { text = '', ...rest } = narrowing(filter);
    this.tab = 'calls';
    this.text = text;
    this.filter = rest;
    this.sort = sort;
    this.#ask();
  }

  /** Opens what stands beside the list, in place of a record. */
  showSide(side: Side): void {
    this.side = side;
    this.details.close();
    this.figures.showTops(side === 'figures');
    if (side === 'proof') void this.proof.load();
    if (side === 'export') void this.export.load();
  }

  /** Puts the cursor on a call; an open record goes with it. null: on none, and the record closes. */
  select(id: number | null): void {
    this.list.select(id);
    if (id === null) this.details.close();
    else if (this.details.id !== null) void this.details.open(id);
  }

  /** Opens a call in the side panel. */
  open(id: number): void {
    this.tab = 'calls';
    this.list.select(id);
    void this.details.open(id);
  }

  close(): void {
    this.stop();
    clearTimeout(this.#typing);
    this.#unsubscribe();
    this.events.close();
    this.proof.close();
    this.export.close();
  }

  #startTab(): void {
    if (this.tab === 'events') this.events.start();
    else for (const part of [this.list, this.figures]) part.start();
  }

  #wake(): void {
    if (this.tab === 'events') {
      this.events.wake();
      return;
    }
    this.list.wake();
    this.figures.wake();
    if (this.#active) void this.details.refresh();
  }

  #ask(): void {
    clearTimeout(this.#typing);
    const text = this.text.trim();
    this.#asked = { filter: text === '' ? this.filter : { ...this.filter, text }, sort: this.sort };
    this.details.close();
    if (!this.#active) {
      this.list.reset();
      return;
    }
    void this.list.ask();
    void this.figures.ask();
  }

  async #readIndex(): Promise<void> {
    const read = await this.#notices.attempt("Couldn't read how far the search index is.", () =>
      this.#api.ask('index.read'),
    );
    this.indexing = read.ok && read.value.state === 'building' ? read.value.share : null;
    clearTimeout(this.#indexTimer);
    if (this.indexing !== null && this.#active) {
      this.#indexTimer = setTimeout(() => void this.#readIndex(), indexMs);
    }
  }
}
