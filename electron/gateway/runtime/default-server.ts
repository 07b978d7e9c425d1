// Which server stands behind the proxy: the configured one, else the demo that ships with the app.
import { join } from 'node:path';
import type { Config } from '../../shared/config.ts';
import type { Logger } from '../ports.ts';
import type { UpstreamOptions } from '../upstream/upstream.ts';

export interface ServerSurroundings {
  /** Where the demo server's entry lies. */
  readonly out: string;
  readonly userData: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}

/** `upstream` where it names a server, else the first enabled one of `servers`, else the demo. */
export function defaultServer(config: Config, surroundings: ServerSurroundings): UpstreamOptions {
  const { upstream, servers } = config;
  const named = Object.entries(servers).find(([, server]) => server.enabled);
  const [name, target] =
    upstream.url !== null || upstream.command !== null ? ['default', upstream] : (named ?? ['demo', null]);
  if (target === null) return demo(surroundings);
  const { logger, env: hostEnv } = surroundings;
  if (target.url !== null) {
    const transport =
      target.transport === 'sse' || target.transport === 'auto' ? target.transport : 'streamable-http';
    const timeoutMs = upstream.timeout;
    return { kind: 'http', name, url: new URL(target.url), transport, headers: {}, timeoutMs, logger };
  }
  const { command, args, env, cwd } = target;
  if (command === null) return demo(surroundings);
  return { kind: 'stdio', name, command, args, env, cwd, hostEnv, logger };
}

/** The notes server, on the Node that this program runs on. */
function demo({ out, userData, env, logger }: ServerSurroundings): UpstreamOptions {
  return {
    kind: 'demo',
    name: 'demo',
    command: process.execPath,
    args: [join(out, 'demo', 'notes-server.js'), join(userData, 'demo-notes')],
    env: { ELECTRON_RUN_AS_NODE: '1' },
    cwd: null,
    hostEnv: env,
    logger,
  };
}
