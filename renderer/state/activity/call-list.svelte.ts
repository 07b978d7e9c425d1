// The calls that a question finds, read page by page from either end, following the newest or holding still.
import type { CallHit, CallHits, CallSearch } from '../../../electron/shared/audit-search.ts';
import type { Api } from '../../api/window-api.ts';
import type { Notices } from '../notices.svelte.ts';
import { asked } from './asking.ts';
import {
  callAt,
  emptyRun,
  type HitRun,
  pagesBetween,
  pendingIn,
  rowOf,
  runOf,
  withChanges,
  withNewest,
  withNextPage,
  withoutFarPages,
  withPageAgain,
} from './hit-run.ts';
import { createLiveReading } from './live-reading.ts';
import type { Question } from './question.ts';

const pageSize = 100;
/** Calls that may gather on the first page while they stream in, before the list is read anew. */
const mostOnTop = 400;
/** Newer calls are counted up to this many; also how many are looked at again that were on their way. */
const mostCounted = 500;
/** At most this often the log is read while calls stream in, milliseconds. */
const readEveryMs = 200;
const failure = "Couldn't read the audit log.";
const opposite = {
  newest: 'oldest',
  oldest: 'newest',
  slowest: 'fastest',
  fastest: 'slowest',
  largest: 'smallest',
  smallest: 'largest',
} as const;

export class CallList {
  run = $state.raw<HitRun>(emptyRun);
  /** The first page of this question has not come yet. */
  loading = $state(true);
  /** The log could not be read, so an empty list says nothing about it. */
  failed = $state(false);
  /** Newer calls that are not shown, because the list holds still. */
  fresh = $state.raw({ count: 0, more: false });
  /** Goes up whenever the list starts anew, at its top or at its end. */
  starts = $state(0);
  /** The row that keys act on. */
  cursorId = $state<number | null>(null);

  #wanted = $state(true);
  #atTop = $state(true);
  #newestFirst = $state(true);
  /** New calls come in at the top by themselves: wanted, and nobody is reading further down or at one row. */
  readonly following = $derived(
    this.#wanted && this.#atTop && this.cursorId === null && this.#newestFirst && !this.run.fromEnd,
  );

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #question: () => Question;
  readonly #live = createLiveReading(readEveryMs, () => this.#refresh());
  /** Counts questions, so that an answer to an older one is known as such. */
  #asking = 0;
  /** What is in the run is of another question, or nothing was read yet. */
  #stale = true;
  /** Something was written while the first page was being read. */
  #wokenMeanwhile = false;
  #through = 0;
  #readingPages: readonly string[] = [];

  constructor(api: Api, notices: Notices, question: () => Question) {
    this.#api = api;
    this.#notices = notices;
    this.#question = question;
  }

