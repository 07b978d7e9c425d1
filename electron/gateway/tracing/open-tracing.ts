// Tracing by OpenTelemetry's SDK: spans of calls, sampled as the configuration says, and sent to a collector over OTLP/HTTP.
import type { Attributes } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { exporterOptions } from '../otlp/exporter-options.ts';
import type { OtlpTarget } from '../otlp/target.ts';
import type { Closable, Clock, Logger, Redactor } from '../ports.ts';
import { createBoundedExport, type ExportBounds, type LostSpans } from './bounded-export.ts';
import { createSpanClock } from './span-clock.ts';
import { createTracedServices, type TracedServices } from './traced-services.ts';

/** Names and URIs of clients and servers may be of any length, characters. */
const LONGEST_VALUE = 1024;
/** How long the last spans may take to get away when the proxy stops, milliseconds. */
const LAST_FLUSH_MS = 2000;

export interface TracingOptions {
  readonly target: OtlpTarget;
  /** Of the calls whose clients say nothing of it, from 0 to 1. */
  readonly sampleRatio: number;
  readonly bounds: Omit<ExportBounds, 'timeoutMs'>;
  readonly version: string;
  /** How the server with this name is reached. */
  readonly serverAttributes: (server: string) => Attributes;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Tracing extends TracedServices, Closable {
  readonly lost: LostSpans;
}

/** Nothing is global: whatever else in this process uses OpenTelemetry has nothing to do with this. */
export function openTracing(options: TracingOptions): Tracing {
  const { target, sampleRatio, bounds, version, serverAttributes, redactor, clock, logger } = options;
  let isFailing = false;

  function noteExport(failure: Error | null): void {
    // Once for each outage, not for each batch.
    if (failure !== null && !isFailing)
      logger.warn('tracing_export_failed', { url: target.url, error: failure.message });
    else if (failure === null && isFailing) logger.info('tracing_exports_again', { url: target.url });
    isFailing = failure !== null;
  }

  const { processor, lost } = createBoundedExport(
    new OTLPTraceExporter(exporterOptions(target)),
    { ...bounds, timeoutMs: target.timeoutMs },
    noteExport,
  );
  const provider = new TracerProvider({
    resource: resourceFromAttributes(target.resource),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [processor],
  });
  const services = createTracedServices({
    tracer: provider.getTracer('mcp-proxy-desktop', version),
    redactor,
    now: createSpanClock(clock),
    serverAttributes,
  });

  return {
    ...services,
    lost,
    async close() {
      const late = Promise.withResolvers<null>();
      const timer = setTimeout(() => late.resolve(null), LAST_FLUSH_MS);
      try {
        await Promise.race([provider.shutdown(), late.promise]);
      } catch (error) {
        logger.warn('tracing_last_spans_lost', { error: String(error) });
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
