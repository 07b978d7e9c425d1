// Keeps a fresh prompt from being answered by a click or a key that was meant for something else.
import { SvelteSet } from 'svelte/reactivity';
import { Timers } from './timers.ts';

/** How long a prompt takes no answer after it appeared or changed, milliseconds. */
export const guardMs = 500;

/** What is on the screen, in its order; `shown` stands for all that a person reads before answering. */
export interface Guarded {
  readonly id: string;
  readonly shown: string;
}

export class AnswerGuard {
  readonly #open = new SvelteSet<string>();
  readonly #timers = new Timers<string>();
  #before: readonly Guarded[] = [];

  /** Whether this prompt takes an answer now. */
  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /** Takes the prompts as they are now. Each that is new, says something else or has moved is shut for a while. */
  show(prompts: readonly Guarded[]): void {
    const before = this.#before;
    this.#before = prompts;
    for (const { id } of before) if (!prompts.some((prompt) => prompt.id === id)) this.#forget(id);
    for (const [place, { id, shown }] of prompts.entries()) {
      const old = before[place];
      if (old?.id !== id || old.shown !== shown) this.#shut(id);
    }
  }

  /** Shuts all of them for a while: the view was opened, or the window has just come to the front. */
  shutAll(): void {
    for (const { id } of this.#before) this.#shut(id);
  }

  close(): void {
    for (const { id } of this.#before) this.#forget(id);
    this.#before = [];
  }

  #shut(id: string): void {
    this.#forget(id);
    this.#timers.start(id, guardMs, () => this.#open.add(id));
  }

  #forget(id: string): void {
    this.#timers.stop(id);
    this.#open.delete(id);
  }
}
