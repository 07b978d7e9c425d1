// What people and scripts do with calls that wait: answer them, hold them, let them be for a while.
import type {
  AnswerPlace,
  ApprovalAnswered,
  ApprovalCommands,
  approvalAnswer,
  Grant,
  RuleDraft,
  StandingAnswer,
} from '../../shared/approvals.ts';
import type { Handlers } from '../../shared/contract.ts';
import type { PolicyDiagnostic } from '../../shared/policy-editing.ts';
import type { z } from 'zod';
import type { Call } from '../call.ts';
import type { Clock } from '../ports.ts';
import type { AskedCall } from './asked-call.ts';
import { editedCall } from './edited-call.ts';
import type { Grants } from './grants.ts';
import type { LateAnswers } from './late-answers.ts';
import type { QuietPeriod } from './quiet-period.ts';
import type { WaitingCall } from './waiting-call.ts';

type Wish = z.output<typeof approvalAnswer>;
type RuleWish = Pick<Wish, 'allow' | 'scope' | 'note'>;

/** Answers for always, as rules of the policy. */
export interface AnswerRules {
  draft(asked: Pick<AskedCall, 'call' | 'decision'>, wish: RuleWish): RuleDraft;
  /** Writes a draft and puts it in force, or does nothing. Rejects with a CommandError where it can't be written. */
  save(draft: Extract<RuleDraft, { possible: true }>, note: string): Promise<RuleSaved>;
  list(): StandingAnswer[];
  /** False where there is none. Rejects with a CommandError where the policy would not work without it. */
  revoke(id: string): Promise<boolean>;
  restore(id: string): Promise<boolean>;
}

export type RuleSaved =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string; readonly diagnostics: PolicyDiagnostic[] };

/** An answer that goes beyond one call began to hold, or was taken back. */
export interface GrantNews {
  readonly kind: 'granted' | 'revoked';
  readonly id: string;
  /** For people. */
  readonly what: string;
  /** What it is about, and for how long. */
  readonly scope: string;
  /** Unix milliseconds; null where it has no end that is known. */
  readonly until: number | null;
}

export interface AnswerSettings {
  readonly clock: Clock;
  readonly newRequestId: () => string;
  readonly rules: AnswerRules;
  readonly onGrant: (news: GrantNews) => void;
}

export interface ApprovalCommandServices extends AnswerSettings {
  readonly queue: ReadonlyMap<string, WaitingCall>;
  readonly grants: Grants;
  readonly late: LateAnswers;
  readonly quiet: QuietPeriod;
  /** Answers what waits as the quiet period says. */
  readonly dismissQuietly: () => void;
  readonly onChange: (what: 'pending' | 'grants' | 'quiet') => void;
}

