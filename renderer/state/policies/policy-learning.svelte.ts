// Rules out of recorded calls: proposed for a period, or for one call; looked through; then drafts like any other edit.
import type { Api } from '../../api/window-api.ts';
import type {
  PolicyAnswer,
  PolicyLearned,
  PolicyProposal,
  RuleOfCall,
} from '../../../electron/shared/policy-trial.ts';
import type { Notices } from '../notices.svelte.ts';
import { boundsOf, type LearnBounds, type LearnPeriod } from './learn-periods.ts';
import {
  emptyRule,
  groupsOf,
  type LearnedRule,
  namesIn,
  proposalOf,
  type RuleGroup,
  ruleOf,
} from './learned-rules.ts';
import type { PolicyFiles } from './policy-files.svelte.ts';

/** How long ticking and typing must rest before the files are written anew, milliseconds. */
const restMs = 200;

/** A call that a rule is made from, with what became of it then. */
export interface CallToRule {
  readonly callId: number;
  readonly was: PolicyAnswer;
  /** What decided about it then. */
  readonly by: string | null;
}

export class PolicyLearning {
  period = $state<LearnPeriod>('week');
  days = $state.raw({ from: '', to: '' });
  /** When nobody was to be disturbed, if that is what is learned from; it can be chosen again then. */
  quiet = $state.raw<LearnBounds | null>(null);
  /** What was found in the log; null until something was looked for, and for a rule of one call. */
  found = $state.raw<Pick<PolicyLearned, 'calls' | 'withoutArguments' | 'cut'> | null>(null);
  /** Set while a rule is made of one call. */
  call = $state.raw<CallToRule | null>(null);
  answer = $state<PolicyAnswer>('deny');
  rules = $state.raw<readonly LearnedRule[]>([]);
  /** The rules as files; they are drafts already. */
  texts = $state.raw<readonly { readonly name: string; readonly text: string }[]>([]);
  running = $state(false);
  /** Calls that were looked at so far. */
  looked = $state(0);
  /** Only these are shown; empty: all. What is ticked counts, shown or not. */
  client = $state('');
  server = $state('');
  readonly kept = $derived(this.rules.filter(({ kept }) => kept));
  readonly groups = $derived(groupsOf(this.rules.filter((rule) => this.#isShown(rule))));
  readonly clients = $derived(namesIn(this.rules, 'client'));
  readonly servers = $derived(namesIn(this.rules, 'server'));
  /** What a rule of one call can say: anything but what becomes of such calls anyway. */
  readonly answers = $derived.by(() => {
    const all: readonly PolicyAnswer[] = ['allow', 'ask', 'deny'];
    const { call } = this;
    if (call === null) return [];
    // An exception has to say from which rule it is one.
    return all.filter(
      (answer) => answer !== call.was && (answer === 'deny' || call.was === 'allow' || call.by !== null),
    );
  });

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #files: PolicyFiles;
  readonly #onEdit: () => void;
  readonly #unsubscribe: () => void;
  #lastId = 0;
  /** Somebody has ended the learning: that it failed is no news then. */
  /** Told to stop by the user, who need not be told that it has. */
  #stopping = new AbortController();
  /** Counts what the files were asked for, so that an answer to older rules is known as such. */
  #question = 0;
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param onEdit called after each change of the drafts. */
  constructor(api: Api, notices: Notices, files: PolicyFiles, onEdit: () => void) {
    this.#api = api;
    this.#notices = notices;
    this.#files = files;
    this.#onEdit = onEdit;
    this.#unsubscribe = api.on('policy.learn.changed', ({ calls }) => (this.looked = calls));
  }

  async learn(): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.looked = 0;
    const { signal } = (this.#stopping = new AbortController());
    try {
      const bounds = boundsOf(this.period, this.days, this.quiet, Date.now());
      const learned = await this.#api.ask('policy.learn', bounds);
      this.#begin(learned.proposals, null);
      this.found = learned;
      this.#take(learned.files);
      this.#notices.announce(`${learned.proposals.length} rules are proposed.`);
    } catch (error) {
      if (!signal.aborted) this.#notices.fail("Couldn't learn from the log.", error);
    }
    this.running = false;
  }

  /** From the calls that nobody was asked about, and all others of that time. */
  async learnFromQuiet(bounds: LearnBounds): Promise<void> {
    if (this.running) return;
    this.quiet = bounds;
    this.period = 'quiet';
    await this.learn();
  }

  async cancel(): Promise<void> {
    this.#stopping.abort();
    await this.#notices.attempt("Couldn't stop it.", () => this.#api.ask('policy.learn.cancel'));
  }

  /** @returns false where no rule can be made of this call, which has been said then. */
  async fromCall(callId: number): Promise<boolean> {
    const read = await this.#notices.attempt("Couldn't make a rule of this call.", () =>
      this.#api.ask('policy.propose', { callId }),
    );
    if (!read.ok) return false;
    if (!read.value.possible) {
      this.#notices.say(`No rule can be made of this call. ${read.value.message}`);
      return false;
    }
    const { proposal, answer: was, rule: by } = read.value;
    this.#begin([proposal], { callId, was, by });
    const [first, ...others] = this.answers;
    if (first === undefined) {
      this.forget();
      this.#notices.say('Such calls are denied already, and it is not known by which rule.');
      return false;
    }
    this.answer = others.includes('deny') ? 'deny' : first;
    this.#compose(0);
    return true;
  }

  setAnswer(answer: PolicyAnswer): void {
    this.answer = answer;
    this.#compose(0);
  }

  change(id: number, change: Partial<Omit<LearnedRule, 'id'>>): void {
    this.rules = this.rules.map((rule) => (rule.id === id ? { ...rule, ...change } : rule));
    this.#compose();
  }

  keepAll(group: RuleGroup, kept: boolean): void {
    const isOf = (rule: LearnedRule) => group.rules.some(({ id }) => id === rule.id);
    this.rules = this.rules.map((rule) => (isOf(rule) ? { ...rule, kept } : rule));
    this.#compose();
  }

  /** Adds a tool that was not used yet, after the others of its group. */
  add(group: RuleGroup, tool: string): void {
    const after = this.rules.findLastIndex(({ id }) => group.rules.some((rule) => rule.id === id));
    this.rules = this.rules.toSpliced(after + 1, 0, emptyRule(group, tool, ++this.#lastId));
    this.#compose();
  }

  /** Takes the drafts away, and what was proposed. */
  discard(): void {
    const { rules, call, found, texts } = this;
    this.forget();
    this.#files.discardAll(
      texts.map(({ name }) => name),
      () => {
        Object.assign(this, { rules, call, found, texts });
        this.#onEdit();
      },
    );
    this.#onEdit();
  }

  /** Leaves the drafts as they are, saved or not. */
  forget(): void {
    clearTimeout(this.#restTimer);
    this.#question += 1;
    this.rules = [];
    this.texts = [];
    this.call = null;
    this.found = null;
  }

  close(): void {
    clearTimeout(this.#restTimer);
    this.#unsubscribe();
  }

  #isShown({ proposal: { client, server } }: LearnedRule): boolean {
    return (this.client === '' || this.client === client) && (this.server === '' || this.server === server);
  }

  #begin(proposals: readonly PolicyProposal[], call: CallToRule | null): void {
    this.forget();
    this.client = '';
    this.server = '';
    this.call = call;
    this.rules = proposals.map((proposal) => ruleOf(proposal, ++this.#lastId));
  }

  #compose(afterMs = restMs): void {
    const question = ++this.#question;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => void this.#write(question), afterMs);
  }

  async #write(question: number): Promise<void> {
    if (this.kept.length === 0) {
      // A policy without any would deny everything, and nobody means that.
      for (const { name } of this.texts) this.#files.lay(name, null);
      this.texts = [];
      this.#onEdit();
      return;
    }
    const made = await this.#notices.attempt("Couldn't write these rules.", () =>
      this.#api.ask('policy.compose', { proposals: this.kept.map(proposalOf), rule: this.#ruleOfCall() }),
    );
    if (made.ok && question === this.#question) this.#take(made.value.files);
  }

  #ruleOfCall(): RuleOfCall | null {
    const { call, answer } = this;
    if (call === null) return null;
    return { callId: call.callId, answer, except: call.was === 'allow' ? null : call.by };
  }

  #take(files: PolicyLearned['files']): void {
    if (this.kept.length === 0) return;
    this.texts = files;
    for (const { name, text } of files) this.#files.lay(name, text);
    this.#onEdit();
  }
}
