// Which servers stand behind the proxy: the configured ones, or the demo that ships with the app.
import { join } from 'node:path';
import type { Config } from '../../shared/config.ts';
import type { Logger } from '../ports.ts';
import type { ChildRegister } from '../upstream/child-register.ts';
import type { UpstreamOptions } from '../upstream/upstream.ts';

export interface ServerSurroundings {
  /** Where the demo server's entry lies. */
  readonly out: string;
  readonly userData: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where started servers are written down. */
  readonly children: Pick<ChildRegister, 'started' | 'ended'>;
  /** Gets what they write to standard error, line by line. */
  readonly onLine: (server: string, text: string) => void;
  readonly logger: Logger;
}

/** How a server is reached, as `upstream` and each of `servers` say it. */
type Target = Pick<
  Config['upstream'],
  | 'url'
  | 'command'
  | 'args'
  | 'env'
  | 'cwd'
  | 'headers'
  | 'transport'
  | 'era'
  | 'max_concurrent'
  | 'max_queued'
>;

/**
 * The first one is the default: `upstream` where it names a server, else the first enabled one of `servers`. The
 * demo is there where neither names any.
 */
export function configuredServers(
  { upstream, servers }: Config,
  surroundings: ServerSurroundings,
): readonly [UpstreamOptions, ...UpstreamOptions[]] {
  const enabled = Object.entries(servers).filter(([, server]) => server.enabled);
  const [first, ...others] = [['default', upstream] as const, ...enabled].flatMap(([name, target]) => {
    const options = reach(name, target, upstream, surroundings);
    return options === null ? [] : [options];
  });
  return first === undefined ? [demo(upstream.timeout, surroundings)] : [first, ...others];
}

/** Null where the target says neither URL nor command. */
function reach(
  name: string,
  target: Target,
  { timeout: timeoutMs, connection_pool: pool }: Pick<Config['upstream'], 'timeout' | 'connection_pool'>,
  { env: hostEnv, children, onLine, logger }: ServerSurroundings,
): UpstreamOptions | null {
  const { url, command, args, env, cwd, headers, era } = target;
  const crowd =
    target.max_concurrent === 0
      ? null
      : { maxConcurrent: target.max_concurrent, maxQueued: target.max_queued };
  if (url !== null) {
    const transport =
      target.transport === 'sse' || target.transport === 'auto' ? target.transport : 'streamable-http';
    return {
      kind: 'http',
      name,
      url: new URL(url),
      transport,
      era,
      crowd,
      headers,
      timeoutMs,
      pool: { idleTimeoutMs: pool.idle_timeout, maxIdle: pool.max_idle, maxOpen: pool.max_open },
      logger,
    };
  }
  return command === null
    ? null
    : {
        kind: 'stdio',
        name,
        command,
        args,
        env,
        cwd,
        era,
        crowd,
        hostEnv,
        timeoutMs,
        children,
        onLine: (text) => onLine(name, text),
        logger,
      };
}

/** The notes server, on the Node that this program runs on. */
function demo(
  timeoutMs: number,
  { out, userData, env, children, onLine, logger }: ServerSurroundings,
): UpstreamOptions {
  return {
    kind: 'demo',
    name: 'demo',
    command: process.execPath,
    args: [join(out, 'demo', 'notes-server.js'), join(userData, 'demo-notes')],
    env: { ELECTRON_RUN_AS_NODE: '1' },
    cwd: null,
    era: 'legacy',
    crowd: null,
    hostEnv: env,
    timeoutMs,
    children,
    onLine: (text) => onLine('demo', text),
    logger,
  };
}
