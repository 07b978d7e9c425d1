// What each setting of audit.otlp does to the way of the log to a collector.
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startCollector } from '../../fixtures/otlp-collector.ts';
import { allowAll, type RunningProxy, startProxy, temporaryFolder } from '../harness.ts';
import { openRawSession } from '../raw-session.ts';
import { startRawUpstream } from '../raw-upstream.ts';

const patience = { timeout: 15_000, interval: 50 };
const tlsFile = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url));
const tlsText = (name: string) => readFileSync(tlsFile(name), 'utf8');

interface Given {
  readonly otlp: object;
  readonly env?: Record<string, string>;
  readonly userData?: string;
}

async function proxyWith({ otlp, env, userData }: Given): Promise<RunningProxy> {
  const { section } = await startRawUpstream('http');
  const proxy = await startProxy({
    config: { upstream: section, audit: { otlp } },
    policies: allowAll,
    ...(env === undefined ? {} : { env }),
    ...(userData === undefined ? {} : { userData }),
  });
  onTestFinished(() => proxy.stop());
  return proxy;
}

async function calls(proxy: RunningProxy, count: number): Promise<void> {
  const session = await openRawSession('streamable-http', proxy.url);
  for (let id = 0; id < count; id += 1) {
    await session.ask(
      JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'count', arguments: {} } }),
    );
  }
}

async function collecting(...tls: Parameters<typeof startCollector>) {
  const collector = await startCollector(...tls);
  onTestFinished(() => collector.stop());
  return collector;
}

