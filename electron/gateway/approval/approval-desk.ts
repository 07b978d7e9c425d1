// "Shall I?": answers calls by what a person has said before, or holds them while one is asked.
import type { PendingApproval } from '../../shared/approvals.ts';
import type { Answer, ApprovalDesk, Logger } from '../ports.ts';
import {
  answeredAt,
  createApprovalCommands,
  type AnswerRules,
  type AnswerSettings,
} from './approval-commands.ts';
import { askedCall, type AskedCall } from './asked-call.ts';
import { identify } from './caller-identity.ts';
import { createGrants, type GrantsOptions } from './grants.ts';
import { createLateAnswers } from './late-answers.ts';
import { createQuietPeriod } from './quiet-period.ts';
import { shownApproval, type ApprovalWords } from './shown-approval.ts';
import { startWaitingCall, type WaitingCall } from './waiting-call.ts';

export interface ApprovalDeskOptions extends AnswerSettings, Omit<GrantsOptions, 'onChange'> {
  readonly logger: Logger;
  /** How long a call waits, milliseconds. */
  readonly timeoutMs: number;
  /** How long the countdown of one call may stand still in all, milliseconds. */
  readonly longestHoldMs: number;
  /** What becomes of a call that nobody answered. */
  readonly onTimeout: 'allow' | 'deny';
  /** At most this many wait at once; one more is treated as if nobody were there. */
  readonly maxPending: number;
  /** How long a call can still be answered after its client gave up, and that answer holds; milliseconds. */
  readonly retryWindowMs: number;
  readonly words: ApprovalWords;
  /** What the log knows of earlier calls; comes when it comes. */
  readonly before: (asked: AskedCall) => Promise<PendingApproval['before']>;
  readonly rules: AnswerRules;
  /** What waits, is granted, or is quiet, is not what it was. */
  readonly onChange: (what: 'pending' | 'grants' | 'quiet') => void;
}

/** Whoever holds says so again within this time, milliseconds. */
const HOLD_LEASE_MS = 30_000;

export function createApprovalDesk(options: ApprovalDeskOptions): ApprovalDesk {
  const { clock, logger, onChange } = options;
  const byDefault = options.onTimeout === 'allow';
  /** The longest waiting first. Those whose clients gave up are among them while somebody holds them. */
  const queue = new Map<string, WaitingCall>();
  const grants = createGrants({ ...options, onChange: () => onChange('grants') });
  const late = createLateAnswers({ clock, windowMs: options.retryWindowMs });
  const quiet = createQuietPeriod({ clock, onChange: () => onChange('quiet') });
  let attended = false;
  let closed = false;
  /** How often all that waited was let go: what was on its way to the queue then does not get there any more. */
  let dismissals = 0;

  /** The answer that needs nobody to be asked; null where it does. */
  function knownAnswer(asked: AskedCall): Answer | null {
    if (closed) return unasked(false, 'nobody_to_ask');
    const granted = grants.use(asked);
    if (granted !== null) {
      const { allow, scope, note, id } = granted;
      return unasked(allow, 'grant', [`Answered before, ${scopeWords[scope]} (${id})`, ...noted(note)]);
    }
    const kept = late.take(asked);
    if (kept !== null) {
      const { allow, of, via, note } = kept;
      return unasked(allow, 'grant', [`Answered after ${of} was given up`, answeredAt[via], ...noted(note)]);
    }
    const quietAs = quiet.answer(asked);
    return quietAs === null ? null : unasked(quietAs === 'record', 'quiet');
  }

  function hold(asked: AskedCall, withdrawn: AbortSignal): Promise<Answer> {
    const { requestId: id } = asked.call;
    const leave = () => {
      waiting.end();
      queue.delete(id);
      onChange('pending');
    };
    const waiting = startWaitingCall({
      asked,
      fixed: shownApproval(asked, options.onTimeout, options.words),
      now: () => clock.now(),
      timeoutMs: options.timeoutMs,
      longestHoldMs: options.longestHoldMs,
      leaseMs: HOLD_LEASE_MS,
      withdrawn,
      onRelease: () => (waiting.isGivenUp ? leave() : onChange('pending')),
      onOver: () => (waiting.isGivenUp ? leave() : waiting.answer(nobody('no_answer'))),
      onAnswered() {
        if (waiting.isGivenUp) late.gaveUp(asked);
        // It does not vanish under the hands of whoever reads it.
        if (waiting.isGivenUp && waiting.isHeld) onChange('pending');
        else leave();
      },
    });
    queue.set(id, waiting);
    onChange('pending');
    void tellBefore(waiting);
    return waiting.answered;
  }

  async function tellBefore(waiting: WaitingCall): Promise<void> {
    try {
      const before = await options.before(waiting.asked);
      if (before === null || !queue.has(waiting.asked.call.requestId)) return;
      waiting.tell(before);
      onChange('pending');
    } catch (error) {
      logger.warn('approval_history_unknown', {
        requestId: waiting.asked.call.requestId,
        error: String(error),
      });
    }
  }

  const nobody = (by: 'no_answer' | 'nobody_to_ask') => ({ allow: byDefault, by, notes: [], edited: null });

  function dismissAll(): void {
    dismissals += 1;
    for (const waiting of [...queue.values()]) waiting.answer(nobody('nobody_to_ask'));
  }

  return {
    async ask(call, decision, question, client, withdrawn) {
      const before = dismissals;
      const caller = await identify(call, client);
      const asked = askedCall(call, decision, question, caller);
      if (withdrawn.aborted) return unasked(false, 'withdrawn');
      const answer = knownAnswer(asked);
      if (answer !== null) return answer;
      const isDismissed = !attended || dismissals > before;
      if (isDismissed || queue.size >= options.maxPending) return { ...nobody('nobody_to_ask'), waitedMs: 0 };
      const over = client.waits();
      try {
        return await hold(asked, withdrawn);
      } finally {
        over();
      }
    },

    commands: createApprovalCommands({ ...options, queue, grants, late, quiet, dismissQuietly }),

    dismissAll,

    setAttended(someoneIsThere) {
      attended = someoneIsThere;
      if (!attended) dismissAll();
    },

    sessionEnded: (sessionId) => grants.sessionEnded(sessionId),

    close() {
      closed = true;
      attended = false;
      for (const waiting of [...queue.values()]) {
        waiting.answer({ ...nobody('nobody_to_ask'), allow: false });
        waiting.end();
      }
      late.clear();
      quiet.close();
      grants.close();
    },
  };

  /** Nobody is to be asked from now on: what waits is answered as what comes. */
  function dismissQuietly(): void {
    for (const waiting of [...queue.values()]) {
      const as = waiting.isGivenUp ? null : quiet.answer(waiting.asked);
      if (as !== null) waiting.answer({ allow: as === 'record', by: 'quiet', notes: [], edited: null });
    }
  }
}

function unasked(allow: boolean, by: Answer['by'], notes: readonly string[] = []): Answer {
  return { allow, by, notes, edited: null, waitedMs: null };
}

export function noted(note: string): string[] {
  return note === '' ? [] : [`Note: ${note}`];
}

const scopeWords = {
  arguments: 'for exactly these arguments',
  tool: 'for this tool',
  server: 'for this server',
  client: 'for this client',
} as const;
