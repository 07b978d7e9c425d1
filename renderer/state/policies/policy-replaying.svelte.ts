// What the policies as they are edited would have decided on the last calls.
import type { Api } from '../../api/window-api.ts';
import type { PolicyChange } from '../../../electron/shared/policy-editing.ts';
import type { PolicyReplay, ReplayChange } from '../../../electron/shared/policy-trial.ts';
import type { Notices } from '../notices.svelte.ts';

const pageSize = 100;

export class PolicyReplaying {
  /** The last replay as it stands; null where there was none. */
  replay = $state.raw<PolicyReplay | null>(null);
  /** Calls that would be answered otherwise, newest first. */
  changes = $state.raw<readonly ReplayChange[]>([]);
  more = $state(false);
  /** How many of the newest calls. */
  count = $state(1_000);
  /** The files were edited since. */
  stale = $state(false);
  /** It was asked for, and has not begun. */
  #starting = $state(false);
  readonly running = $derived(
    this.#starting || this.replay?.state === 'compiling' || this.replay?.state === 'running',
  );

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #changes: () => readonly PolicyChange[];
  readonly #unsubscribe: () => void;

  /** @param changes the files as they are edited. */
  constructor(api: Api, notices: Notices, changes: () => readonly PolicyChange[]) {
    this.#api = api;
    this.#notices = notices;
    this.#changes = changes;
    this.#unsubscribe = api.on('policy.replay.changed', (replay) => this.#take(replay));
  }

  async start(): Promise<void> {
    if (this.running) return;
    this.#starting = true;
    this.stale = false;
    this.changes = [];
    const files = this.#changes().map(({ name, text }) => ({ name, text }));
    const begun = await this.#notices.attempt("Couldn't replay the calls.", () =>
      this.#api.ask('policy.replay', { files, count: this.count }),
    );
    this.#starting = false;
    if (begun.ok) this.#take(begun.value);
  }

  async cancel(): Promise<void> {
    const id = this.replay?.id;
    if (id === undefined) return;
    await this.#notices.attempt("Couldn't stop the replay.", () =>
      this.#api.ask('policy.replay.cancel', { id }),
    );
  }

  async readOlder(): Promise<void> {
    const before = this.changes.at(-1)?.callId;
    if (before !== undefined && this.more) await this.#read(before);
  }

  close(): void {
    this.#unsubscribe();
  }

  #take(replay: PolicyReplay): void {
    // Events may come before the answer that says the same or less.
    const known = this.replay;
    if (
      known !== null &&
      (replay.id < known.id || (replay.id === known.id && replay.decided < known.decided))
    )
      return;
    const ended = replay.state === 'done' || replay.state === 'cancelled';
    const news = known?.id !== replay.id || known.state !== replay.state;
    this.replay = replay;
    if (ended && news && replay.changed > 0) void this.#read();
    if (ended && news) this.#notices.announce(`${replay.changed} of ${replay.decided} calls would change.`);
  }

  async #read(before?: number): Promise<void> {
    const id = this.replay?.id;
    if (id === undefined) return;
    const page = await this.#notices.attempt("Couldn't read which calls change.", () =>
      this.#api.ask('policy.replay.changes', {
        id,
        limit: pageSize,
        ...(before === undefined ? {} : { before }),
      }),
    );
    if (!page.ok || this.replay?.id !== id) return;
    this.changes = before === undefined ? page.value.changes : [...this.changes, ...page.value.changes];
    this.more = page.value.more;
  }
}
