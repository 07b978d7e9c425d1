// The prompt's state: what waits, what was put off, and how high the window has to be for it.
import type { Api } from '../api/window-api.ts';
import { ApprovalsState } from './approvals.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { Ticker } from './ticker.ts';

export class PromptState {
  readonly notices = new Notices();
  readonly approvals: ApprovalsState;
  readonly ticker = new Ticker(1_000);
  /** Calls whose answer was put off: for them alone the prompt does not come up. */
  #putOff = $state.raw<readonly string[]>([]);
  /** There is a question to be shown. */
  get asks(): boolean {
    return this.approvals.pending.some(({ id }) => !this.#putOff.includes(id));
  }

  /** What was done can be taken back, or something failed: that is shown for a while even if nothing waits. */
  readonly tells = $derived(this.notices.list.length > 0);

  /** What gives the prompt the keyboard, as Electron writes it; null where nothing does. */
  shortcut = $state<string | null>(null);

  /** How often it was called back: each time the page says anew what there is to see. */
  recalls = $state(0);

  readonly #api: Api;
  readonly #unsubscribe: () => void;

  constructor(api: Api) {
    this.#api = api;
    this.approvals = new ApprovalsState(api, this.notices, 'prompt');
    this.#unsubscribe = api.on('prompt.recalled', ({ group }) => this.recall(group));
  }

  async load(): Promise<void> {
    await this.approvals.load();
  }

  /** Puts the answer to all that waits off: the window goes, and time runs on. */
  later(): void {
    this.#putOff = this.approvals.pending.map(({ id }) => id);
    for (const { id } of this.notices.list) this.notices.dismiss(id);
    this.approvals.leave();
  }

  /** Brings back what was put off, with this question or the one in front. It takes no answer for a moment. */
  recall(group: string | null): void {
    this.#putOff = [];
    if (group !== null && this.approvals.groups.some(({ key }) => key === group)) this.approvals.go(group);
    this.approvals.holdBack();
    this.recalls += 1;
  }

  /** Whether the question in front was put off before, while another one was not. */
  get isAtOldOne(): boolean {
    return this.approvals.current?.calls.every(({ id }) => this.#putOff.includes(id)) ?? false;
  }

  /** To the first question that was not put off. */
  goToNew(): void {
    const fresh = this.approvals.groups.find(({ calls }) =>
      calls.some(({ id }) => !this.#putOff.includes(id)),
    );
    if (fresh !== undefined) this.approvals.go(fresh.key);
  }

  /** Makes the window as high as what it shows; null hides it. */
  async fit(height: number | null): Promise<void> {
    await this.notices.attempt("The prompt couldn't be shown.", async () => {
      this.shortcut = await this.#api.ask('prompt.fit', { height });
    });
  }

  close(): void {
    this.#unsubscribe();
    this.approvals.close();
    this.notices.close();
  }
}
