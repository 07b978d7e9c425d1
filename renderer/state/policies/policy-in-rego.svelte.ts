// A JSON policy as the Rego that it becomes, a moment after each edit.
import type { Api } from '../../api/window-api.ts';
import type { PolicyInRego } from '../../../electron/shared/policy-editing.ts';
import type { Notices } from '../notices.svelte.ts';

/** How long typing must rest, milliseconds. */
const restMs = 150;

export class InRego {
  /** What the last text that was valid became; null until there was one. */
  rego = $state.raw<string | null>(null);
  /** What keeps the text from becoming Rego; empty where nothing does. */
  problems = $state.raw<Extract<PolicyInRego, { ok: false }>['problems']>([]);

  readonly #api: Api;
  readonly #notices: Notices;
  #file = '';
  #question = 0;
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
  }

  show(file: string, text: string): void {
    const isOther = file !== this.#file;
    if (isOther) {
      this.rego = null;
      this.problems = [];
      this.#file = file;
    }
    const question = ++this.#question;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => void this.#ask(question, text), isOther ? 0 : restMs);
  }

  close(): void {
    this.#question += 1;
    clearTimeout(this.#restTimer);
  }

  async #ask(question: number, text: string): Promise<void> {
    const made = await this.#notices.attempt("Couldn't show this policy as Rego.", () =>
      this.#api.ask('policy.rego', { text }),
    );
    if (!made.ok || question !== this.#question) return;
    this.problems = made.value.ok ? [] : made.value.problems;
    if (made.value.ok) this.rego = made.value.rego;
  }
}
