// A server that runs as a command: each session gets a process of its own, and another one where that dies.
import type { Logger, Upstream, UpstreamEvents } from '../ports.ts';
import { childEnvironment } from './child-environment.ts';
import { trackConnections, type ClosableUpstream } from './connections.ts';
import type { ConfiguredEra } from './era-finding.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import { openRevivingConnection } from './reviving-connection.ts';
import { openStdioConnection } from './stdio-connection.ts';
import { describeCommand } from './target.ts';

export interface StdioUpstreamOptions {
  readonly name: string;
  readonly kind: Extract<Upstream['kind'], 'demo' | 'stdio'>;
  readonly command: string;
  readonly args: readonly string[];
  /** Configured for this server; passed on whole. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute; null for our own working directory. */
  readonly cwd: string | null;
  /** `auto`, where it is left out. */
  readonly era?: ConfiguredEra;
  /** Our own environment, of which a server gets what every program needs. */
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  /** How long a process that is started again may take until it goes on where the last one ended, milliseconds. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly maxMessageBytes?: number;
}

export function createStdioUpstream(options: StdioUpstreamOptions): ClosableUpstream {
  const { name, kind, command, args, cwd, timeoutMs, logger, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  const server = { name, command, args, cwd, env: childEnvironment(options.hostEnv, options.env) };
  const connections = trackConnections();
  const open = (events: UpstreamEvents) => openStdioConnection(server, events, { logger, maxMessageBytes });
  return {
    name,
    kind,
    target: describeCommand(command, args),
    connect: (events) =>
      connections.add(openRevivingConnection({ name, open, reviveTimeoutMs: timeoutMs, logger }, events)),
    refuses: () => false,
    close: () => connections.close(),
  };
}
