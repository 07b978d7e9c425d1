// The servers behind the proxy, and how each of them does.
import { join } from 'node:path';
import type { Config } from '../../shared/config.ts';
import type { AuditNotes, Upstream } from '../ports.ts';
import { configuredServers } from '../runtime/configured-servers.ts';
import { createServerBoard, type ServerBoard } from '../runtime/server-board.ts';
import { type ChildRegister, openChildRegister } from '../upstream/child-register.ts';
import type { RetryPolicy } from '../upstream/retry-delay.ts';
import { createUpstream, type UpstreamOptions } from '../upstream/upstream.ts';
import type { GatewaySurroundings } from './surroundings.ts';

export interface Servers {
  /** The first one is the default. */
  readonly all: readonly [Upstream, ...Upstream[]];
  readonly board: ServerBoard;
}

export function composeServers(
  { config, options, clock, logger, keep }: GatewaySurroundings,
  notes: AuditNotes,
  onChange: () => void,
): Servers {
  const { out, userData, env } = options;
  const open = (described: UpstreamOptions) => keep(createUpstream(described, retryPolicy(config)));
  const register = keep(openChildRegister(join(userData, 'child-processes.json'), logger));
  const children: Pick<ChildRegister, 'started' | 'ended'> = {
    started(pid, server) {
      register.started(pid, server);
      const command = all.find(({ name }) => name === server)?.target ?? '';
      notes.note({ kind: 'server.started', by: 'app', subject: server, details: { command, pid } });
      running.set(pid, server);
    },
    ended(pid) {
      register.ended(pid);
      const subject = running.get(pid) ?? '';
      running.delete(pid);
      notes.note({ kind: 'server.ended', by: 'app', subject, details: { pid } });
    },
  };
  const running = new Map<number, string>();
  const [first, ...others] = configuredServers(config, { out, userData, env, children, logger });
  const all = [open(first), ...others.map(open)] as const;
  const { enabled, threshold, timeout } = config.upstream.circuit_breaker;
  const board = createServerBoard({
    servers: all,
    breaker: enabled ? { threshold, timeoutMs: timeout } : null,
    clock,
    logger,
    onChange,
  });
  return { all, board };
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
