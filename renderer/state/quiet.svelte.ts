// Do not disturb: until when nobody is asked, what would have been asked meanwhile, and the rules that can be made of it.
import type { Api } from '../api/window-api.ts';
import type { AnswerScope, QuietState, RuleDraft, UnaskedCall } from '../../electron/shared/approvals.ts';
import { type QuietSpan, quietUntil } from '../quiet-spans.ts';
import type { Notices } from './notices.svelte.ts';

type QuietAs = NonNullable<QuietState['current']>['as'];

/** A rule that is being made of calls that nobody was asked about. */
export interface RuleInMaking {
  readonly call: UnaskedCall;
  readonly allow: boolean;
  readonly scope: AnswerScope;
  /** Null until it is known. */
  readonly draft: RuleDraft | null;
}

export class QuietPeriods {
  /** null until read. */
  state = $state.raw<QuietState | null>(null);
  /** What becomes of calls in the next period. */
  as = $state<QuietAs>('deny');
  making = $state.raw<RuleInMaking | null>(null);
  busy = $state(false);
  readonly current = $derived(this.state?.current ?? null);

  readonly #api: Api;
  readonly #notices: Notices;
  readonly #onKept: (grants: readonly string[]) => void;
  readonly #unsubscribe: () => void;

  /** @param onKept called with the ids of rules that were written, to be taken back. */
  constructor(api: Api, notices: Notices, onKept: (grants: readonly string[]) => void) {
    this.#api = api;
    this.#notices = notices;
    this.#onKept = onKept;
    this.#unsubscribe = api.on('approvals.quiet.changed', (state) => (this.state = state));
  }

  async load(): Promise<void> {
    await this.#notices.attempt("Couldn't read whether you are to be asked.", async () => {
      this.state = await this.#api.ask('approvals.quiet.read');
    });
  }

  /** Nobody is asked from now on. */
  async begin(span: QuietSpan): Promise<void> {
    await this.#notices.attempt("Couldn't stop asking.", async () => {
      const until = quietUntil(span, Date.now());
      this.state = await this.#api.ask('approvals.quiet', { until, as: this.as });
      this.#notices.announce('You are not asked for a while.');
    });
  }

  async end(): Promise<void> {
    await this.#notices.attempt("Couldn't begin to ask again.", async () => {
      this.state = await this.#api.ask('approvals.quiet', { until: null, as: this.as });
      this.#notices.announce('You are asked again.');
    });
  }

  /** Shows the rule for such calls; null: none is to be made. */
  async make(call: UnaskedCall | null, allow = true, scope: AnswerScope = 'tool'): Promise<void> {
    if (call === null) {
      this.making = null;
      return;
    }
    const making: RuleInMaking = { call, allow, scope, draft: null };
    this.making = making;
    await this.#notices.attempt("Couldn't write the rule.", async () => {
      const draft = await this.#api.ask('approvals.rule', { id: call.id, allow, scope });
      if (this.making === making) this.making = { ...making, draft };
    });
  }

  /** Puts the rule in force. */
  async keep(): Promise<void> {
    const { making } = this;
    if (making?.draft?.possible !== true || this.busy) return;
    const { call, allow, scope, draft } = making;
    this.busy = true;
    await this.#notices.attempt("The rule couldn't be put in force.", async () => {
      const kept = await this.#api.ask('approvals.keep', { id: call.id, allow, scope });
      if (kept.outcome === 'refused') {
        this.making = { ...making, draft: { possible: false, why: kept.message } };
        return;
      }
      this.making = null;
      this.#notices.say(`In force: ${draft.title}.`, () => this.#onKept(kept.grants));
    });
    this.busy = false;
  }

  close(): void {
    this.#unsubscribe();
  }
}
