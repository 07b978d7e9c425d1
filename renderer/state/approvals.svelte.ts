// The calls that wait for a person: one question at a time, and the answers given to them.
import { SvelteSet } from 'svelte/reactivity';
import type { Api } from '../api/window-api.ts';
import type {
  AnswerDuration,
  AnswerPlace,
  AnswerScope,
  ApprovalAnswered,
  PendingApproval,
} from '../../electron/shared/approvals.ts';
import { indentedJson } from '../argument-tree.ts';
import { timeOfDay } from '../format.ts';
import { answeredSentence } from '../words/answers.ts';
import { clientName } from '../words/clients.ts';
import { wish } from '../words/wishes.ts';
import { AnswerForm } from './answer-form.svelte.ts';
import { AnswerGuard } from './answer-guard.svelte.ts';
import { AnswerHold } from './answer-hold.ts';
import type { Notices } from './notices.svelte.ts';
import { Timers } from './timers.ts';

/** Calls that differ in nothing: one question, one answer. */
export interface ApprovalGroup {
  readonly key: string;
  /** The longest waiting of them stands for all. */
  readonly call: PendingApproval;
  readonly calls: readonly PendingApproval[];
}

/** How long typing a note rests before the rule is drafted anew, milliseconds. */
const draftRestMs = 250;

export class ApprovalsState {
  /** The longest waiting first. */
  pending = $state.raw<readonly PendingApproval[]>([]);
  readonly groups = $derived(groupsOf(this.pending));
  /** The question that is in front; null where there is none. */
  readonly current = $derived(this.groups.find(({ key }) => key === this.#key) ?? null);
  /** What is chosen for it, before it is answered. */
  form = $state.raw(new AnswerForm());
  #key = $state<string | null>(null);
  /** When the snapshot came, by this page's clock. */
  #tookAt = $state(0);
  /** The longest time left that each call was seen with, milliseconds. */
  #longest: Readonly<Record<string, number>> = {};
  readonly #guard = new AnswerGuard();
  readonly #underWay = new SvelteSet<string>();
  readonly #hold: AnswerHold;
  readonly #drafting = new Timers<'draft'>();
  /** Answered ids that a late snapshot may still hold. */
  #answered: readonly string[] = [];

  readonly #api: Api;
  readonly #via: AnswerPlace;
  readonly #notices: Notices;
  readonly #unsubscribe: () => void;

  /** @param via where answers are given: the log says so. */
  constructor(api: Api, notices: Notices, via: AnswerPlace) {
    this.#api = api;
    this.#via = via;
    this.#notices = notices;
    this.#hold = new AnswerHold(api, notices, () => this.pending.map(({ id }) => id));
    this.#unsubscribe = api.on('approvals.changed', (pending) => this.#take(pending));
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read which calls wait.", async () => {
      this.#take(await this.#api.ask('approvals.list'));
    });
  }

