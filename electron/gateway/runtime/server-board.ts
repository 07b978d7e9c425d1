// How each server does: what the sessions last heard of it, how many they are, and whether it is asked at all.
import { ALL_SERVERS, defaultPaths, pathsOf } from '../../shared/server-paths.ts';
import type { Problem, ServerSummary, SessionSummary } from '../../shared/domain.ts';
import type { ServerState, ServerTransport } from '../../shared/server-state.ts';
import type { ServerIntroduction, ServerMoment } from '../../shared/servers.ts';
import type { Clock, Logger, ServerHealth, Upstream } from '../ports.ts';
import { createCircuitBreaker, type CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts';
import { heldBack } from './problems.ts';
import { createServerHistory, type ServerHistory } from './server-history.ts';
import { introductionOf } from './server-introduction.ts';

/** A server, and what the board can't see by itself. */
export interface BoardServer {
  readonly upstream: Upstream;
  readonly transport: ServerTransport;
  /** Whether a person has stopped it. */
  readonly isStopped: () => boolean;
  /** How many processes of it run. */
  readonly processes: () => number;
}

/** What the clients have of the servers at the moment. */
export interface BoardUse {
  readonly sessions: readonly SessionSummary[];
  /** An entry for each connection. */
  readonly uses: readonly { readonly server: string; readonly calls: number; readonly isStarting: boolean }[];
  /** Where a server is defined; null where it ships with the app. */
  readonly whereIs: (server: string) => string | null;
}

export interface ServerBoardOptions {
  /** The default server first. */
  readonly servers: readonly BoardServer[];
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
  summaries(use: BoardUse): ServerSummary[];
  /** What it said of itself last, and what happened to it, the newest first. */
  known(server: string): { introduction: ServerIntroduction | null; history: ServerMoment[] };
  /** Takes note of what was done to it. A failure with these words is no other one. */
  happened(server: string, kind: ServerMoment['kind'], words?: string): void;
  /** What it did wrong so far does not count any more: it begins anew. */
  forgive(server: string): void;
  /** Of the servers that are held back. */
  problems(): Problem[];
}

interface Entry extends BoardServer {
  readonly breaker: CircuitBreaker | null;
  readonly history: ServerHistory;
  introduction: ServerIntroduction | null;
  trouble: string | null;
  /** What its calls are told for what was done to it: no fault of its own. */
  byHand: string | null;
}

export function createServerBoard(options: ServerBoardOptions): ServerBoard {
  const { servers, clock, logger, onChange } = options;
  const entries = new Map<string, Entry>();
  for (const server of servers) {
    const breaker = options.breaker && createCircuitBreaker(options.breaker);
    const history = createServerHistory(() => clock.now());
    entries.set(server.upstream.name, {
      ...server,
      breaker,
      history,
      introduction: null,
      trouble: null,
      byHand: null,
    });
  }
  const now = () => clock.monotonicMicros() / 1000;

  function entryOf(server: string): Entry {
    const entry = entries.get(server);
    if (entry === undefined) throw new Error(`No server is named ${server}`);
    return entry;
  }

  /** Until when a server is not asked, Unix milliseconds; null where it is. */
  function heldUntil({ breaker }: Entry): number | null {
    const left = breaker?.heldUntil == null ? 0 : breaker.heldUntil - now();
    return left <= 0 ? null : clock.now() + left;
  }

  /** Why a server is not asked just now; null where it is. */
  function holdOf(entry: Entry): string | null {
    const until = heldUntil(entry);
    if (until === null) return null;
    const at = new Date(until).toLocaleTimeString('en-GB');
    return `${entry.upstream.name} failed too often in a row and is tried again at ${at}. Last: ${entry.trouble ?? 'unknown'}`;
  }

  function stateOf(entry: Entry, { uses, sessions }: BoardUse): ServerState {
    const { name, kind } = entry.upstream;
    const mine = uses.filter(({ server }) => server === name);
    if (entry.isStopped()) return 'stopped';
    if (heldUntil(entry) !== null) return 'held_back';
    if (entry.trouble !== null) return 'failing';
    if (mine.some(({ isStarting }) => isStarting)) return 'starting';
    const isUsed = kind === 'http' ? sessions.some((one) => isWith(one, name)) : entry.processes() > 0;
    return isUsed ? 'running' : 'idle';
  }

  function summaryOf(entry: Entry, isDefault: boolean, use: BoardUse): ServerSummary {
    const { name, kind, target } = entry.upstream;
    const { mcp, sse } = isDefault ? defaultPaths : pathsOf(name);
    const mine = use.uses.filter(({ server }) => server === name);
    return {
      name,
      kind,
      target,
      isDefault,
      paths: { mcp, sse },
      connections: use.sessions.filter((session) => isWith(session, name)).length,
      lastError: holdOf(entry) ?? entry.trouble,
      transport: entry.transport,
      state: stateOf(entry, use),
      heldUntil: heldUntil(entry),
      calls: mine.reduce((sum, { calls }) => sum + calls, 0),
      where: use.whereIs(name),
    };
  }

  return {
    health(server) {
      const entry = entryOf(server);
      const { breaker, history } = entry;
      return {
        refusal: () => (breaker === null || breaker.admits(now()) ? null : holdOf(entry)),
        answered() {
          if (entry.trouble !== null) {
            entry.trouble = null;
            history.add('recovered');
          }
          if (breaker?.succeeded() !== true) return;
          logger.info('circuit_closed', { server });
          onChange();
        },
        failed(why) {
          if (why === entry.byHand) return;
          entry.trouble = why;
          history.add('failed', why);
          if (breaker?.failed(now()) !== true) return;
          logger.warn('circuit_opened', { server, ...options.breaker, why });
          history.add('held_back');
          onChange();
        },
        lost(why) {
          if (why === entry.byHand) return;
          entry.trouble = why;
          history.add('lost', why);
        },
        introduced(answer, era) {
          if (answer.error !== null) return;
          entry.introduction = introductionOf(answer.result, era, clock.now()) ?? entry.introduction;
        },
      };
    },
    summaries: (use) => [...entries.values()].map((entry, index) => summaryOf(entry, index === 0, use)),
    known(server) {
      const { introduction, history } = entryOf(server);
      return { introduction, history: history.list() };
    },
    happened(server, kind, words) {
      const entry = entries.get(server);
      entry?.history.add(kind);
      if (entry !== undefined && words !== undefined) entry.byHand = words;
    },
    forgive(server) {
      const entry = entryOf(server);
      entry.trouble = null;
      entry.breaker?.succeeded();
    },
    problems: () =>
      [...entries.values()].flatMap((entry) => {
        const why = entry.isStopped() ? null : holdOf(entry);
        return why === null ? [] : [heldBack(why)];
      }),
  };
}

/** A session with all servers has a connection to each. */
function isWith({ server }: SessionSummary, name: string): boolean {
  return [name, ALL_SERVERS].includes(server);
}
