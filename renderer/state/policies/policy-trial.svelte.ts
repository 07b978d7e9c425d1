// One input, held against the policies as they are edited: what they decide, and which rules did it.
import type { Api } from '../../api/window-api.ts';
import type { CallSummary } from '../../../electron/shared/domain.ts';
import type { PolicyChange } from '../../../electron/shared/policy-editing.ts';
import type { PolicyTried } from '../../../electron/shared/policy-trial.ts';
import type { Notices } from '../notices.svelte.ts';

/** How many calls can be chosen from. */
const offered = 100;

export class PolicyTrial {
  /** JSON text; what is written here is tried. */
  input = $state('');
  /** The call that the input came from; null where none did. */
  callId = $state<number | null>(null);
  /** A call may have named several resources, and a policy is asked about each. */
  inputs = $state.raw<readonly string[]>([]);
  /** Why the input of a call is not known. */
  unknown = $state<string | null>(null);
  /** Newest first; null until read. */
  calls = $state.raw<readonly CallSummary[] | null>(null);
  result = $state.raw<PolicyTried | null>(null);
  trying = $state(false);
  /** Input or files were edited since the result. */
  stale = $state(false);

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #changes: () => readonly PolicyChange[];

  /** @param changes the files as they are edited. */
  constructor(api: Api, notices: Notices, changes: () => readonly PolicyChange[]) {
    this.#api = api;
    this.#notices = notices;
    this.#changes = changes;
  }

  async loadCalls(): Promise<void> {
    const page = await this.#notices.attempt("Couldn't read the audit log.", () =>
      this.#api.ask('calls.search', { limit: offered }),
    );
    if (page.ok) this.calls = page.value.calls.filter(({ reason }) => reason !== 'pass');
  }

  /** Takes the input of a recorded call, and tries it. */
  async take(callId: number): Promise<void> {
    this.callId = callId;
    const read = await this.#notices.attempt("Couldn't read what the policy saw of this call.", () =>
      this.#api.ask('policy.input', { callId }),
    );
    if (!read.ok || this.callId !== callId) return;
    this.unknown = read.value.known ? null : read.value.message;
    this.inputs = read.value.known ? read.value.inputs : [];
    this.result = null;
    this.input = this.inputs[0] ?? '';
    if (this.inputs.length > 0) await this.start();
  }

  choose(input: string): void {
    this.edit(input);
    void this.start();
  }

  edit(input: string): void {
    this.input = input;
    this.stale = true;
  }

  async start(): Promise<void> {
    if (this.trying || this.input.trim() === '') return;
    const { input } = this;
    this.trying = true;
    this.stale = false;
    const files = this.#changes().map(({ name, text }) => ({ name, text }));
    const tried = await this.#notices.attempt("Couldn't try this input.", () =>
      this.#api.ask('policy.try', { files, input }),
    );
    this.trying = false;
    if (tried.ok) this.result = tried.value;
  }
}
