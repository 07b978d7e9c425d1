// Answers to calls whose clients did not wait for them: each holds once, for the same call of the same client.
import type { AnswerPlace } from '../../shared/approvals.ts';
import type { Clock } from '../ports.ts';
import type { AskedCall } from './asked-call.ts';

export interface LateAnswersOptions {
  readonly clock: Clock;
  /** How long after a client gave up its call can still be answered, and how long that answer is kept; milliseconds. */
  readonly windowMs: number;
}

/** What was said, and where. */
export interface LateAnswer {
  readonly allow: boolean;
  readonly note: string;
  readonly via: AnswerPlace;
}

export interface LateAnswers {
  /** The client of this call has given up. */
  gaveUp(asked: AskedCall): void;
  /** The call with this id, where its client gave up not long ago and nobody has answered it since. */
  find(id: string): AskedCall | undefined;
  /** Keeps an answer for an exact retry; gives until when, Unix milliseconds. */
  keep(asked: AskedCall, answer: LateAnswer): number;
  /** Null where no answer is kept for this call. Gives each away once. */
  take(asked: AskedCall): (LateAnswer & { readonly of: string }) | null;
  clear(): void;
}

/** At most so many calls and answers are remembered; the oldest go first. */
const MAX_REMEMBERED = 200;

interface Kept {
  readonly asked: AskedCall;
  readonly lastMicros: number;
  readonly answer: LateAnswer | null;
}

export function createLateAnswers({ clock, windowMs }: LateAnswersOptions): LateAnswers {
  let kept: readonly Kept[] = [];

  function current(): readonly Kept[] {
    const now = clock.monotonicMicros();
    return kept.filter(({ lastMicros }) => now < lastMicros);
  }

  function remember(asked: AskedCall, answer: Kept['answer'], others: readonly Kept[]): void {
    const lastMicros = clock.monotonicMicros() + windowMs * 1000;
    kept = [...others, { asked, answer, lastMicros }].slice(-MAX_REMEMBERED);
  }

  return {
    gaveUp: (asked) => remember(asked, null, current()),

    find: (id) =>
      current().find(({ asked, answer }) => answer === null && asked.call.requestId === id)?.asked,

    keep(asked, answer) {
      const others = current().filter((each) => each.asked.call.requestId !== asked.call.requestId);
      remember(asked, answer, others);
      return clock.now() + windowMs;
    },

    take(asked) {
      if (kept.length === 0) return null;
      const now = current();
      const found = now.find((each) => each.answer !== null && isRetry(asked, each.asked));
      kept = now.filter((each) => each !== found);
      return found?.answer ? { ...found.answer, of: found.asked.call.requestId } : null;
    },

    clear() {
      kept = [];
    },
  };
}

function isRetry(asked: AskedCall, before: AskedCall): boolean {
  const { lasting, session } = asked.caller;
  const isCaller =
    (lasting !== null && lasting === before.caller.lasting) ||
    (session !== null && session === before.caller.session);
  return isCaller && asked.targets.arguments === before.targets.arguments && asked.reason === before.reason;
}
