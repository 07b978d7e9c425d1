// Spans on their way out: in batches, never more than there may be, and each that is lost is counted.
import { type ReadableSpan, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, it, onTestFinished } from 'vitest';
import {
  createBoundedExport,
  type ExportBounds,
} from '../../../../electron/gateway/tracing/bounded-export.ts';

type Done = Parameters<SpanExporter['export']>[1];
type Result = Parameters<Done>[0];

/** 0 is success. */
function result(code: number, error?: Error): Result {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the SDK exports its enum from no package that is a dependency here
  return { code, ...(error && { error }) };
}

function setting(bounds: Partial<ExportBounds> = {}) {
  const requests: { readonly names: string[]; readonly done: Done }[] = [];
  const heard: (string | null)[] = [];
  let isOver = false;
  const exporter: SpanExporter = {
    export(spans: ReadableSpan[], done) {
      if (isOver) done(result(0));
      else requests.push({ names: spans.map(({ name }) => name), done });
    },
    shutdown: () => Promise.resolve(),
  };
  const { processor, lost } = createBoundedExport(
    exporter,
    { batchSize: 2, maxQueue: 4, intervalMs: 10, timeoutMs: 1000, ...bounds },
    (failure) => heard.push(failure?.message ?? null),
  );
  const provider = new TracerProvider({ spanProcessors: [processor] });
  onTestFinished(async () => {
    isOver = true;
    for (const { done } of requests) done(result(0));
    await provider.shutdown();
  });
  const tracer = provider.getTracer('test');
  const end = (...names: string[]) => names.forEach((name) => tracer.startSpan(name).end());
  return { requests, heard, lost, end };
}

it('sends a batch at once when it is full, and what is left after a while', async () => {
  const { requests, end } = setting();
  end('a', 'b', 'c');
  expect(requests.map(({ names }) => names)).toEqual([['a', 'b']]);
  requests[0]?.done(result(0));
  await expect.poll(() => requests.map(({ names }) => names)).toEqual([['a', 'b'], ['c']]);
});

it('drops what there is no room for while a request is under way, and has room again after it', async () => {
  const { requests, lost, end } = setting();
  end('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  expect(requests.map(({ names }) => names)).toEqual([['a', 'b']]);
  expect(lost).toEqual({ dropped: 2, failed: 0 });
  requests[0]?.done(result(0));
  await expect.poll(() => requests[1]?.names).toEqual(['c', 'd']);
  end('i');
  requests[1]?.done(result(0));
  await expect.poll(() => requests[2]?.names).toEqual(['e', 'f']);
  expect(lost).toEqual({ dropped: 2, failed: 0 });
});

it('counts what the collector did not take, says why, and goes on', async () => {
  const { requests, heard, lost, end } = setting();
  end('a', 'b', 'c');
  requests[0]?.done(result(1, new Error('away')));
  await expect.poll(() => requests.length).toBe(2);
  requests[1]?.done(result(0));
  expect(heard).toEqual(['away', null]);
  expect(lost).toEqual({ dropped: 0, failed: 2 });
});
