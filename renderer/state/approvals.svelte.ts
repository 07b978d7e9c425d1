// The calls that wait for a person, and the answers given to them.
import { SvelteSet } from 'svelte/reactivity';
import type { Api } from '../api/window-api.ts';
import type { PendingApproval } from '../../electron/shared/approvals.ts';
import { clientName } from '../words/clients.ts';
import { wish } from '../words/wishes.ts';
import { AnswerGuard } from './answer-guard.svelte.ts';
import type { Notices } from './notices.svelte.ts';

export class ApprovalsState {
  /** The longest waiting first. */
  pending = $state.raw<readonly PendingApproval[]>([]);
  readonly #guard = new AnswerGuard();
  readonly #underWay = new SvelteSet<string>();
  /** Answered ids that a late snapshot may still hold. */
  #answered: readonly string[] = [];

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #unsubscribe: () => void;

  constructor(api: Api, notices: Notices) {
    this.#api = api;
    this.#notices = notices;
    this.#unsubscribe = api.on('approvals.changed', (pending) => this.#take(pending));
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read which calls wait.", async () => {
      this.#take(await this.#api.ask('approvals.list'));
    });
  }

  /** Whether an answer to this call is taken now. */
  isOpen(id: string): boolean {
    return this.#guard.isOpen(id) && !this.#underWay.has(id);
  }

  /** Takes no answer for a moment: the view was opened, or the window came to the front. */
  holdBack(): void {
    this.#guard.shutAll();
  }

  /** Answers a waiting call once. Does nothing while no answer is taken. */
  async answer(id: string, allow: boolean): Promise<void> {
    const call = this.pending.find((waiting) => waiting.id === id);
    if (call === undefined || !this.isOpen(id)) return;
    this.#underWay.add(id);
    const failure = allow ? "The call couldn't be allowed." : "The call couldn't be denied.";
    await this.#notices.attempt(failure, async () => {
      const given = await this.#api.ask('approvals.answer', { ids: [id], allow });
      const inTime = given.outcome === 'answered' && given.answered.includes(id);
      this.#answered = [...this.#answered, id];
      this.#show(this.pending.filter((waiting) => waiting.id !== id));
      if (inTime) this.#notices.announce(allow ? 'Allowed once.' : 'Denied.');
      else
        this.#notices.say('That call waits no more: it was answered elsewhere, timed out or was withdrawn.');
    });
    this.#underWay.delete(id);
  }

  close(): void {
    this.#guard.close();
    this.#unsubscribe();
  }

  /** A snapshot that was on its way while an answer was given still holds the answered call. */
  #take(snapshot: readonly PendingApproval[]): void {
    const before = this.pending;
    this.#answered = this.#answered.filter((id) => snapshot.some((call) => call.id === id));
    const pending = snapshot.filter(({ id, state }) => state === 'waiting' && !this.#answered.includes(id));
    this.#show(pending.toSorted((a, b) => a.since - b.since));
    const fresh = this.pending.find(({ id }) => !before.some((call) => call.id === id));
    if (fresh !== undefined)
      this.#notices.announce(`${clientName(fresh.client.name)} wants to ${wish(fresh)}.`);
  }

  #show(pending: readonly PendingApproval[]): void {
    this.pending = pending;
    // Time left isn't part of what is read before answering, nor is what is told later of earlier calls; all else is.
    this.#guard.show(
      pending.map(
        ({ now: _now, expiresAt: _expiresAt, heldUntil: _heldUntil, before: _before, ...call }) => ({
          id: call.id,
          shown: JSON.stringify(call),
        }),
      ),
    );
  }
}
