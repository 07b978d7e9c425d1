// A collector as programs export traces to: takes them over OTLP/HTTP as JSON, and shows the spans that it was sent.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { whenTestsEnd } from './tidy.ts';

const value = z
  .object({
    stringValue: z.string().optional(),
    boolValue: z.boolean().optional(),
    intValue: z.number().optional(),
    doubleValue: z.number().optional(),
  })
  .transform(
    ({ stringValue, boolValue, intValue, doubleValue }) =>
      stringValue ?? boolValue ?? intValue ?? doubleValue,
  );
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .transform((list) => Object.fromEntries(list.map((one) => [one.key, one.value])));
const kinds = ['unspecified', 'internal', 'server', 'client'] as const;
const statuses = ['unset', 'ok', 'error'] as const;

const span = z
  .object({
    traceId: z.string().regex(/^[\da-f]{32}$/),
    spanId: z.string().regex(/^[\da-f]{16}$/),
    parentSpanId: z.string().default(''),
    traceState: z.string().optional(),
    name: z.string(),
    kind: z.number(),
    startTimeUnixNano: z.coerce.bigint(),
    endTimeUnixNano: z.coerce.bigint(),
    attributes,
    links: z.array(z.object({ traceId: z.string(), spanId: z.string() })),
    status: z.object({ code: z.number().default(0), message: z.string().optional() }),
  })
  .transform(({ kind, status, ...rest }) => ({
    ...rest,
    kind: kinds[kind],
    status: statuses[status.code],
    statusMessage: status.message,
  }));
export type CollectedSpan = z.output<typeof span>;

/** opentelemetry.io/docs/specs/otlp, JSON Protobuf Encoding. */
const body = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ scope: z.object({ name: z.string() }), spans: z.array(span) })),
    }),
  ),
});

export interface CollectedRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Of the resource. */
  readonly resource: Readonly<Record<string, unknown>>;
  readonly spans: readonly CollectedSpan[];
}

export interface SpanCollector {
  readonly url: string;
  readonly requests: CollectedRequest[];
  /** All spans so far, in the order in which they came. */
  spans(): CollectedSpan[];
  /** Leaves requests unanswered from now on. */
  hang(): void;
}

/** `tls`: it listens with TLS. */
export async function startSpanCollector({ tls }: { tls?: ServerOptions } = {}): Promise<SpanCollector> {
  const requests: CollectedRequest[] = [];
  let hangs = false;
  const answer: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = Buffer.concat(chunks);
      const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      const { resourceSpans } = body.parse(JSON.parse(bytes.toString()));
      requests.push({
        url: request.url ?? '',
        headers: request.headers,
        bytes,
        resource: resourceSpans[0]?.resource.attributes ?? {},
        spans: resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      });
      if (hangs) return;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{}');
    });
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  whenTestsEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    spans: () => requests.flatMap(({ spans }) => spans),
    hang: () => (hangs = true),
  };
}
