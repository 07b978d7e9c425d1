// What Prometheus is told of the log's way to its collector, scrape by scrape.
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { shippingMetrics } from '../../../../electron/gateway/observability/shipping-metrics.ts';
import type { AuditShipping } from '../../../../electron/gateway/ports.ts';

const state: AuditShipping = {
  ...{ shipped: 5, failures: 1, skipped: { retention: 2, backlog: 0, refused: 0 }, backlog: 3 },
  ...{ lastSuccessAt: null, problem: null, loss: null },
};

async function scraped(registry: Registry): Promise<string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line.startsWith('mcp_proxy_audit_'));
}

it('says nothing where nothing is shipped', async () => {
  const registry = new Registry();
  shippingMetrics(registry, () => null);
  expect(await scraped(registry)).toEqual([]);
});

it('counts on from scrape to scrape', async () => {
  const registry = new Registry();
  let now = state;
  shippingMetrics(registry, () => now);
  await scraped(registry);
  now = { ...state, shipped: 9, backlog: 0, problem: { message: 'away', remedy: '' } };
  expect(await scraped(registry)).toEqual([
    'mcp_proxy_audit_shipped_total 9',
    'mcp_proxy_audit_shipping_failures_total 1',
    'mcp_proxy_audit_unshipped_total{why="retention"} 2',
    'mcp_proxy_audit_unshipped_total{why="backlog"} 0',
    'mcp_proxy_audit_unshipped_total{why="refused"} 0',
    'mcp_proxy_audit_shipping_backlog 0',
    'mcp_proxy_audit_shipping_up 0',
  ]);
});
