// What is wrong with the policies as they are edited, looked at once typing rests.
import type { Api } from '../../api/window-api.ts';
import type { PolicyChange, PolicyCheck, PolicyDiagnostic } from '../../../electron/shared/policy-editing.ts';
import type { Notices } from '../notices.svelte.ts';

/** How long typing must rest before it is checked, milliseconds. */
const restMs = 350;

export class PolicyChecking {
  /** Of the last check; null until there was one. */
  result = $state.raw<PolicyCheck | null>(null);
  /** Something was edited that the result does not know of yet. */
  checking = $state(false);
  readonly diagnostics: readonly PolicyDiagnostic[] = $derived(this.result?.diagnostics ?? []);
  readonly errors = $derived(this.diagnostics.filter(({ severity }) => severity === 'error').length);

  readonly #api: Api;
  readonly #notices: Notices;
  /** Counts what was asked, so that an answer to older files is known as such. */
  #question = 0;
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
  }

  /** Checks these files once nothing else is asked for a while. */
  ask(changes: readonly PolicyChange[]): void {
    const question = ++this.#question;
    this.checking = true;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => void this.#check(question, changes), restMs);
  }

  /** A save has checked these files by the way. */
  take(result: PolicyCheck): void {
    this.#question += 1;
    clearTimeout(this.#restTimer);
    this.checking = false;
    this.result = result;
  }

  close(): void {
    this.#question += 1;
    clearTimeout(this.#restTimer);
  }

  async #check(question: number, changes: readonly PolicyChange[]): Promise<void> {
    const files = changes.map(({ name, text }) => ({ name, text }));
    const checked = await this.#notices.attempt("Couldn't check the policies.", () =>
      this.#api.ask('policy.check', { files }),
    );
    if (question !== this.#question) return;
    this.checking = false;
    if (checked.ok) this.result = checked.value;
  }
}
