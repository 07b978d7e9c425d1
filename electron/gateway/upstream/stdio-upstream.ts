// A server that runs as a command: each session gets a process of its own.
import type { Logger, Upstream } from '../ports.ts';
import { childEnvironment } from './child-environment.ts';
import { trackConnections, type ClosableUpstream } from './connections.ts';
import type { ConfiguredEra } from './era-finding.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
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
  readonly logger: Logger;
  readonly maxMessageBytes?: number;
}

export function createStdioUpstream(options: StdioUpstreamOptions): ClosableUpstream {
  const { name, kind, command, args, cwd, logger, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  const server = { name, command, args, cwd, env: childEnvironment(options.hostEnv, options.env) };
  const connections = trackConnections();
  return {
    name,
    kind,
    target: describeCommand(command, args),
    connect: (events) => connections.add(openStdioConnection(server, events, { logger, maxMessageBytes })),
    refuses: () => false,
    close: () => connections.close(),
  };
}
