// The trace of one call: the span of its client's request, which all others are below, and what goes on to its server.
import {
  type Context,
  createTraceState,
  type HrTime,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  trace as spans,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import type { Call, CallTrace } from '../call.ts';
import type { Message } from '../wire/json-rpc.ts';
import { withMeta } from '../wire/message-meta.ts';
import { metaOf } from '../wire/request-meta.ts';
import {
  baggageIn,
  type ParentSpan,
  parentIn,
  type TraceHeaders,
  traceparentOf,
} from '../wire/trace-context.ts';

type TracedMessage = Exclude<Message, { kind: 'response' }>;

export class Trace implements CallTrace {
  readonly traceId: string;
  /** Of the client's request. */
  readonly span: Span;
  /** For the spans below. */
  readonly context: Context;
  readonly #inMeta: ParentSpan | null;
  readonly #inHeaders: ParentSpan | null;
  readonly #headers: TraceHeaders;

  /** Begins it: below what `_meta` names, or else the HTTP request, which may have another context (MCP SEP-414). */
  constructor(tracer: Tracer, name: string, message: TracedMessage, startTime: HrTime) {
    this.#headers = message.traceHeaders ?? {};
    const inMeta = (this.#inMeta = parentIn(metaOf(message.params)));
    const inHeaders = (this.#inHeaders = parentIn(this.#headers));
    const parent = inMeta ?? inHeaders;
    const above = parent === null ? ROOT_CONTEXT : spans.setSpanContext(ROOT_CONTEXT, contextOf(parent));
    const links: Link[] = inMeta && inHeaders ? [{ context: contextOf(inHeaders) }] : [];
    this.span = tracer.startSpan(name, { kind: SpanKind.SERVER, startTime, links }, above);
    this.traceId = this.span.spanContext().traceId;
    this.context = spans.setSpan(above, this.span);
  }

  /** Whether the spans of this one are kept: it is among those that are sampled. */
  get isRecorded(): boolean {
    return this.span.isRecording();
  }

  /** The message as it goes on to its server, which is to be below this span. */
  onward(message: Message, { traceId, spanId, traceFlags }: SpanContext): Message {
    // Below a span that nobody keeps there is nothing to be: the client's own is nearer.
    if (message.kind === 'response' || (this.#inMeta !== null && !this.isRecorded)) return message;
    const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    const baggage = metaOf(message.params).baggage === undefined ? baggageIn(this.#headers) : null;
    const bytes = withMeta(message.bytes, {
      traceparent: traceparentOf({ traceId, spanId, isSampled }),
      // One that is of no use, or without its traceparent, would be taken for one of this trace.
      tracestate: (this.#inMeta ?? this.#inHeaders)?.tracestate ?? undefined,
      ...(baggage === null ? {} : { baggage }),
    });
    return bytes === message.bytes ? message : { ...message, bytes };
  }
}

/** The trace of a call whose spans are kept; null for any other. */
export function recordedTrace({ trace }: Call): Trace | null {
  return trace instanceof Trace && trace.isRecorded ? trace : null;
}

function contextOf({ traceId, spanId, isSampled, tracestate }: ParentSpan): SpanContext {
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  const context = { traceId, spanId, traceFlags, isRemote: true };
  if (tracestate === null) return context;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- what comes in its place is in no package that is a dependency here
  return { ...context, traceState: createTraceState(tracestate) };
}
