// Short notices: what was done and can be undone, what failed and what to do; and words for screen readers alone.
import { CommandError } from '../api/window-api.ts';
import { wayOut } from '../words/ways-out.ts';
import { Timers } from './timers.ts';

export interface Notice {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  /** Why it failed and what to do. */
  readonly detail: string | null;
  readonly undo: (() => void) | null;
}

/** What became of something that was attempted; a failure has been said already. */
export type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

const shownMs = { plain: 4_000, undoable: 10_000, failed: 20_000 } as const;
const most = 4;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  /** Said to screen readers, not shown. */
  announcement = $state('');
  #lastId = 0;
  readonly #timers = new Timers<number>();

  /** Something was done. With `undo` it stays for ten seconds. */
  say(text: string, undo: (() => void) | null = null): void {
    this.#add({ kind: 'done', text, detail: null, undo }, undo === null ? shownMs.plain : shownMs.undoable);
  }

  /** Something failed: `text` says what, the error says why. */
  fail(text: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const way = wayOut(error instanceof CommandError ? error.code : '');
    const detail = `${why.replace(/[.\s]*$/, '.')} ${way}`.trimEnd();
    this.#add({ kind: 'failed', text, detail, undo: null }, shownMs.failed);
  }

  /** Does something, and says so where it fails; `text` is what failed then. */
  async attempt<T>(text: string, act: () => Promise<T>): Promise<Attempt<T>> {
    try {
      return { ok: true, value: await act() };
    } catch (error) {
      this.fail(text, error);
      return { ok: false };
    }
  }

  announce(text: string): void {
    this.announcement = text;
  }

  dismiss(id: number): void {
    this.hold(id);
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Keeps a notice while the pointer or the focus is on it. */
  hold(id: number): void {
    this.#timers.stop(id);
  }

  /** Lets a held notice go after its time. */
  release(notice: Notice): void {
    if (!this.list.includes(notice)) return;
    this.#expire(notice.id, notice.kind === 'failed' ? shownMs.failed : shownMs.plain);
  }

  close(): void {
    this.#timers.close();
  }

  #add(notice: Omit<Notice, 'id'>, forMs: number): void {
    const id = ++this.#lastId;
    // The same thing said again takes the place of what was said before.
    const others = this.list.filter((other) => other.text !== notice.text).slice(-(most - 1));
    for (const gone of this.list.filter((other) => !others.includes(other))) this.hold(gone.id);
    this.list = [...others, { ...notice, id }];
    this.#expire(id, forMs);
  }

  #expire(id: number, forMs: number): void {
    this.#timers.start(id, forMs, () => this.dismiss(id));
  }
}
