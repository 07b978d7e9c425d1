// The audit log as the window shows it: filtered, read page by page, following the newest calls or holding still.
import type { Api } from '../api/window-api.ts';
import type { CallPage, CallQuery } from '../../electron/shared/domain.ts';
import {
  type CallWindow,
  emptyWindow,
  partAbove,
  pendingSpan,
  withChanges,
  withNewer,
  withOlder,
  withPartAbove,
} from './call-window.ts';
import type { Notices } from './notices.svelte.ts';
import { RecordState } from './record.svelte.ts';

const narrowing: Readonly<Record<VerdictFilter, CallQuery>> = {
  all: {},
  allow: { verdict: 'allow' },
  deny: { verdict: 'deny' },
  asked: { asked: true },
};

/** `asked`: the calls that a person was asked about, whatever the answer. */
export type VerdictFilter = 'all' | 'allow' | 'deny' | 'asked';

const pageSize = 100;
/** At most this often the log is read while calls stream in, milliseconds. */
const readEveryMs = 200;
/** How long typing must rest before the log is searched, milliseconds. */
const typingMs = 150;
/** Calls on their way are looked at again among this many of the newest. */
const watchedCalls = 500;

export class ActivityState {
  window = $state.raw<CallWindow>(emptyWindow);
  /** The first page for these filters has not come yet. */
  loading = $state(true);
  /** The log could not be read, so an empty list says nothing about it. */
  failed = $state(false);
  verdict = $state<VerdictFilter>('all');
  text = $state('');
  readonly filtered = $derived(this.verdict !== 'all' || this.text.trim() !== '');
  /** Newer calls that are not shown, because the list holds still. */
  fresh = $state.raw({ count: 0, more: false });
  /** Goes up whenever the list starts anew, at its top. */
  starts = $state(0);
  /** The row that keys act on. */
  cursorId = $state<number | null>(null);
  readonly details: RecordState;

  #wanted = $state(true);
  #atTop = $state(true);
  /** New calls come in at the top by themselves: wanted, and nobody is reading further down or at one row. */
  readonly following = $derived(this.#wanted && this.#atTop && this.cursorId === null);

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #unsubscribe: () => void;
  #active = false;
  /** Counts changes of the filters, so that an answer to an older question is known as such. */
  #question = 0;
  /** Newest id in the list, and newest id that is counted in `fresh`. */
  #topId = 0;
  #countedId = 0;
  #readingOlder = false;
  #readingAbove = false;
  #resting = false;
  #due = false;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
    this.details = new RecordState(api, notices);
    this.#unsubscribe = api.on('calls.changed', () => this.#wake());
  }

  /** The view is in front: reads what it shows, and goes on reading. */
  start(): void {
    this.#active = true;
    if (this.following || this.window.calls.length === 0) void this.#reload();
    else this.#wake();
  }

  /** The view is gone: nothing is read until it comes back. */
  stop(): void {
    this.#active = false;
  }

  setVerdict(verdict: VerdictFilter): void {
    this.verdict = verdict;
    this.#ask();
  }

  /** Searches once typing rests. */
  setText(text: string): void {
    this.text = text;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.#ask(), typingMs);
  }

