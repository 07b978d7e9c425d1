// Tracing as the configuration wants it: not at all, or with spans of the calls for a collector.
import type { Attributes } from '@opentelemetry/api';
import { readOtlpTarget } from '../otlp/target.ts';
import type { Upstream } from '../ports.ts';
import type { LostSpans } from '../tracing/bounded-export.ts';
import type { TracedServices } from '../tracing/traced-services.ts';
import type { GatewaySurroundings } from './surroundings.ts';

export interface ComposedTracing extends TracedServices {
  /** Null where nothing is traced. */
  readonly lost: LostSpans | null;
}

/** The services themselves: what is off costs nothing. */
const untraced: ComposedTracing = {
  path: (passDown) => passDown,
  log: (log) => log,
  policy: (policy) => policy,
  approver: (approver) => approver,
  logger: (logger) => logger,
  lost: null,
};

/**
 * `servers` is asked once calls come.
 * @throws ConfigError names the key and the file that can't be read or used
 */
export async function composeTracing(
  { config, options, clock, logger, redactor, keep }: Omit<GatewaySurroundings, 'isConfigured' | 'managedAt'>,
  servers: () => readonly Upstream[],
): Promise<ComposedTracing> {
  const { version } = options;
  const { sample_ratio: sampleRatio, batch_size: batchSize, interval, max_queue: maxQueue } = config.tracing;
  const target = readOtlpTarget(config.tracing, { key: 'tracing', signal: 'traces', version });
  if (target === null) return untraced;
  // Who does not trace need not have OpenTelemetry's SDK in memory.
  const { openTracing } = await import('../tracing/open-tracing.ts');
  const known = new Map<string, Attributes>();
  return keep(
    openTracing({
      target,
      sampleRatio,
      bounds: { batchSize, maxQueue, intervalMs: interval },
      version,
      serverAttributes(name) {
        const attributes = known.get(name) ?? attributesOf(servers().find((server) => server.name === name));
        known.set(name, attributes);
        return attributes;
      },
      redactor,
      clock,
      logger,
    }),
  );
}

/** How a server is reached (semantic conventions for MCP, Recording MCP transport). */
function attributesOf(server: Upstream | undefined): Attributes {
  if (server === undefined) return {};
  if (server.kind !== 'http') return { 'network.transport': 'pipe' };
  const { hostname, port, protocol } = new URL(server.target);
  return {
    'network.transport': 'tcp',
    'network.protocol.name': 'http',
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
}
