// The audit log of the running program on its way to a collector: nothing is missing there, whatever happens to either.
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type OtlpCollector, startCollector } from '../fixtures/otlp-collector.ts';
import { allowAll, freePort, type RunningProxy, startProxy } from './harness.ts';
import { send } from './raw-http.ts';
import { openRawSession } from './raw-session.ts';
import { startRawUpstream } from './raw-upstream.ts';

const patience = { timeout: 20_000, interval: 50 };
const inOrder = (numbers: readonly number[]) =>
  numbers.every((n, index) => index === 0 || n > (numbers[index - 1] ?? 0));

async function collecting(): Promise<OtlpCollector> {
  const collector = await startCollector();
  onTestFinished(() => collector.stop());
  return collector;
}

/** A proxy that ships all of its log to this collector. */
async function shippingProxy(
  collector: OtlpCollector,
  config: object = {},
  userData?: string,
): Promise<RunningProxy> {
  const { section } = await startRawUpstream('http');
  const proxy = await startProxy({
    config: {
      upstream: section,
      audit: { otlp: { endpoint: collector.url, from: 'start', interval: '50ms' } },
      ...config,
    },
    policies: allowAll,
    ...(userData === undefined ? {} : { userData }),
  });
  onTestFinished(() => proxy.stop());
  return proxy;
}

const toolCall = (id: number, text = 'x') =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'count', arguments: { text } },
  });

/** Every number that the log has, in its order. */
function numbersOf(userData: string): number[] {
  const database = new Database(join(userData, 'audit.db'), { readonly: true });
  try {
    return database
      .prepare<[], number>(
        'SELECT id FROM calls UNION SELECT seq FROM outcomes UNION SELECT seq FROM events ORDER BY 1',
      )
      .pluck()
      .all();
  } finally {
    database.close();
  }
}

describe('a collector', () => {
  it('has at the end what the log has, in its order', async () => {
    const collector = await collecting();
    const proxy = await shippingProxy(collector);
    const session = await openRawSession('streamable-http', proxy.url);
    for (let n = 0; n < 40; n += 1) await session.ask(toolCall(n));
    await proxy.stop();
    expect(collector.taken()).toEqual(numbersOf(proxy.userData));
    expect(collector.records().at(-1)?.eventName).toBe('mcp_proxy.audit.app.stopped');
    expect(proxy.output().stderr).not.toMatch(/audit\.(?:worker|shipping_failed)/u);
  });

  it('that was away gets everything when it is back, and no call waited for it', async () => {
    const collector = await collecting();
    await collector.stop();
    const port = await freePort();
    const proxy = await shippingProxy(collector, {
      metrics: { enabled: true, port },
      health: { enabled: true, port },
    });
    const session = await openRawSession('streamable-http', proxy.url);
    for (let n = 0; n < 30; n += 1) await session.ask(toolCall(n));
    const health = async () =>
      JSON.parse((await send(`http://127.0.0.1:${port}/health/full`)).body) as {
        status: string;
        components: { audit_shipping: { status: string; why?: string; backlog: number } };
      };
    await vi.waitFor(async () => {
      const { status, components } = await health();
      expect(status).toBe('degraded');
      expect(components.audit_shipping.why).toContain('See that the collector runs');
      expect(components.audit_shipping.backlog).toBeGreaterThan(60);
    }, patience);

    await collector.open();
    await vi.waitFor(() => expect(collector.taken()).toEqual(numbersOf(proxy.userData)), patience);
    await vi.waitFor(async () => {
      const metrics = (await send(`http://127.0.0.1:${port}/metrics`)).body;
      expect(metrics).toContain(`mcp_proxy_audit_shipped_total ${collector.taken().length}`);
      expect(metrics).toContain('mcp_proxy_audit_shipping_backlog 0');
      expect(metrics).toContain('mcp_proxy_audit_shipping_up 1');
    }, patience);
    expect((await health()).components.audit_shipping.status).toBe('ok');
  });

  it('misses nothing after kill -9 of the proxy, in the middle of calls, three times', async () => {
    const collector = await collecting();
    const known = () => new Set(collector.taken()).size;
    let userData: string | undefined;
    for (let round = 0; round < 3; round += 1) {
      const proxy: RunningProxy = await shippingProxy(collector, {}, userData);
      ({ userData } = proxy);
      const session = await openRawSession('streamable-http', proxy.url);
      const before = known();
      let n = 0;
      const calling = async () => {
        for (;;) await session.ask(toolCall((n += 1)));
      };
      const callers = Promise.allSettled([calling(), calling(), calling(), calling()]);
      await vi.waitFor(() => expect(known()).toBeGreaterThan(before + 100), patience);
      await proxy.kill();
      await callers;
    }
    const last = await shippingProxy(collector, {}, userData);
    await last.stop();
    const numbers = numbersOf(last.userData);
    expect(numbers.length).toBeGreaterThan(300);
    // What was on its way when the proxy was killed came twice; its number tells.
    const first = collector.taken().filter((seq, index, all) => all.indexOf(seq) === index);
    expect(first).toEqual(numbers);
    expect(inOrder(first)).toBe(true);
  });

  it('that answers slowly slows no call down', async () => {
    const collector = await collecting();
    collector.answer(() => new Promise((resolve) => setTimeout(() => resolve({ status: 200 }), 1500)));
    const proxy = await shippingProxy(collector);
    const session = await openRawSession('streamable-http', proxy.url);
    await vi.waitFor(() => expect(collector.requests.length).toBeGreaterThan(0), patience);
    const begun = performance.now();
    for (let n = 0; n < 20; n += 1) await session.ask(toolCall(n));
    expect(performance.now() - begun).toBeLessThan(1400);
  });

  it('is never told what was taken out of the log', async () => {
    const collector = await collecting();
    const proxy = await shippingProxy(collector, {
      audit: {
        otlp: {
          endpoint: collector.url,
          from: 'start',
          interval: '50ms',
          headers: { 'X-Key': 'canary-header' },
        },
        capture: { response_summary: true },
      },
    });
    const session = await openRawSession('streamable-http', proxy.url);
    const token = `ghp_${'cAnA'.repeat(9)}`;
    await session.ask(toolCall(1, `it is ${token}`));
    await session.post(
      JSON.stringify({
        jsonrpc: '2.0',
        id: 2,
        method: 'tools/call',
        params: {
          name: 'count',
          arguments: { password: 'canary-password', url: 'https://me:canary-in-url@example.org/' },
        },
      }),
    );
    await proxy.stop();
    const told = collector.requests.map(({ text }) => text).join('\n');
    expect(told).toContain('[redacted:github-token');
    for (const secret of [token, 'canary-password', 'canary-in-url', 'canary-header'])
      expect(told).not.toContain(secret);
    expect(proxy.output().stderr).not.toContain('canary-header');
  });
});