  /** Sets all filters at once, for links that lead here. */
  setFilters(verdict: VerdictFilter, text = ''): void {
    clearTimeout(this.#typingTimer);
    this.verdict = verdict;
    this.text = text;
    this.#ask();
  }

  /** On: back to the newest calls, wherever the list is. Off: it holds still. */
  setFollowing(on: boolean): void {
    this.#wanted = on;
    if (this.following) this.#wake();
    if (!on || this.following) return;
    this.#atTop = true;
    this.cursorId = null;
    this.details.close();
    void this.#reload();
  }

  /** Reads the list anew after it could not be read. */
  retry(): void {
    void this.#reload();
  }

  /** Tells whether the newest row is in sight. */
  setAtTop(atTop: boolean): void {
    if (this.#atTop === atTop) return;
    this.#atTop = atTop;
    if (this.following) this.#wake();
  }

  /** Puts the cursor on a call; an open panel goes with it. null: on none, and the panel closes. */
  select(id: number | null): void {
    this.cursorId = id;
    if (id === null) {
      this.details.close();
      if (this.following) this.#wake();
    } else if (this.details.id !== null) {
      void this.details.open(id);
    }
  }

  /** Opens a call in the side panel. */
  open(id: number): void {
    this.cursorId = id;
    void this.details.open(id);
  }

  /** Row of the cursor, counted from the top of the list; null where it is on none that is loaded. */
  get cursorRow(): number | null {
    const index = this.window.calls.findIndex(({ id }) => id === this.cursorId);
    return index === -1 ? null : index + this.window.dropped;
  }

  /** Moves the cursor by some rows, and no further than to the ends of what is loaded. */
  move(rows: number): void {
    const { calls, dropped } = this.window;
    const from = this.cursorRow;
    const wanted = from === null ? 0 : from - dropped + rows;
    const call = calls[Math.max(0, Math.min(calls.length - 1, wanted))];
    if (call !== undefined) this.select(call.id);
  }

  /** Reads what is missing of the rows that are in sight; `end` is exclusive. */
  show(start: number, end: number): void {
    const { calls, dropped, more } = this.window;
    if (start < dropped) void this.#readAbove();
    if (more && end >= dropped + calls.length) void this.#readOlder();
  }

  close(): void {
    this.stop();
    clearTimeout(this.#restTimer);
    clearTimeout(this.#typingTimer);
    this.#unsubscribe();
  }

  /** The filters have changed: everything is read anew. */
  #ask(): void {
    this.cursorId = null;
    this.details.close();
    this.#atTop = true;
    if (this.#active) void this.#reload();
    else this.window = emptyWindow;
  }

  async #reload(): Promise<void> {
    const question = ++this.#question;
    this.loading = true;
    const page = await this.#page({ limit: pageSize });
    if (question !== this.#question) return;
    this.loading = false;
    this.failed = page === null;
    if (page === null) return;
    this.window = { ...emptyWindow, calls: page.calls, more: page.more };
    this.starts += 1;
    this.#settle();
    if (this.#due) this.#wake();
  }

  async #readOlder(): Promise<void> {
    const last = this.window.calls.at(-1);
    if (this.#readingOlder || last === undefined) return;
    this.#readingOlder = true;
    const page = await this.#page({ before: last.id, limit: pageSize });
    this.#readingOlder = false;
    // The list may have lost its end meanwhile; then this page would leave a gap.
    if (page === null || this.window.calls.at(-1)?.id !== last.id) return;
    this.window = withOlder(this.window, page.calls, page.more);
  }

  async #readAbove(): Promise<void> {
    const part = partAbove(this.window);
    if (this.#readingAbove || part === null) return;
    this.#readingAbove = true;
    const page = await this.#page({ before: part.before, limit: part.count });
    this.#readingAbove = false;
    if (page === null || partAbove(this.window) !== part) return;
    this.window = withPartAbove(this.window, page.calls);
  }

  /** Something was written: reads it now, or after a rest where the log was read just before. */
  #wake(): void {
    this.#due = true;
    if (!this.#resting) void this.#refresh();
  }

  async #refresh(): Promise<void> {
    if (!this.#active || this.loading) return;
    this.#due = false;
    this.#resting = true;
    await (this.following ? this.#readNewer() : this.#countNewer());
    await this.#readPending();
    await this.details.refresh();
    this.#restTimer = setTimeout(() => {
      this.#resting = false;
      if (this.#due) void this.#refresh();
    }, readEveryMs);
  }

  async #readNewer(): Promise<void> {
    const after = this.#topId;
    const page = await this.#page({ after, limit: pageSize });
    if (page === null || after !== this.#topId || !this.following) return;
    // More came than a page holds, or the list has let its top go: it starts anew.
    if (page.more || this.window.dropped > 0) return this.#reload();
    if (page.calls.length > 0) this.window = withNewer(this.window, page.calls);
    this.#settle();
  }

  async #countNewer(): Promise<void> {
    const page = await this.#page({ after: this.#countedId, limit: pageSize });
    const newest = page?.calls[0];
    if (page === null || newest === undefined || this.following) return;
    this.#countedId = newest.id;
    this.fresh = { count: this.fresh.count + page.calls.length, more: this.fresh.more || page.more };
  }

  /** What was on its way may have ended. */
  async #readPending(): Promise<void> {
    const span = pendingSpan(this.window, watchedCalls);
    if (span === null) return;
    const page = await this.#page({ after: span.oldest - 1, before: span.newest + 1, limit: span.count });
    if (page !== null) this.window = withChanges(this.window, page.calls);
  }

  /** The list shows all there is. */
  #settle(): void {
    this.#topId = this.window.calls[0]?.id ?? 0;
    this.#countedId = this.#topId;
    this.fresh = { count: 0, more: false };
  }

  /** A page under the filters of now; null where it failed, or where the filters changed meanwhile. */
  async #page(cursors: Pick<CallQuery, 'before' | 'after' | 'limit'>): Promise<CallPage | null> {
    const question = this.#question;
    const text = this.text.trim();
    const read = await this.#notices.attempt("Couldn't read the audit log.", () =>
      this.#api.ask('calls.page', {
        ...cursors,
        ...narrowing[this.verdict],
        ...(text === '' ? {} : { text }),
      }),
    );
    return read.ok && question === this.#question ? read.value : null;
  }
}
