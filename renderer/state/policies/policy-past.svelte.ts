// The versions that were in force before, and the way back to one of them.
import type { Api } from '../../api/window-api.ts';
import type {
  PolicySaved,
  PolicyVersion,
  PolicyVersionFiles,
} from '../../../electron/shared/policy-editing.ts';
import type { Notices } from '../notices.svelte.ts';

const pageSize = 50;

export class PolicyPast {
  /** Newest first; null until read. */
  versions = $state.raw<readonly PolicyVersion[] | null>(null);
  more = $state(false);
  failed = $state(false);
  /** The version that is looked at. */
  shown = $state.raw<PolicyVersionFiles | null>(null);
  /** A version is being put back. */
  busy = $state(false);

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #onRollback: (saved: PolicySaved) => void;

  /** @param onRollback called with what became of a version that was to be put back. */
  constructor(api: Api, notices: Notices, onRollback: (saved: PolicySaved) => void) {
    this.#api = api;
    this.#notices = notices;
    this.#onRollback = onRollback;
  }

  async load(): Promise<void> {
    const page = await this.#notices.attempt("Couldn't read the history.", () =>
      this.#api.ask('policy.history', { limit: pageSize }),
    );
    this.failed = !page.ok;
    if (!page.ok) return;
    this.versions = page.value.versions;
    this.more = page.value.more;
  }

  async readOlder(): Promise<void> {
    const before = this.versions?.at(-1)?.id;
    if (before === undefined || !this.more) return;
    const page = await this.#notices.attempt("Couldn't read the history.", () =>
      this.#api.ask('policy.history', { before, limit: pageSize }),
    );
    if (!page.ok || this.versions?.at(-1)?.id !== before) return;
    this.versions = [...this.versions, ...page.value.versions];
    this.more = page.value.more;
  }

  async show(id: number): Promise<void> {
    const read = await this.#notices.attempt("Couldn't read this version.", () =>
      this.#api.ask('policy.version', { id }),
    );
    if (!read.ok) return;
    this.shown = read.value;
    if (read.value === null) this.#notices.say('This version is not kept any more.');
  }

  hide(): void {
    this.shown = null;
  }

  /** Puts a version back on disk and in force; the notice takes it back. */
  async rollback(id: number): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const before = this.versions?.find(({ inForce }) => inForce)?.id ?? null;
    const done = await this.#notices.attempt("Couldn't put this version back.", () =>
      this.#api.ask('policy.rollback', { id }),
    );
    this.busy = false;
    if (!done.ok) return;
    if (done.value.outcome === 'saved') {
      const undo = before === null ? null : () => void this.rollback(before);
      this.#notices.say(`Version ${id} is back in force.`, undo);
    }
    this.#onRollback(done.value);
    await this.load();
  }
}
