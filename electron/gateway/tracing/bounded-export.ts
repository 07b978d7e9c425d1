// Hands ended spans to their exporter in batches, and never holds more of them than it may: what is too much is dropped.
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';

const MARGIN_MS = 1000;
/** The SDK exports its enum from no package that is a dependency here. */
const SUCCESS = 0;

export interface ExportBounds {
  /** Spans of one request. They are encoded at one go, in the thread that carries the calls. */
  readonly batchSize: number;
  /** Spans that may wait. */
  readonly maxQueue: number;
  /** How long a span may wait for others, milliseconds. */
  readonly intervalMs: number;
  /** How long one request may take, milliseconds. */
  readonly timeoutMs: number;
}

/** Spans that did not get to the collector since the start. */
export interface LostSpans {
  /** There was no room for them. */
  readonly dropped: number;
  /** The collector could not be reached, or did not want them. */
  readonly failed: number;
}

export interface BoundedExport {
  readonly processor: SpanProcessor;
  readonly lost: LostSpans;
}

/** `onExport` is told how each request ended: null, or why it failed. */
export function createBoundedExport(
  exporter: SpanExporter,
  { batchSize, maxQueue, intervalMs, timeoutMs }: ExportBounds,
  onExport: (failure: Error | null) => void,
): BoundedExport {
  const lost = { dropped: 0, failed: 0 };
  let waiting = 0;
  const batches = new BatchSpanProcessor({
    exporter: {
      export(spans, done) {
        waiting -= spans.length;
        exporter.export(spans, (result) => {
          const code: number = result.code;
          const isLost = code !== SUCCESS;
          if (isLost) lost.failed += spans.length;
          onExport(isLost ? (result.error ?? new Error('The export failed')) : null);
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    },
    maxExportBatchSize: Math.min(batchSize, maxQueue),
    maxQueueSize: maxQueue,
    scheduledDelayMillis: intervalMs,
    // The exporter itself gives up in time, and knows why.
    exportTimeoutMillis: timeoutMs + MARGIN_MS,
  });
  return {
    lost,
    processor: {
      onStart: (span, context) => batches.onStart(span, context),
      onEnd(span) {
        if (waiting >= maxQueue) lost.dropped += 1;
        else {
          waiting += 1;
          batches.onEnd(span);
        }
      },
      forceFlush: () => batches.forceFlush(),
      shutdown: () => batches.shutdown(),
    },
  };
}
