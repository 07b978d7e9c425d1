// Metrics, health and log lines of the running program, as Prometheus, a supervisor and an administrator get them.
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allowAll, freePort, startProxy, temporaryFolder } from './harness.ts';
import { send } from './raw-http.ts';
import { openRawSession } from './raw-session.ts';
import { startRawUpstream } from './raw-upstream.ts';

/** Refuses one tool, and lets the others pass. */
const denyOne = {
  'deny-one.rego': `package mcp.policy

decision := {"allow": input.tool != "denied", "violations": ["no"], "matched_rule": "one_is_denied"}
`,
};

const toolCall = (id: number, name: string) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } });

async function watchedProxy(config: Record<string, unknown>, policies: Record<string, string> = denyOne) {
  const { section } = await startRawUpstream('stdio');
  const proxy = await startProxy({ config: { upstream: section, ...config }, policies });
  onTestFinished(() => proxy.stop());
  return proxy;
}

/** The samples of a scrape by name and labels, as they are written. */
async function scrape(url: string, headers: Record<string, string> = {}): Promise<Map<string, number>> {
  const { status, body } = await send(url, { headers });
  expect(status).toBe(200);
  return new Map(
    body
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line): [string, number] => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end + 1))];
      }),
  );
}

describe('metrics', () => {
  it('count what became of calls, on a port of their own', async () => {
    const port = await freePort();
    const proxy = await watchedProxy({ metrics: { enabled: true, port } });
    const session = await openRawSession('streamable-http', proxy.url);
    await session.ask(toolCall(1, 'raw'));
    await session.ask(toolCall(2, 'raw'));
    await session.ask(toolCall(3, 'denied'));
    await send(`${proxy.url}/sse`, { headers: { host: 'evil.example' } });

    const at = (name: string) => samples.get(name);
    const samples = await scrape(`http://127.0.0.1:${port}/metrics`);
    const ofTool = (tool: string, allowed: boolean, status: string) =>
      at(
        `mcp_proxy_requests_total{method="tools/call",tool="${tool}",allowed="${allowed}",status="${status}"}`,
      );
    expect(ofTool('raw', true, 'ok')).toBe(2);
    expect(ofTool('denied', false, 'denied')).toBe(1);
    expect(at('mcp_proxy_requests_total{method="other",tool="",allowed="false",status="refused"}')).toBe(1);
    expect(at('mcp_proxy_policy_decisions_total{decision="deny",rule="one_is_denied",mode="enforce"}')).toBe(
      1,
    );
    expect(at('mcp_proxy_request_duration_seconds_count{method="tools/call"}')).toBe(2);
    expect(at('mcp_proxy_policy_evaluation_seconds_count')).toBeGreaterThanOrEqual(3);
    expect(at('mcp_proxy_upstream_connected{server="default"}')).toBe(1);
    expect(at('mcp_proxy_requests_in_flight')).toBe(0);
    expect(at('mcp_proxy_active_sessions')).toBe(1);
    expect(at('mcp_proxy_ready')).toBe(1);
    expect(at('mcp_proxy_sessions_total{transport="streamable-http"}')).toBe(1);
    expect(at('mcp_proxy_audit_records_dropped_total')).toBe(0);
    expect(at('mcp_proxy_audit_records_written_total')).toBeGreaterThan(5);
    expect(at('mcp_proxy_audit_flushes_total')).toBeGreaterThan(0);
    expect(at('mcp_proxy_trace_spans_lost_total{reason="dropped"}')).toBe(0);
    expect(at('nodejs_eventloop_lag_p99_seconds')).toBeDefined();

    await session.close();
    const later = await scrape(`http://127.0.0.1:${port}/metrics`);
    expect(later.get('mcp_proxy_active_sessions')).toBe(0);
    expect(later.get('mcp_proxy_session_duration_seconds_count')).toBe(1);
  });

  it('are on the proxy’s own port where the configuration names that, and want their token', async () => {
    const port = await freePort();
    const hashed = createHash('sha256').update('for prometheus').digest('hex');
    const proxy = await watchedProxy({
      server: { listen: { address: '127.0.0.1', port } },
      metrics: { enabled: true, port, path: '/figures', token_hash: hashed },
    });
    const url = `${proxy.url}/figures`;
    expect((await send(url)).status).toBe(401);
    expect((await send(url, { headers: { authorization: 'Bearer for nobody' } })).status).toBe(401);
    expect((await send(url, { method: 'POST', body: '' })).status).toBe(405);
    const samples = await scrape(url, { authorization: 'Bearer for prometheus' });
    expect(samples.get('mcp_proxy_active_sessions')).toBe(0);
  });

  it('have bounded labels, whatever clients call', async () => {
    const port = await freePort();
    const proxy = await watchedProxy({ metrics: { enabled: true, port } }, allowAll);
    const session = await openRawSession('streamable-http', proxy.url);
    for (let made = 0; made < 600; made += 1) await session.ask(toolCall(made, `tool-${made}`));
    const samples = await scrape(`http://127.0.0.1:${port}/metrics`);
    const tools = [...samples.keys()].filter((name) => name.includes('method="tools/call",tool='));
    expect(tools.length).toBe(501);
    expect(
      samples.get('mcp_proxy_requests_total{method="tools/call",tool="other",allowed="true",status="ok"}'),
    ).toBe(100);
  });

  it('do not keep the proxy from serving where their port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const address = other.address();
    if (address === null || typeof address === 'string') throw new Error('No port was given');
    const proxy = await watchedProxy({ metrics: { enabled: true, port: address.port } });
    const session = await openRawSession('streamable-http', proxy.url);
    expect(await session.ask(toolCall(1, 'raw'))).toHaveLength(1);
    expect(proxy.output().stderr).toContain('monitoring_port');
  });
});

