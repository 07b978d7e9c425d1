// The servers behind the proxy: how each of them does, what runs of it, and the switches on it.
import { join } from 'node:path';
import { type Config, configSchema } from '../../shared/config.ts';
import { CommandError } from '../../shared/rpc.ts';
import type { ServerCandidate } from '../../shared/servers.ts';
import type { ServerTransport } from '../../shared/server-state.ts';
import type { AuditNotes, Upstream } from '../ports.ts';
import { configuredServers } from '../runtime/configured-servers.ts';
import type { KeptSettingsFile } from '../runtime/kept-settings.ts';
import { createServerBoard, type ServerBoard } from '../runtime/server-board.ts';
import { createServerLines, type ServerLines } from '../runtime/server-lines.ts';
import { type ChildRegister, openChildRegister } from '../upstream/child-register.ts';
import type { ClosableUpstream } from '../upstream/connections.ts';
import type { RetryPolicy } from '../upstream/retry-delay.ts';
import { withSwitch } from '../upstream/switched-upstream.ts';
import { createUpstream, type UpstreamOptions } from '../upstream/upstream.ts';
import type { GatewaySurroundings } from './surroundings.ts';

export interface ServerProcess {
  readonly pid: number;
  /** Unix milliseconds. */
  readonly startedAt: number;
}

export interface Servers {
  /** The first one is the default. */
  readonly all: readonly [Upstream, ...Upstream[]];
  readonly board: ServerBoard;
  readonly lines: Pick<ServerLines, 'of'>;
  processesOf(server: string): ServerProcess[];
  /** The server behind its switch: what is sent there reaches it also while it is stopped. Undefined: there is none. */
  behindSwitch(server: string): ClosableUpstream | undefined;
  isStopped(server: string): boolean;
  /** A server that nobody has configured: whoever opens it closes it. Throws a CommandError where it can be none. */
  openCandidate(candidate: ServerCandidate): ClosableUpstream;
  /** Holds at once, and throws where it can't be kept on disk: see KeptSettingsFile. */
  setStopped(server: string, stopped: boolean): void;
}

export function composeServers(
  { config, options, clock, logger, redactor, keep }: GatewaySurroundings,
  kept: KeptSettingsFile,
  notes: AuditNotes,
  onChange: () => void,
): Servers {
  const { out, userData, env } = options;
  const register = keep(openChildRegister(join(userData, 'child-processes.json'), logger));
  const lines = createServerLines(redactor, clock);
  const running = new Map<number, ServerProcess & { readonly server: string }>();
  const children: Pick<ChildRegister, 'started' | 'ended'> = {
    started(pid, server) {
      register.started(pid, server);
      const command = opened.get(server)?.target ?? '';
      notes.note({ kind: 'server.started', by: 'app', subject: server, details: { command, pid } });
      running.set(pid, { pid, server, startedAt: clock.now() });
      board.happened(server, 'started');
      onChange();
    },
    ended(pid) {
      register.ended(pid);
      const subject = running.get(pid)?.server ?? '';
      running.delete(pid);
      notes.note({ kind: 'server.ended', by: 'app', subject, details: { pid } });
      board.happened(subject, 'ended');
      onChange();
    },
  };
  const processesOf = (server: string) => [...running.values()].filter((one) => one.server === server);
  const isStopped = (server: string) => kept.read().stoppedServers.includes(server);

  const opened = new Map<string, ClosableUpstream>();
  const open = (described: UpstreamOptions) => {
    const { name } = described;
    const upstream = keep(createUpstream(described, retryPolicy(config)));
    opened.set(name, upstream);
    return {
      upstream: withSwitch(upstream, () => (isStopped(name) ? stoppedWords(name) : null)),
      transport: transportOf(described),
      isStopped: () => isStopped(name),
      processes: () => processesOf(name).length,
    };
  };
  const onLine = (server: string, text: string) => lines.add(server, text);
  const surroundings = { out, userData, env, children, onLine, logger };
  const [first, ...others] = configuredServers(config, surroundings);
  const all = [open(first), ...others.map(open)] as const;
  const { enabled, threshold, timeout } = config.upstream.circuit_breaker;
  const board = createServerBoard({
    servers: all,
    breaker: enabled ? { threshold, timeoutMs: timeout } : null,
    clock,
    logger,
    onChange,
  });
  return {
    all: [all[0].upstream, ...all.slice(1).map(({ upstream }) => upstream)],
    board,
    lines,
    processesOf,
    behindSwitch: (server) => opened.get(server),
    isStopped,
    openCandidate({ name, reach }) {
      const parsed = configSchema.safeParse({ servers: { [name]: reach } });
      if (!parsed.success) throw new CommandError('bad_server', 'This is no address of a server.');
      const [described] = configuredServers(parsed.data, surroundings);
      return createUpstream(described);
    },
    setStopped(server, stopped) {
      const others = kept.read().stoppedServers.filter((name) => name !== server);
      kept.write({ stoppedServers: stopped ? [...others, server] : others });
    },
  };
}

/** What the calls of a stopped server are answered. */
export function stoppedWords(server: string): string {
  return `${server} was stopped by the user of MCP Proxy Desktop. Its calls go on once it is started again there`;
}

function transportOf(described: UpstreamOptions): ServerTransport {
  return described.kind === 'http' ? described.transport : 'stdio';
}

/** Null where nothing is tried twice. */
function retryPolicy({ upstream: { retry } }: Config): RetryPolicy | null {
  return retry.enabled
    ? {
        maxAttempts: retry.max_attempts,
        initialDelayMs: retry.initial_delay,
        maxDelayMs: retry.max_delay,
        backoff: retry.backoff,
      }
    : null;
}