export function createApprovalCommands(services: ApprovalCommandServices): Handlers<ApprovalCommands> {
  const { clock, queue, grants, late, quiet, rules, onChange, onGrant } = services;
  /** What is being answered: writing a rule takes a moment, in which nobody else answers. */
  const busy = new Set<string>();

  const waitingFor = (id: string) => {
    const waiting = queue.get(id);
    return waiting === undefined || waiting.isGivenUp ? undefined : waiting;
  };
  const find = (id: string) => queue.get(id)?.asked ?? late.find(id) ?? quiet.find(id);

  async function answer(wish: Wish): Promise<ApprovalAnswered> {
    const ids = [...new Set(wish.ids)].filter((id) => !busy.has(id));
    const asked = ids.flatMap((id) => waitingFor(id)?.asked ?? late.find(id) ?? []);
    let edited: Call | null = null;
    if (wish.editedArguments !== undefined && asked[0] !== undefined) {
      if (waitingFor(asked[0].call.requestId) === undefined)
        return refused('The client has given this call up: nobody waits for it any more');
      const made = editedCall(asked[0].call, wish.editedArguments, services.newRequestId());
      if (!made.ok) return refused(made.why);
      edited = made.call;
    }
    if (wish.duration === 'once') return end(wish, ids, edited, []);
    for (const { call } of asked) {
      busy.add(call.requestId);
      queue.get(call.requestId)?.hold();
    }
    try {
      const stored = await store(asked, wish);
      return stored.ok ? end(wish, ids, edited, stored.ids) : refused(stored.message, stored.diagnostics);
    } finally {
      for (const { call } of asked) {
        busy.delete(call.requestId);
        queue.get(call.requestId)?.release();
      }
      onChange('pending');
    }
  }

  type Stored = { readonly ok: true; readonly ids: string[] } | Extract<RuleSaved, { ok: false }>;

  /** What goes beyond these calls comes first: where that fails, nothing is answered. */
  async function store(asked: readonly AskedCall[], wish: Wish): Promise<Stored> {
    const { duration } = wish;
    if (duration === 'once') return { ok: true, ids: [] };
    const alike = Map.groupBy(asked, ({ caller, targets, reason }) =>
      JSON.stringify([caller, targets[wish.scope], reason]),
    );
    const ids: string[] = [];
    for (const [first] of alike.values()) {
      if (first === undefined) continue;
      if (duration === 'always') {
        const saved = await saveRule(first, wish);
        if (!saved.ok) return saved;
        ids.push(...saved.ids);
        continue;
      }
      const given = grants.give(first, { ...wish, duration });
      if (given === null) {
        const message =
          'This client can’t be told from others that call themselves the same: answer this call alone';
        return { ok: false, message, diagnostics: [] };
      }
      ids.push(given.id);
      onGrant(newsOf('granted', given));
    }
    return { ok: true, ids };
  }

  async function saveRule(asked: AskedCall, wish: RuleWish): Promise<Stored> {
    const draft = rules.draft(asked, wish);
    if (!draft.possible) return { ok: false, message: draft.why, diagnostics: [] };
    const saved = await rules.save(draft, wish.note);
    if (!saved.ok) return saved;
    onChange('grants');
    const { id, title: what } = draft;
    onGrant({ kind: 'granted', id, what, scope: `${wish.scope}, always`, until: null });
    return { ok: true, ids: [id] };
  }

  function end(wish: Wish, ids: readonly string[], edited: Call | null, stored: string[]): ApprovalAnswered {
    const { allow, note, duration, scope, via } = wish;
    const notes = [answeredAt[via], ...(note === '' ? [] : [`Note: ${note}`])];
    const answered: string[] = [];
    const kept: string[] = [];
    let keptUntil: number | null = null;
    const given: AskedCall[] = [];
    for (const id of ids) {
      const waiting = waitingFor(id);
      const gone = late.find(id);
      if (waiting?.answer({ allow, by: 'person', notes, edited }) === true) {
        answered.push(id);
        given.push(waiting.asked);
      } else if (gone !== undefined) {
        keptUntil = late.keep(gone, { allow, note, via });
        kept.push(id);
        given.push(gone);
      }
    }
    if (duration !== 'once') {
      for (const waiting of queue.values()) {
        if (waiting.isGivenUp || busy.has(waiting.asked.call.requestId)) continue;
        if (given.some((asked) => covers(asked, waiting.asked, scope)))
          waiting.answer({ allow, by: 'grant', notes: [`Answered with ${stored.join(', ')}`], edited: null });
      }
    }
    const gone = wish.ids.filter((id) => !answered.includes(id) && !kept.includes(id));
    return { outcome: 'answered', answered, kept, keptUntil, gone, grants: stored };
  }

  return {
    'approvals.list': () => [...queue.values()].map((waiting) => waiting.shown()),
    'approvals.answer': answer,

    'approvals.hold'({ id, held }) {
      const waiting = queue.get(id);
      if (waiting === undefined) return false;
      const isHeld = held && waiting.hold();
      if (!held) waiting.release();
      onChange('pending');
      return isHeld === held;
    },

    'approvals.rule'({ id, ...wish }) {
      const asked = find(id);
      return asked === undefined ? { possible: false, why: unknown } : rules.draft(asked, wish);
    },

    async 'approvals.keep'({ id, ...wish }) {
      const asked = find(id);
      if (asked === undefined) return refused(unknown);
      const saved = await saveRule(asked, wish);
      if (!saved.ok) return refused(saved.message, saved.diagnostics);
      return { outcome: 'answered', answered: [], kept: [], keptUntil: null, gone: [], grants: saved.ids };
    },

    'approvals.quiet'(wish) {
      quiet.set(wish);
      services.dismissQuietly();
      return quiet.state();
    },
    'approvals.quiet.read': () => quiet.state(),

    'grants.list': () => ({ now: clock.now(), temporary: grants.list(), standing: rules.list() }),
    'grants.revoke': ({ id }) => {
      const held = grants.list().find((each) => each.id === id);
      if (held !== undefined && grants.revoke(id)) {
        onGrant(newsOf('revoked', held));
        return true;
      }
      const rule = rules.list().find((each) => each.id === id);
      return changed('revoked', id, rule?.title, rules.revoke(id));
    },
    'grants.restore': ({ id }) => {
      if (!grants.restore(id)) return changed('granted', id, undefined, rules.restore(id));
      for (const held of grants.list()) if (held.id === id) onGrant(newsOf('granted', held));
      return true;
    },
  };

  async function changed(
    kind: GrantNews['kind'],
    id: string,
    title: string | undefined,
    done: Promise<boolean>,
  ): Promise<boolean> {
    const isDone = await done;
    if (!isDone) return false;
    onChange('grants');
    const what = title ?? rules.list().find((each) => each.id === id)?.title ?? id;
    onGrant({ kind, id, what, scope: 'always', until: null });
    return true;
  }
}

function newsOf(kind: GrantNews['kind'], grant: Grant): GrantNews {
  const { id, allow, scope, duration, client, server, tool, resource, method, expiresAt } = grant;
  const target = [tool ?? resource ?? method ?? 'everything', ...(server === null ? [] : [`of ${server}`])];
  const what = `${allow ? 'Allow' : 'Deny'} ${target.join(' ')} for ${client.id ?? client.name}`;
  return { kind, id, what, scope: `${scope}, ${duration}`, until: expiresAt };
}

/** Stands in the record of a call. */
export const answeredAt: Readonly<Record<AnswerPlace, string>> = {
  window: 'Answered in the window',
  prompt: 'Answered in the prompt',
  tray: 'Answered in the menu of the tray',
  notification: 'Answered on the notification',
  terminal: 'Answered in the terminal',
  api: 'Answered over the admin API',
};

const unknown = 'This call is not known any more.';

function refused(message: string, diagnostics: PolicyDiagnostic[] = []): ApprovalAnswered {
  return { outcome: 'refused', message, diagnostics };
}

/** Whether an answer to one of two calls is one to the other, too. */
function covers(one: AskedCall, other: AskedCall, scope: Wish['scope']): boolean {
  const isCaller =
    (one.caller.session !== null && one.caller.session === other.caller.session) ||
    (one.caller.lasting !== null && one.caller.lasting === other.caller.lasting);
  return isCaller && one.targets[scope] === other.targets[scope] && one.reason === other.reason;
}