  start(): void {
    this.#live.start();
    if (this.following || this.#stale) void this.#reload();
    else this.#live.wake();
  }

  stop(): void {
    this.#live.stop();
  }

  /** Something was written. */
  wake(): void {
    this.#live.wake();
  }

  /** The question has changed: what was read for the one before is not shown any more once there is an answer. */
  reset(): void {
    this.cursorId = null;
    this.#atTop = true;
    this.#newestFirst = this.#question().sort === 'newest';
    this.#asking += 1;
    this.#stale = true;
  }

  /** Reads everything anew. */
  async ask(): Promise<void> {
    this.reset();
    await this.#reload();
  }

  /** On: back to the newest calls, wherever the list is. Off: it holds still. */
  setFollowing(on: boolean): void {
    this.#wanted = on;
    if (!on) return;
    if (this.following) {
      this.#live.wake();
      return;
    }
    void this.ask();
  }

  /** Tells whether the first row is in sight. */
  setAtTop(atTop: boolean): void {
    if (this.#atTop === atTop) return;
    this.#atTop = atTop;
    if (this.following) this.#live.wake();
  }

  /** Puts the cursor on a call, or on none. */
  select(id: number | null): void {
    this.cursorId = id;
    if (this.following) this.#live.wake();
  }

  at(row: number): CallHit | undefined {
    return callAt(this.run, row);
  }

  /** Row of the cursor; null where it is on none that is loaded. */
  get cursorRow(): number | null {
    return this.cursorId === null ? null : rowOf(this.run, this.cursorId);
  }

  /** The call that is some rows from the cursor, within what is loaded; the first one where there is no cursor. */
  beside(rows: number): CallHit | undefined {
    const from = this.cursorRow;
    const wanted = from === null ? 0 : from + rows;
    return this.at(Math.max(0, Math.min(this.run.total - 1, wanted)));
  }

  /** Goes to the first call (`start`) or to the very last one, however many lie between. */
  async goTo(end: 'start' | 'end'): Promise<CallHit | undefined> {
    const fromEnd = end === 'end';
    if (fromEnd !== this.run.fromEnd && this.run.next !== null) await this.#reload(fromEnd);
    return this.at(fromEnd ? this.run.total - 1 : 0);
  }

  /** Reads what is missing of the rows that are in sight; `end` is exclusive. */
  show(start: number, end: number): void {
    const { run } = this;
    if (run.next !== null && (run.fromEnd ? start <= 0 : end >= run.total)) void this.#readOn(run.next);
    for (const index of pagesBetween(run, start, end)) {
      const page = run.pages[index];
      if (page?.calls === null && page.cursor !== undefined) void this.#readAgain(page.cursor);
    }
    this.run = withoutFarPages(run, start, end);
  }

  async #reload(fromEnd = false): Promise<void> {
    const asking = ++this.#asking;
    this.loading = true;
    const { filter, sort } = this.#question();
    const read = await asked(this.#notices, failure, () =>
      this.#api.ask('calls.search', {
        filter,
        sort: fromEnd ? opposite[sort] : sort,
        limit: pageSize,
        lane: 'activity',
      }),
    );
    if (asking !== this.#asking) return;
    this.loading = false;
    this.failed = !read.ok;
    if (this.#wokenMeanwhile) this.#live.wake();
    if (!read.ok) return;
    this.#stale = false;
    this.run = runOf(read.value, fromEnd);
    this.starts += 1;
    this.#settle(read.value);
  }

  /** Once for each page at a time. */
  async #readPage(cursor: string, take: (page: CallHits) => void): Promise<void> {
    if (this.#readingPages.includes(cursor)) return;
    this.#readingPages = [...this.#readingPages, cursor];
    const page = await this.#page(cursor);
    this.#readingPages = this.#readingPages.filter((other) => other !== cursor);
    if (page !== null) take(page);
  }

  #readOn(cursor: string): Promise<void> {
    return this.#readPage(cursor, (page) => {
      if (this.run.next === cursor) this.run = withNextPage(this.run, page);
    });
  }

  #readAgain(cursor: string): Promise<void> {
    return this.#readPage(cursor, ({ calls }) => {
      const index = this.run.pages.findIndex((page) => page.cursor === cursor);
      if (index !== -1) this.run = withPageAgain(this.run, index, calls);
    });
  }

  async #refresh(): Promise<void> {
    this.#wokenMeanwhile = this.loading;
    if (this.loading) return;
    await (this.following ? this.#readNewer() : this.#countNewer());
    await this.#readPending();
  }

  async #readNewer(): Promise<void> {
    const page = await this.#page();
    if (page === null || !this.following) return;
    const grown = withNewest(this.run, page, mostOnTop);
    if (grown === null) return this.#reload();
    this.run = grown;
    this.#settle(page);
  }

  async #countNewer(): Promise<void> {
    const { filter } = this.#question();
    const after = this.#through;
    const page = await this.#answer({ filter, after, limit: mostCounted });
    if (page === null || this.following || after !== this.#through) return;
    this.#through = page.through;
    this.fresh = {
      count: this.fresh.count + page.calls.length,
      more: this.fresh.more || page.cursor !== null,
    };
  }

  /** What was on its way may have ended, even so that it is not what was asked for any more. */
  async #readPending(): Promise<void> {
    const pending = pendingIn(this.run).map(({ id }) => id);
    if (pending.length === 0) return;
    const after = Math.min(...pending) - 1;
    const page = await this.#answer({ after, sort: 'oldest', limit: mostCounted });
    if (page !== null) this.run = withChanges(this.run, page.calls);
  }

  /** The list shows all there is. */
  #settle({ through }: CallHits): void {
    this.#through = through;
    this.fresh = { count: 0, more: false };
  }

  #page(cursor?: string): Promise<CallHits | null> {
    const { filter, sort } = this.#question();
    const order = this.run.fromEnd ? opposite[sort] : sort;
    return this.#answer({
      filter,
      sort: order,
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    });
  }

  /** Null where it failed, or where another question was asked meanwhile. */
  async #answer(search: CallSearch): Promise<CallHits | null> {
    const asking = this.#asking;
    const read = await asked(this.#notices, failure, () => this.#api.ask('calls.search', search));
    return read.ok && asking === this.#asking ? read.value : null;
  }
}
