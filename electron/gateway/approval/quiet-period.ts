// Do not disturb: nobody is asked until a given time, and what would have been asked is remembered.
import type { QuietState, UnaskedCall } from '../../shared/approvals.ts';
import type { Clock } from '../ports.ts';
import { writtenArguments } from '../wire/written-arguments.ts';
import type { AskedCall } from './asked-call.ts';
import { callerShown } from './shown-approval.ts';

export interface QuietPeriodOptions {
  readonly clock: Clock;
  readonly onChange: () => void;
}

type Period = NonNullable<QuietState['current']>;

export interface QuietPeriod {
  state(): QuietState;
  /** Begins one, changes the current one, or ends it. */
  set(wish: { readonly until: number | null; readonly as: Period['as'] }): void;
  /** What becomes of a call now; null where people are asked. */
  answer(asked: AskedCall): Period['as'] | null;
  /** A call of the current or last period. */
  find(id: string): AskedCall | undefined;
  close(): void;
}

/** Longer ones end here: who wants less to be asked changes the policy. Milliseconds. */
const LONGEST_MS = 24 * 60 * 60_000;
/** So many kinds of calls are remembered. */
const MAX_KINDS = 200;
/** Of longer arguments nothing is shown afterwards, characters. */
const LONGEST_ARGUMENTS = 20_000;

interface Unasked {
  readonly asked: AskedCall;
  readonly calls: number;
  readonly lastAt: number;
}

export function createQuietPeriod({ clock, onChange }: QuietPeriodOptions): QuietPeriod {
  let current: Period | null = null;
  let lastMicros = 0;
  let last: Period | null = null;
  const unasked = new Map<string, Unasked>();
  let ending: NodeJS.Timeout | undefined;

  function end(): void {
    clearTimeout(ending);
    if (current === null) return;
    last = { ...current, until: Math.min(current.until, clock.now()) };
    current = null;
    onChange();
  }

  /** Whichever clock says so: one that is set back does not make it longer. */
  const isOver = ({ until }: Period) => clock.now() >= until || clock.monotonicMicros() >= lastMicros;

  return {
    state: () => ({
      now: clock.now(),
      current: current !== null && isOver(current) ? null : current,
      last,
      unasked: [...unasked.values()].toSorted((a, b) => b.calls - a.calls).map(shown),
    }),

    set({ until, as }) {
      const forMs = Math.min((until ?? 0) - clock.now(), LONGEST_MS);
      if (until === null || forMs <= 0) {
        end();
        return;
      }
      if (current === null) unasked.clear();
      current = {
        from: current?.from ?? clock.now(),
        until: clock.now() + forMs,
        as,
        calls: current?.calls ?? 0,
      };
      lastMicros = clock.monotonicMicros() + forMs * 1000;
      clearTimeout(ending);
      ending = setTimeout(end, forMs);
      onChange();
    },

    answer(asked) {
      if (current === null) return null;
      if (isOver(current)) {
        end();
        return null;
      }
      current = { ...current, calls: current.calls + 1 };
      const key = JSON.stringify([
        asked.call.clientId,
        asked.call.client.name,
        asked.targets.tool,
        asked.reason,
      ]);
      const before = unasked.get(key);
      if (before !== undefined || unasked.size < MAX_KINDS) {
        unasked.set(key, {
          asked: before?.asked ?? asked,
          calls: (before?.calls ?? 0) + 1,
          lastAt: clock.now(),
        });
      }
      onChange();
      return current.as;
    },

    find: (id) => [...unasked.values()].find(({ asked }) => asked.call.requestId === id)?.asked,

    close() {
      clearTimeout(ending);
      current = null;
      unasked.clear();
    },
  };
}

function shown({ asked: { call, decision }, calls, lastAt }: Unasked): UnaskedCall {
  const text = writtenArguments(call).toString('utf8');
  return {
    id: call.requestId,
    client: callerShown(call),
    server: call.server,
    method: call.method,
    tool: call.tool,
    resource: call.resource,
    arguments: text.length > LONGEST_ARGUMENTS ? null : text,
    rule: decision.matchedRule,
    calls,
    lastAt,
  };
}
