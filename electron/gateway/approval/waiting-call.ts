// One call that waits for a person: it gets exactly one answer, whatever comes first.
import type { CallsBefore, PendingApproval } from '../../shared/approvals.ts';
import type { Answer } from '../ports.ts';
import type { AskedCall } from './asked-call.ts';
import { startCountdown, type CountdownOptions } from './countdown.ts';

export interface WaitingCallOptions extends Pick<
  CountdownOptions,
  'now' | 'timeoutMs' | 'leaseMs' | 'longestHoldMs' | 'onRelease'
> {
  readonly asked: AskedCall;
  readonly fixed: Omit<PendingApproval, 'state' | 'now' | 'expiresAt' | 'heldUntil' | 'before'>;
  readonly withdrawn: AbortSignal;
  /** Nobody has answered in time. */
  readonly onOver: () => void;
  /** It has its answer, or its client has given up. */
  readonly onAnswered: () => void;
}

export interface WaitingCall {
  readonly asked: AskedCall;
  /** Resolves once. */
  readonly answered: Promise<Answer>;
  /** Its client has given up, and was told so: it is still shown as long as somebody holds it. */
  readonly isGivenUp: boolean;
  readonly isHeld: boolean;
  readonly waitedMs: number;
  shown(): PendingApproval;
  tell(before: CallsBefore): void;
  hold(): boolean;
  release(): void;
  /** The first answer counts; it is false for any other. */
  answer(answer: Omit<Answer, 'waitedMs'>): boolean;
  /** Nothing runs on behind it. */
  end(): void;
}

export function startWaitingCall(options: WaitingCallOptions): WaitingCall {
  const { asked, fixed, now, withdrawn } = options;
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const begun = now();
  const countdown = startCountdown(options);
  let isOver = false;
  let isGivenUp = false;
  let before: CallsBefore | null = null;
  const waitedMs = () => Math.max(0, now() - begun);

  function answer(given: Omit<Answer, 'waitedMs'>): boolean {
    if (isOver) return false;
    isOver = true;
    withdrawn.removeEventListener('abort', withdraw);
    resolve({ ...given, waitedMs: waitedMs() });
    options.onAnswered();
    return true;
  }

  function withdraw(): void {
    isGivenUp = true;
    answer({ allow: false, by: 'withdrawn', notes: [], edited: null });
  }

  withdrawn.addEventListener('abort', withdraw, { once: true });

  return {
    asked,
    answered: promise,
    get isGivenUp() {
      return isGivenUp;
    },
    get isHeld() {
      return countdown.heldUntil !== null;
    },
    get waitedMs() {
      return waitedMs();
    },
    shown: () => ({
      ...fixed,
      state: isGivenUp ? 'given_up' : 'waiting',
      now: now(),
      expiresAt: countdown.expiresAt,
      heldUntil: countdown.heldUntil,
      before,
    }),
    tell(found) {
      before = found;
    },
    hold: () => countdown.hold(),
    release: () => countdown.release(),
    answer,
    end: () => countdown.end(),
  };
}
