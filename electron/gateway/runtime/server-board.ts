// How each server does: what the sessions last heard of it, how many they are, and whether it is asked at all.
import { ALL_SERVERS, defaultPaths, pathsOf } from '../../shared/server-paths.ts';
import type { Problem, ServerSummary, SessionSummary } from '../../shared/domain.ts';
import type { Clock, Logger, ServerHealth, Upstream } from '../ports.ts';
import { createCircuitBreaker, type CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts';
import { heldBack } from './problems.ts';

export interface ServerBoardOptions {
  /** The default server first. */
  readonly servers: readonly Upstream[];
  /** Null: a server is asked however often it fails. */
  readonly breaker: CircuitBreakerOptions | null;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A server is held back now, or no longer. */
  readonly onChange: () => void;
}

export interface ServerBoard {
  health(server: string): ServerHealth;
  /** The default server first. */
  summaries(sessions: readonly SessionSummary[]): ServerSummary[];
  /** Of the servers that are held back. */
  problems(): Problem[];
}

interface Entry {
  readonly upstream: Upstream;
  readonly breaker: CircuitBreaker | null;
  trouble: string | null;
}

export function createServerBoard(options: ServerBoardOptions): ServerBoard {
  const { servers, clock, logger, onChange } = options;
  const entries = new Map<string, Entry>();
  for (const upstream of servers) {
    const breaker = options.breaker && createCircuitBreaker(options.breaker);
    entries.set(upstream.name, { upstream, breaker, trouble: null });
  }
  const now = () => clock.monotonicMicros() / 1000;

  /** Why a server is not asked just now; null where it is. */
  function holdOf({ upstream, breaker, trouble }: Entry): string | null {
    const left = breaker?.heldUntil == null ? 0 : breaker.heldUntil - now();
    if (left <= 0) return null;
    const at = new Date(clock.now() + left).toLocaleTimeString('en-GB');
    return `${upstream.name} failed too often in a row and is tried again at ${at}. Last: ${trouble ?? 'unknown'}`;
  }

  return {
    health(server) {
      const entry = entries.get(server);
      if (entry === undefined) throw new Error(`No server is named ${server}`);
      const { breaker } = entry;
      return {
        refusal: () => (breaker === null || breaker.admits(now()) ? null : holdOf(entry)),
        answered() {
          entry.trouble = null;
          if (breaker?.succeeded() !== true) return;
          logger.info('circuit_closed', { server });
          onChange();
        },
        failed(why) {
          entry.trouble = why;
          if (breaker?.failed(now()) !== true) return;
          logger.warn('circuit_opened', { server, ...options.breaker, why });
          onChange();
        },
        lost(why) {
          entry.trouble = why;
        },
      };
    },
    summaries: (sessions) =>
      [...entries.values()].map((entry, index) => {
        const { name, kind, target } = entry.upstream;
        const isDefault = index === 0;
        const { mcp, sse } = isDefault ? defaultPaths : pathsOf(name);
        // A session with all servers has a connection to each.
        const connections = sessions.filter(({ server }) => [name, ALL_SERVERS].includes(server)).length;
        const lastError = holdOf(entry) ?? entry.trouble;
        return { name, kind, target, isDefault, paths: { mcp, sse }, connections, lastError };
      }),
    problems: () =>
      [...entries.values()].flatMap((entry) => {
        const why = holdOf(entry);
        return why === null ? [] : [heldBack(why)];
      }),
  };
}
