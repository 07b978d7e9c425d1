// How each server does: what the sessions last heard of it, and how many they are.
import { defaultPaths, pathsOf } from '../../shared/server-paths.ts';
import type { ServerSummary, SessionSummary } from '../../shared/domain.ts';
import type { Upstream } from '../ports.ts';

export interface ServerBoard {
  /** This server let a request down (why), or answered one (null). */
  heard(server: string, trouble: string | null): void;
  /** The default server first. */
  summaries(sessions: readonly SessionSummary[]): ServerSummary[];
}

/** @param servers the default server first. */
export function createServerBoard(servers: readonly Upstream[]): ServerBoard {
  const troubles = new Map<string, string | null>();
  return {
    heard: (server, trouble) => void troubles.set(server, trouble),
    summaries: (sessions) =>
      servers.map(({ name, kind, target }, index) => {
        const isDefault = index === 0;
        const { mcp, sse } = isDefault ? defaultPaths : pathsOf(name);
        const connections = sessions.filter(({ server }) => server === name).length;
        const lastError = troubles.get(name) ?? null;
        return { name, kind, target, isDefault, paths: { mcp, sse }, connections, lastError };
      }),
  };
}
