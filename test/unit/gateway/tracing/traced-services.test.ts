// What is seen of a call only where something goes wrong beside it: a record that can't be written, a person's other arguments.
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, it } from 'vitest';
import type { Call, Verdict } from '../../../../electron/gateway/call.ts';
import type { CallLog, WaitingClient } from '../../../../electron/gateway/ports.ts';
import { createSpanClock } from '../../../../electron/gateway/tracing/span-clock.ts';
import { createTracedServices } from '../../../../electron/gateway/tracing/traced-services.ts';
import { clock, toolCall } from '../fakes.ts';

const client: WaitingClient = {
  waits: () => () => undefined,
  program: () => Promise.resolve(null),
  hasOwnSession: true,
};
const verdict: Verdict = {
  allow: true,
  reason: 'policy',
  mode: 'enforce',
  decision: {
    allow: true,
    ask: false,
    violations: [],
    matchedRule: null,
    requiredCapability: null,
    message: null,
  },
  waitedMs: null,
};

function setting() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const services = createTracedServices({
    tracer: provider.getTracer('test'),
    redactor: { words: (text) => text },
    now: createSpanClock(clock),
    serverAttributes: () => ({}),
  });
  const lines: unknown[] = [];
  const line = (event: string, fields?: Record<string, unknown>) => lines.push({ event, ...fields });
  const logger = services.logger({ debug: line, info: line, warn: line, error: line });
  return { services, logger, lines, spans: () => exporter.getFinishedSpans() };
}

const logWith = (record: CallLog['record']): CallLog => ({
  record,
  refused: () => 0,
  complete: () => undefined,
  note: () => undefined,
  close: () => undefined,
});

it('a record that can’t be written fails its span, and the call’s', async () => {
  const { services, spans } = setting();
  const log = services.log(logWith(() => Promise.reject(new Error('disk full'))));
  const path = services.path(async (call) => {
    await expect(log.record(call, verdict, null)).rejects.toThrow('disk full');
    return { error: 'audit_unavailable' };
  });
  expect(await path(toolCall(), new AbortController().signal, () => Promise.resolve(), client)).toEqual({
    error: 'audit_unavailable',
  });
  expect(spans().map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
    ['audit', '-32603'],
    ['tools/call read_file', '-32603'],
  ]);
  expect(JSON.stringify(spans().map(({ attributes, status }) => [attributes, status]))).not.toContain('disk');
});

it('a call with other arguments is in the same trace, in its log lines too, until it is over', async () => {
  const { services, logger, lines, spans } = setting();
  const log = services.log(logWith(() => Promise.resolve(7)));
  const edited = (call: Call): Call => ({ ...call, requestId: 'req_edited', replaces: call.requestId });
  const path = services.path(async (came, _withdrawn, forward) => {
    const call = edited(came);
    const id = await log.record(call, verdict, null);
    logger.info('edited', { requestId: call.requestId });
    await forward({ message: call.message, paramHeaders: {} } as Parameters<typeof forward>[0], id);
    return null;
  });
  const arrived: string[] = [];
  const call = toolCall();
  await path(
    call,
    new AbortController().signal,
    ({ message }) => {
      arrived.push(message.bytes.toString());
      return Promise.resolve();
    },
    client,
  );
  expect(spans().map(({ name }) => name)).toEqual(['audit']);
  log.complete(7, { status: 'ok', latencyMicros: 1, responseBytes: 2, errorCode: null, errorMessage: null });
  logger.info('late', { requestId: 'req_edited' });

  const [, upstream, request] = spans();
  const { traceId } = request?.spanContext() ?? expect.unreachable();
  expect(upstream?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
  expect(arrived).toEqual([
    expect.stringContaining(`00-${traceId}-${upstream?.spanContext().spanId ?? ''}-01`) as string,
  ]);
  expect(lines).toEqual([
    { event: 'edited', requestId: 'req_edited', traceId },
    { event: 'late', requestId: 'req_edited' },
  ]);
});
