// What each setting of `tracing` does to the running proxy, as a collector sees it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { startProxy, temporaryFolder } from '../harness.ts';
import { send } from '../raw-http.ts';
import { claims, postModern } from '../raw-modern.ts';
import { type RawUpstream, startRawUpstream } from '../raw-upstream.ts';
import { type SpanCollector, startSpanCollector } from '../span-collector.ts';

const pem = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url));
const tls = { cert: readFileSync(pem('server-cert')), key: readFileSync(pem('server-key')) };

let upstream: RawUpstream;

beforeAll(async () => {
  upstream = await startRawUpstream('http');
});

interface Traced {
  /** Makes so many calls, one after the other. */
  readonly call: (times?: number, meta?: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly metrics: () => Promise<string>;
}

async function start(
  tracing: Readonly<Record<string, unknown>>,
  env: Record<string, string> = {},
): Promise<Traced> {
  const proxy = await startProxy({
    config: {
      upstream: { ...upstream.section, era: 'modern' },
      policy: { enabled: false },
      metrics: { enabled: true, port: 0 },
      tracing: { interval: '50ms', ...tracing },
    },
    env,
  });
  onTestFinished(() => proxy.stop());
  return {
    async call(times = 1, meta = {}) {
      const params = { name: 'raw', arguments: {}, _meta: { ...claims, ...meta } };
      const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
      for (let n = 0; n < times; n += 1) await postModern(`${proxy.url}/mcp`, request);
    },
    async metrics() {
      const [, port = ''] = /"what":"Metrics".*?"port":(\d+)/u.exec(proxy.output().stderr) ?? [];
      return (await send(`http://127.0.0.1:${port}/metrics`, { method: 'GET' })).body;
    },
  };
}

async function firstRequest({ requests }: SpanCollector) {
  await expect.poll(() => requests.length, { timeout: 10_000 }).toBeGreaterThan(0);
  return requests[0] ?? expect.unreachable();
}

it('tracing.endpoint, tracing.headers, tracing.token: where spans go, and what goes with them', async () => {
  const collector = await startSpanCollector();
  // What OpenTelemetry would take from the environment has no say.
  const stray = await startSpanCollector();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: stray.url,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: stray.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-stray=1',
    OTEL_RESOURCE_ATTRIBUTES: 'stray=1',
    OTEL_SERVICE_NAME: 'stray',
    OTEL_TRACES_SAMPLER: 'always_off',
  };
  const headers = { 'x-tenant': 'ours' };
  const { call } = await start({ endpoint: `${collector.url}/base`, headers, token: 'a-token' }, env);
  await call();
  const request = await firstRequest(collector);
  expect(request.url).toBe('/base/v1/traces');
  expect(request.headers).toMatchObject({ 'x-tenant': 'ours', authorization: 'Bearer a-token' });
  expect(request.headers).not.toHaveProperty('x-stray');
  expect(request.resource).toMatchObject({ 'service.name': 'mcp-proxy-desktop' });
  expect(request.resource).not.toHaveProperty('stray');
  expect(stray.requests).toEqual([]);
});

it('MCP_TRACING_ENDPOINT, MCP_TRACING_TOKEN: the same from the environment', async () => {
  const collector = await startSpanCollector();
  const { call } = await start({}, { MCP_TRACING_ENDPOINT: collector.url, MCP_TRACING_TOKEN: 'from-env' });
  await call();
  expect((await firstRequest(collector)).headers.authorization).toBe('Bearer from-env');
});

it('tracing.token_file, tracing.resource: a token out of a file, and what the proxy is called', async () => {
  const collector = await startSpanCollector();
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, 'from-file\n');
  const resource = { 'service.name': 'desk', 'host.name': '' };
  const { call } = await start({ endpoint: collector.url, token_file: file, resource });
  await call();
  const request = await firstRequest(collector);
  expect(request.headers.authorization).toBe('Bearer from-file');
  expect(request.resource).toMatchObject({ 'service.name': 'desk' });
  expect(request.resource).not.toHaveProperty('host.name');
});

it('tracing.ca_file, tracing.cert_file, tracing.key_file: a collector with TLS that asks who comes', async () => {
  const ca = readFileSync(pem('client-cert'));
  const collector = await startSpanCollector({
    tls: { ...tls, requestCert: true, rejectUnauthorized: true, ca },
  });
  const own = { cert_file: pem('client-cert'), key_file: pem('client-key') };
  const untrusting = await start({ endpoint: collector.url, ...own });
  await untrusting.call();
  await expect.poll(untrusting.metrics, { timeout: 10_000 }).toMatch(/lost_total\{reason="failed"\} [1-9]/);
  expect(collector.requests).toEqual([]);

  const trusting = await start({ endpoint: collector.url, ...own, ca_file: pem('server-cert') });
  await trusting.call();
  await firstRequest(collector);
});

it.each([
  ['gzip', 'gzip'],
  ['none', undefined],
])('tracing.compression: %s', async (compression, encoding) => {
  const collector = await startSpanCollector();
  const { call } = await start({ endpoint: collector.url, compression });
  await call();
  expect((await firstRequest(collector)).headers['content-encoding']).toBe(encoding);
});

it('tracing.timeout: a collector that does not answer is given up', async () => {
  const collector = await startSpanCollector();
  collector.hang();
  const { call, metrics } = await start({ endpoint: collector.url, timeout: '300ms' });
  await call();
  await expect.poll(metrics, { timeout: 5_000 }).toMatch(/lost_total\{reason="failed"\} [1-9]/);
});

it('tracing.sample_ratio: a part of the calls, but all of those whose clients sample them', async () => {
  const collector = await startSpanCollector();
  const { call } = await start({ endpoint: collector.url, sample_ratio: 0.5 });
  await call(100);
  const requests = () => collector.spans().filter(({ kind }) => kind === 'server').length;
  await expect.poll(requests, { timeout: 10_000 }).toBeGreaterThan(20);
  expect(requests()).toBeLessThan(80);

  const all = await startSpanCollector();
  const none = await start({ endpoint: all.url, sample_ratio: 0 });
  await none.call(10);
  await none.call(1, { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` });
  await firstRequest(all);
  expect(new Set(all.spans().map(({ traceId }) => traceId))).toEqual(new Set(['c'.repeat(32)]));
});

it('tracing.batch_size, tracing.interval: how many spans go together, and when', async () => {
  const collector = await startSpanCollector();
  const { call } = await start({ endpoint: collector.url, batch_size: 3, interval: '1h' });
  // Each makes three spans: request, record, server.
  await call(4);
  await expect.poll(() => collector.requests.length, { timeout: 10_000 }).toBe(4);
  expect(collector.requests.map(({ spans }) => spans.length)).toEqual([3, 3, 3, 3]);
  await call(1);
  await expect.poll(() => collector.requests.length).toBe(5);

  const soon = await startSpanCollector();
  const quick = await start({ endpoint: soon.url, batch_size: 1000, interval: '20ms' });
  await quick.call(1);
  await firstRequest(soon);

  const late = await startSpanCollector();
  const slow = await start({ endpoint: late.url, batch_size: 1000, interval: '1h' });
  await slow.call(1);
  // Longer than the default.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(late.requests).toEqual([]);
});

it('tracing.max_queue: beyond it spans are dropped, and counted', async () => {
  const collector = await startSpanCollector();
  collector.hang();
  const { call, metrics } = await start({ endpoint: collector.url, max_queue: 5, batch_size: 5 });
  await call(10);
  await expect.poll(metrics, { timeout: 10_000 }).toMatch(/lost_total\{reason="dropped"\} [1-9]/);
});