describe('health', () => {
  const json = async (url: string) => {
    const { status, body } = await send(url);
    return { status, body: JSON.parse(body) as Record<string, unknown> };
  };

  it('is told as the Go server tells it, and part by part', async () => {
    const port = await freePort();
    const proxy = await watchedProxy({ health: { enabled: true, port } });
    const url = `http://127.0.0.1:${port}`;
    expect(await json(`${url}/health`)).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await json(`${url}/ready`)).toEqual({ status: 200, body: { status: 'ready' } });
    const { status, body } = await json(`${url}/health/full`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      state: 'running',
      components: {
        policy: { status: 'ok', version: 1 },
        audit: { status: 'ok' },
        sessions: { status: 'ok', active: 0 },
        disk: { status: 'ok' },
        servers: { default: { status: 'ok' } },
      },
    });
    expect((await send(`${url}/health`, { headers: { host: 'evil.example' } })).status).toBe(403);
    expect((await send(`${url}/other`)).status).toBe(404);
    expect(proxy.pid).toBeGreaterThan(0);
  });

  it('is not ready while no policy is in force, and says why', async () => {
    const port = await freePort();
    await watchedProxy(
      { health: { enabled: true, port } },
      { 'broken.rego': 'package mcp.policy\nallow if {' },
    );
    const url = `http://127.0.0.1:${port}`;
    expect((await json(`${url}/health`)).status).toBe(200);
    const { status, body } = await json(`${url}/ready`);
    expect(status).toBe(503);
    expect(String(body.reasons)).toContain('broken.rego');
    const full = await json(`${url}/health/full`);
    expect(full.status).toBe(503);
    expect(full.body).toMatchObject({ status: 'down', components: { policy: { status: 'down' } } });
  });

  it('shows a server that is down, and stays ready for the others', async () => {
    const port = await freePort();
    const nobody = await freePort();
    const proxy = await watchedProxy({
      health: { enabled: true, port },
      servers: { gone: { url: `http://127.0.0.1:${nobody}/mcp` } },
    });
    await openRawSession('streamable-http', `${proxy.url}/servers/gone`).catch(() => undefined);
    const { status, body } = await json(`http://127.0.0.1:${port}/health/full`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      components: { servers: { default: { status: 'ok' }, gone: { status: 'down' } } },
    });
    expect((await json(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
  });
});

describe('log lines', () => {
  it('go to a file where the configuration says so, and not to standard error', async () => {
    const path = join(temporaryFolder(), 'logs', 'proxy.log');
    const proxy = await watchedProxy({ logging: { output: 'file', file: { path } } });
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toContain('listening');
    expect(proxy.output().stderr).not.toContain('listening');
  });

  it('are words where the configuration says so', async () => {
    const proxy = await watchedProxy({ logging: { format: 'text' } });
    expect(proxy.output().stderr).toMatch(/ info {2}listening /u);
  });
});