it('audit.otlp.endpoint, audit.otlp.headers, audit.otlp.token, audit.otlp.resource, audit.otlp.compression: where it goes, and with what', async () => {
  const collector = await collecting();
  const endpoint = `${collector.url}/otlp`;
  const resource = { 'deployment.environment.name': 'test', 'service.name': 'our-proxy', 'host.name': '' };
  const proxy = await proxyWith({
    otlp: { endpoint, token: 'canary', headers: { 'X-Team': 'a' }, resource, compression: 'none' },
  });
  await proxy.stop();
  const [request] = collector.requests;
  expect(request?.path).toBe('/otlp/v1/logs');
  expect(request?.headers).toMatchObject({ authorization: 'Bearer canary', 'x-team': 'a' });
  expect(request?.headers).not.toHaveProperty('content-encoding');
  expect(request?.headers['user-agent']).toMatch(/^mcp-proxy-desktop\//u);
  expect(request?.records[0]?.resource).toEqual({
    'deployment.environment.name': 'test',
    'service.name': 'our-proxy',
    'service.version': expect.any(String) as string,
  });
  expect(proxy.output().stderr).not.toContain('canary');
});

it('MCP_AUDIT_OTLP_ENDPOINT, MCP_AUDIT_OTLP_TOKEN: the same from the environment, and no OTEL_ variable beside them', async () => {
  const collector = await collecting();
  const env = {
    MCP_AUDIT_OTLP_ENDPOINT: collector.url,
    MCP_AUDIT_OTLP_TOKEN: 'from-outside',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-other-key=canary',
  };
  const proxy = await proxyWith({ otlp: {}, env });
  await proxy.stop();
  const [request] = collector.requests;
  expect(request?.headers).toMatchObject({
    authorization: 'Bearer from-outside',
    'content-encoding': 'gzip',
  });
  expect(request?.headers).not.toHaveProperty('x-other-key');
  expect(request?.records[0]?.resource).toMatchObject({
    'service.name': 'mcp-proxy-desktop',
    'host.name': hostname(),
  });
});

it('audit.otlp.ca_file, audit.otlp.cert_file, audit.otlp.key_file, audit.otlp.token_file: whom it trusts, and what it shows', async () => {
  const collector = await collecting({
    ...{ cert: tlsText('server-cert'), key: tlsText('server-key'), ca: tlsText('client-cert') },
    ...{ requestCert: true, rejectUnauthorized: true },
  });
  const tokenFile = join(temporaryFolder(), 'token');
  writeFileSync(tokenFile, 'from-a-file\n');
  const endpoint = collector.url;
  const files = { cert_file: tlsFile('client-cert'), key_file: tlsFile('client-key'), token_file: tokenFile };
  const trusting = await proxyWith({ otlp: { endpoint, ca_file: tlsFile('server-cert'), ...files } });
  await trusting.stop();
  expect(collector.requests[0]?.headers.authorization).toBe('Bearer from-a-file');

  const before = collector.requests.length;
  const distrusting = await proxyWith({ otlp: { endpoint, ...files } });
  await vi.waitFor(
    () => expect(distrusting.output().stderr).toMatch(/self.signed certificate.*shipping_waits/u),
    patience,
  );
  const unknown = await proxyWith({ otlp: { endpoint, ca_file: tlsFile('server-cert') } });
  await vi.waitFor(() => expect(unknown.output().stderr).toContain('audit.shipping_waits'), patience);
  expect(collector.requests).toHaveLength(before);
});

it('audit.otlp.from, audit.otlp.batch_size: all that the log holds, in small requests', async () => {
  const first = await proxyWith({ otlp: {} });
  await calls(first, 3);
  await first.stop();
  const { userData } = first;

  const now = await collecting();
  const second = await proxyWith({ otlp: { endpoint: now.url }, userData });
  await second.stop();
  expect(now.records()[0]?.eventName).toBe('mcp_proxy.audit.log.opened');
  expect(now.taken()[0]).toBeGreaterThan(6);

  const other = await proxyWith({ otlp: {} });
  await calls(other, 3);
  await other.stop();
  const all = await collecting();
  const third = await proxyWith({
    otlp: { endpoint: all.url, from: 'start', batch_size: 3 },
    userData: other.userData,
  });
  await third.stop();
  expect(all.taken()[0]).toBe(1);
  expect(Math.max(...all.requests.map(({ records }) => records.length))).toBe(3);
});

it('audit.otlp.interval: a record waits so long for others, but not beyond the end', async () => {
  const collector = await collecting();
  const proxy = await proxyWith({ otlp: { endpoint: collector.url, interval: '1h' } });
  await vi.waitFor(() => expect(collector.requests.length).toBeGreaterThan(0), patience);
  // What was written while the first request was under way goes at once.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const before = collector.taken().length;
  await calls(proxy, 5);
  // Longer than the default.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(collector.taken()).toHaveLength(before);
  await proxy.stop();
  expect(collector.taken().length).toBeGreaterThanOrEqual(before + 10);
});

it('audit.otlp.timeout: a collector that does not answer is asked again', async () => {
  const collector = await collecting();
  collector.answer(() => new Promise(() => undefined));
  const proxy = await proxyWith({ otlp: { endpoint: collector.url, timeout: '300ms' } });
  // Half of the default.
  const soon = { ...patience, timeout: 5000 };
  await vi.waitFor(() => expect(proxy.output().stderr).toMatch(/timed out.*shipping_waits/u), soon);
  collector.answer(() => ({ status: 200 }));
  await vi.waitFor(() => expect(collector.taken().length).toBeGreaterThan(0), patience);
});

it('audit.otlp.max_backlog: the oldest of what is more than may wait are left out, and the log says so', async () => {
  const first = await proxyWith({ otlp: {} });
  await calls(first, 60);
  await first.stop();
  const collector = await collecting();
  const second = await proxyWith({
    otlp: { endpoint: collector.url, from: 'start', max_backlog: 40 },
    userData: first.userData,
  });
  await second.stop();
  expect(collector.taken()[0]).toBeGreaterThan(80);
  expect(collector.taken().length).toBeLessThan(60);
  const [gap] = collector.records().filter(({ eventName }) => eventName === 'mcp_proxy.audit.log.unshipped');
  expect(gap?.body.details).toMatch(/"from":1,"to":\d+,"records":\d+,"why":"backlog"/u);
});
