// Holds calls to the configured rates: so many for each agent and each tool, in a session, a minute or an hour.
import type { Config } from '../../shared/config.ts';
import type { Call } from '../call.ts';
import type { Clock, ExceededLimit, RateLimiter } from '../ports.ts';
import { SlidingWindow } from './sliding-window.ts';

type Limits = Config['limits'];
type Rate = Limits['tools'][string];

const WINDOWS_MS = { minute: 60_000, hour: 3_600_000 } as const;
/** With so many counters those that count nothing any more are let go of; names of agents and sessions come and go. */
const SWEEP_AT = 1000;

/** What one call is counted by: one of its limits, in one span of time. */
interface Counter {
  readonly key: string;
  readonly limit: number;
  readonly span: 'session' | keyof typeof WINDOWS_MS;
  /** Whose limit it is, for people. */
  readonly whose: string;
}

export interface ChangeableRateLimiter extends RateLimiter {
  /** Holds calls to these limits from now on. What was counted by minute and hour is counted from nothing again. */
  change(limits: Limits): void;
}

/**
 * A call is counted where all of its limits have room, and by none of them otherwise. An agent without an entry of its
 * own has those of `default`, for itself alone; a tool's limits hold for all callers together, its session limit for
 * each session.
 */
export function createRateLimiter(limits: Limits, clock: Clock): ChangeableRateLimiter {
  let { agents, tools } = limits;
  const windows = new Map<string, SlidingWindow>();
  /** How many calls each session has had, by the counter's key. */
  const sessions = new Map<string, Map<string, number>>();
  let sweepAt = SWEEP_AT;

  function countersOf({ agent, tool, server }: Call): Counter[] {
    const ofAgent = own(agents, agent.id) ?? own(agents, 'default');
    const ofTool = tool === null ? undefined : (own(tools, `${server}/${tool}`) ?? own(tools, tool));
    return [
      ...counters(`agent ${agent.id}`, `agent '${agent.id}'`, ofAgent),
      ...counters(`tool ${server}/${tool}`, `tool '${tool}'`, ofTool),
    ];
  }

  function exceeded({ key, limit, span, whose }: Counter, sessionId: string, now: number) {
    const hasRoom =
      span === 'session'
        ? (sessions.get(sessionId)?.get(key) ?? 0) < limit
        : windowFor(key, limit, WINDOWS_MS[span], now).hasRoom(now);
    return hasRoom ? null : ({ whose, limit, span } satisfies ExceededLimit);
  }

  function count({ key, limit, span }: Counter, sessionId: string, now: number): void {
    if (span !== 'session') {
      windowFor(key, limit, WINDOWS_MS[span], now).add(now);
      return;
    }
    const counts = sessions.get(sessionId) ?? new Map<string, number>();
    sessions.set(sessionId, counts.set(key, (counts.get(key) ?? 0) + 1));
  }

  function windowFor(key: string, limit: number, ms: number, now: number): SlidingWindow {
    const known = windows.get(key);
    if (known !== undefined) return known;
    if (windows.size >= sweepAt) {
      for (const [name, window] of windows) if (window.isIdle(now)) windows.delete(name);
      sweepAt = Math.max(SWEEP_AT, 2 * windows.size);
    }
    const made = new SlidingWindow(limit, ms);
    windows.set(key, made);
    return made;
  }

  return {
    take(call) {
      const now = clock.monotonicMicros() / 1000;
      const all = countersOf(call);
      for (const counter of all) {
        const hit = exceeded(counter, call.session.id, now);
        if (hit !== null) return hit;
      }
      for (const counter of all) count(counter, call.session.id, now);
      return null;
    },
    forget: (sessionId) => void sessions.delete(sessionId),
    change(others) {
      ({ agents, tools } = others);
      windows.clear();
    },
  };
}

function counters(key: string, whose: string, rate: Rate | undefined): Counter[] {
  if (rate === undefined) return [];
  return (['session', 'minute', 'hour'] as const).flatMap((span) => {
    const limit = rate[`per_${span}`];
    return limit === 0 ? [] : [{ key: `${key} ${span}`, limit, span, whose }];
  });
}

/** Names come from outside: one that every object inherits is none of ours. */
function own(rates: Readonly<Record<string, Rate>>, name: string): Rate | undefined {
  return Object.hasOwn(rates, name) ? rates[name] : undefined;
}