  /** Where the question in front stands among all, from 0; -1 for none. */
  get place(): number {
    return this.groups.findIndex(({ key }) => key === this.#key);
  }

  /** Whether an answer to the question in front is taken now. */
  get isOpen(): boolean {
    return this.#taken().length > 0;
  }

  /** Time until the default is taken, milliseconds: it stands still while somebody is at it. */
  left(call: PendingApproval, now: number): number {
    const { expiresAt, heldUntil } = call;
    const left = heldUntil === null ? expiresAt - call.now - (now - this.#tookAt) : expiresAt - heldUntil;
    return Math.max(0, left);
  }

  /** The same as a part of the whole, from 1 to 0. */
  share(call: PendingApproval, now: number): number {
    const whole = this.#longest[call.id] ?? 0;
    return whole === 0 ? 0 : Math.min(1, this.left(call, now) / whole);
  }

  /** To the next question (1), or the one before (-1). */
  move(by: number): void {
    const next = this.groups[Math.max(0, Math.min(this.place + by, this.groups.length - 1))];
    if (next !== undefined) this.go(next.key);
  }

  go(key: string): void {
    if (key === this.#key) return;
    this.#begin(key);
    this.#watch();
    if (this.current !== null) this.#announce(this.current.call);
  }

  /** Brings the question in front to the prompt beside the tray, whoever has put it off there. */
  async showPrompt(): Promise<void> {
    const group = this.#key;
    await this.#notices.attempt("The prompt couldn't be shown.", async () => {
      const isShown = await this.#api.ask('prompt.recall', { group });
      if (!isShown) this.#notices.say('There is no prompt on this display: answer the call here.');
    });
  }

  /** Takes no answer for a moment: the view was opened, or the window came to the front. */
  holdBack(): void {
    this.#guard.shutAll();
  }

  /** Somebody is reading or choosing: the countdown stands still. */
  touch(): void {
    this.#hold.touch();
  }

  /** Nobody is at it any more: the countdown goes on. */
  leave(): void {
    this.#hold.release();
  }

  setDuration(duration: AnswerDuration): void {
    const offered = this.current?.call.offers.durations.includes(duration) ?? false;
    if (!offered || (duration !== 'once' && this.form.edited !== null)) return;
    this.form.duration = duration;
    this.#draftSoon(0);
  }

  setScope(scope: AnswerScope): void {
    this.form.scope = scope;
    this.#draftSoon(0);
  }

  setNote(note: string): void {
    this.form.note = note;
    this.#draftSoon(draftRestMs);
  }

  /** Shows the rule for this answer. */
  showDraft(allow: boolean): void {
    this.form.draftAllows = allow;
    this.#draftSoon(0);
  }

  /** Begins to edit the arguments, or leaves them as they came. */
  toggleEditing(): void {
    const call = this.current?.call;
    if (call?.editable !== true) return;
    const { form } = this;
    form.edited = form.edited === null ? indentedJson(call.arguments) : null;
    if (form.edited !== null) form.duration = 'once';
  }

  /** Answers the question in front, once. Does nothing while no answer is taken. */
  async answer(allow: boolean): Promise<void> {
    const group = this.current;
    const { form } = this;
    const edited = allow ? form.edited : null;
    const ids = edited === null ? this.#taken() : this.#taken().slice(0, 1);
    if (group === null || ids.length === 0) return;
    if (edited !== null && form.fault !== null) {
      form.refusal = form.fault;
      return;
    }
    const { duration, scope, note } = form;
    for (const id of ids) this.#underWay.add(id);
    form.refusal = null;
    const failure = allow ? "The call couldn't be allowed." : "The call couldn't be denied.";
    await this.#notices.attempt(failure, async () => {
      const given = await this.#api.ask('approvals.answer', {
        ids,
        allow,
        duration,
        scope,
        note,
        via: this.#via,
        ...(edited === null ? {} : { editedArguments: edited }),
      });
      if (given.outcome === 'refused') {
        form.refusal = given.message;
        return;
      }
      this.#answered = [...this.#answered, ...ids];
      this.#show(this.pending.filter(({ id }) => !ids.includes(id)));
      this.#say(given, answeredSentence(group.call, allow, duration, scope, ids.length));
    });
    for (const id of ids) this.#underWay.delete(id);
  }

  close(): void {
    this.#hold.close();
    this.#drafting.close();
    this.#guard.close();
    this.#unsubscribe();
  }

  /** What became of an answer; one that holds for longer can be taken back. */
  #say(given: Extract<ApprovalAnswered, { outcome: 'answered' }>, sentence: string): void {
    const { answered, kept, keptUntil, grants } = given;
    if (grants.length > 0) this.#notices.say(sentence, () => void this.#takeBack(grants));
    else if (answered.length > 0) this.#notices.announce(sentence);
    if (kept.length > 0 && keptUntil !== null) {
      this.#notices.say(
        `The client had given up. If it tries the same again before ${timeOfDay(keptUntil)}, it has your answer.`,
      );
    } else if (answered.length + kept.length === 0) {
      this.#notices.say('That call waits no more: it was answered elsewhere, timed out or was withdrawn.');
    }
  }

  async #takeBack(ids: readonly string[]): Promise<void> {
    await this.#notices.attempt("Couldn't take it back.", async () => {
      for (const id of ids) await this.#api.ask('grants.revoke', { id });
      this.#notices.say('Taken back. You will be asked again.');
    });
  }

  /** Ids of the question in front that have been shown for long enough, and are not being answered. */
  #taken(): string[] {
    const calls = this.current?.calls ?? [];
    return calls.map(({ id }) => id).filter((id) => this.#guard.isOpen(id) && !this.#underWay.has(id));
  }

  #draftSoon(ms: number): void {
    const { form } = this;
    const id = this.current?.call.id;
    if (form.duration !== 'always' || id === undefined) {
      this.#drafting.stop('draft');
      form.draft = null;
      return;
    }
    this.#drafting.start('draft', ms, () => {
      const { scope, note, draftAllows: allow } = form;
      void this.#notices.attempt("Couldn't write the rule.", async () => {
        const draft = await this.#api.ask('approvals.rule', { id, allow, scope, note });
        const isMeant = form.duration === 'always' && form.scope === scope && form.draftAllows === allow;
        if (isMeant) form.draft = draft;
      });
    });
  }

  /** A snapshot that was on its way while an answer was given still holds the answered call. */
  #take(snapshot: readonly PendingApproval[]): void {
    const before = this.pending;
    this.#answered = this.#answered.filter((id) => snapshot.some((call) => call.id === id));
    this.#tookAt = Date.now();
    this.#longest = Object.fromEntries(
      snapshot.map((call) => [call.id, Math.max(this.#longest[call.id] ?? 0, this.left(call, this.#tookAt))]),
    );
    const shown = this.current?.key;
    const pending = snapshot.filter(
      // What its client has given up stays under the eyes of whoever reads it, and comes up nowhere else.
      ({ id, state, group }) =>
        !this.#answered.includes(id) &&
        (state === 'waiting' || (group === shown && before.some((call) => call.id === id))),
    );
    this.#show(pending.toSorted((a, b) => a.since - b.since));
    this.#hold.follow();
    const fresh = this.pending.find(({ id }) => !before.some((call) => call.id === id));
    if (fresh !== undefined) this.#announce(fresh);
  }

  #announce(call: PendingApproval): void {
    this.#notices.announce(`${clientName(call.client.name)} wants to ${wish(call)}.`);
  }

  #show(pending: readonly PendingApproval[]): void {
    const place = this.place;
    this.pending = pending;
    if (this.current === null) {
      const next = this.groups[Math.max(0, Math.min(place, this.groups.length - 1))];
      this.#begin(next?.key ?? null);
    }
    this.#watch();
  }

  #begin(key: string | null): void {
    this.#drafting.stop('draft');
    this.#key = key;
    this.form = new AnswerForm();
  }

  #watch(): void {
    // Time left isn't part of what is read before answering, nor is what is told later of earlier calls; all else is.
    this.#guard.show(
      (this.current?.calls ?? []).map(
        ({ now: _now, expiresAt: _expiresAt, heldUntil: _heldUntil, before: _before, ...call }) => ({
          id: call.id,
          shown: JSON.stringify(call),
        }),
      ),
    );
  }
}

function groupsOf(pending: readonly PendingApproval[]): ApprovalGroup[] {
  return [...Map.groupBy(pending, ({ group }) => group)].flatMap(([key, calls]) => {
    const call = calls[0];
    return call === undefined ? [] : [{ key, call, calls }];
  });
}
