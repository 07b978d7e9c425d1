// Holds calls while a person is asked: a queue, one answer each, and the default where nobody answers.
import type { PendingApproval } from '../../shared/domain.ts';
import type { Call, Decision } from '../call.ts';
import type { Answer, ApprovalDesk, Clock } from '../ports.ts';
import { writtenArguments } from '../wire/written-arguments.ts';

export interface ApprovalOptions {
  readonly clock: Clock;
  /** How long a call waits, milliseconds. */
  readonly timeoutMs: number;
  /** What becomes of a call that nobody answered. */
  readonly onTimeout: 'allow' | 'deny';
  /** At most this many wait at once; one more is treated as if nobody were there. */
  readonly maxPending: number;
  readonly onChange: (pending: PendingApproval[]) => void;
}

interface Waiting {
  readonly shown: PendingApproval;
  readonly end: (allow: boolean, by: Answer['by']) => void;
}

export function createApprovalDesk(options: ApprovalOptions): ApprovalDesk {
  const { clock, timeoutMs, onTimeout, maxPending, onChange } = options;
  const waiting = new Map<string, Waiting>();
  const byDefault = onTimeout === 'allow';
  let attended = false;

  const pending = () => [...waiting.values()].map(({ shown }) => shown);
  const dismissAll = () => [...waiting.values()].forEach(({ end }) => end(byDefault, 'nobody_to_ask'));

  return {
    pending,

    ask(call, decision, withdrawn) {
      if (withdrawn.aborted) return Promise.resolve({ allow: false, by: 'withdrawn', waitedMs: 0 });
      if (!attended || waiting.size >= maxPending) {
        return Promise.resolve({ allow: byDefault, by: 'nobody_to_ask', waitedMs: 0 });
      }
      return new Promise<Answer>((resolve) => {
        const shown = describe(call, decision, clock.now() + timeoutMs, onTimeout);
        const timer = setTimeout(() => end(byDefault, 'no_answer'), timeoutMs);
        const withdraw = () => end(false, 'withdrawn');
        const end: Waiting['end'] = (allow, by) => {
          if (!waiting.delete(shown.id)) return;
          clearTimeout(timer);
          withdrawn.removeEventListener('abort', withdraw);
          onChange(pending());
          resolve({ allow, by, waitedMs: clock.now() - call.at });
        };
        withdrawn.addEventListener('abort', withdraw, { once: true });
        waiting.set(shown.id, { shown, end });
        onChange(pending());
      });
    },

    answer(id, allow) {
      const asked = waiting.get(id);
      asked?.end(allow, 'person');
      return asked !== undefined;
    },

    dismissAll,

    setAttended(someoneIsThere) {
      attended = someoneIsThere;
      if (!attended) dismissAll();
    },

    close() {
      attended = false;
      [...waiting.values()].forEach(({ end }) => end(false, 'nobody_to_ask'));
    },
  };
}

function describe(
  call: Call,
  decision: Decision,
  expiresAt: number,
  onTimeout: 'allow' | 'deny',
): PendingApproval {
  return {
    id: call.requestId,
    since: call.at,
    expiresAt,
    onTimeout,
    client: call.client.name,
    server: call.server,
    method: call.method,
    tool: call.tool,
    resource: call.resource,
    arguments: writtenArguments(call).toString('utf8'),
    rule: decision.matchedRule,
    violations: [...decision.violations],
    message: decision.message,
  };
}
