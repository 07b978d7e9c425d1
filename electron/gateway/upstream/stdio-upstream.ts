// A server that runs as a command: each legacy session gets a process of its own, and another one where that dies; all
// modern requests share one.
import type { Logger, Upstream, UpstreamEvents } from '../ports.ts';
import { childEnvironment } from './child-environment.ts';
import { trackConnections, type ClosableUpstream } from './connections.ts';
import { createEraFinding, type ConfiguredEra } from './era-finding.ts';
import { learningFromLegacy, refusedConnection } from './era-signs.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import { openRevivingConnection } from './reviving-connection.ts';
import { createSharedProcess } from './shared-process.ts';
import { openStdioConnection, type StdioSurroundings } from './stdio-connection.ts';
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
  readonly children: StdioSurroundings['children'];
  readonly onLine?: StdioSurroundings['onLine'];
  readonly logger: Logger;
  readonly maxMessageBytes?: number;
}

export function createStdioUpstream(options: StdioUpstreamOptions): ClosableUpstream {
  const { name, kind, command, args, cwd, era = 'auto', timeoutMs, children, onLine, logger } = options;
  const { maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  const server = { name, command, args, cwd, env: childEnvironment(options.hostEnv, options.env) };
  const connections = trackConnections();
  const eras = createEraFinding(name, era, logger);
  const open = (events: UpstreamEvents) =>
    openStdioConnection(server, events, { children, onLine, logger, maxMessageBytes });
  const shared = createSharedProcess({
    name,
    open: (events) => connections.add(open(events)),
    finding: eras,
    logger,
  });
  return {
    name,
    kind,
    target: describeCommand(command, args),
    connect(events, wanted) {
      if (eras.configured !== 'auto' && eras.refuses(wanted)) return refusedConnection(name, wanted, events);
      if (wanted === 'modern') return shared.connect(events);
      const reviving = { name, open, reviveTimeoutMs: timeoutMs, logger };
      return connections.add(openRevivingConnection(reviving, learningFromLegacy(events, eras)));
    },
    refuses: (wanted) => eras.refuses(wanted),
    async interrupt(why, again) {
      await Promise.all([shared.interrupt(why, again), connections.interrupt(why, again)]);
    },
    async close() {
      shared.close();
      await connections.close();
    },
  };
}
