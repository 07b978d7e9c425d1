// What Prometheus is told of the way of the audit log to its collector; nothing where there is none.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { AuditShipping } from '../ports.ts';

/** @param state read at each scrape */
export function shippingMetrics(registry: Registry, state: () => AuditShipping | null): void {
  const registers = [registry];
  if (state() === null) return;

  const total = (name: string, help: string, read: (shipping: AuditShipping) => number) => {
    let seen = 0;
    new Counter({
      name: `mcp_proxy_audit_${name}`,
      help,
      registers,
      collect() {
        const shipping = state();
        if (shipping === null) return;
        this.inc(read(shipping) - seen);
        seen = read(shipping);
      },
    });
  };
  total('shipped_total', 'Records of the audit log that the collector has taken.', ({ shipped }) => shipped);
  total(
    'shipping_failures_total',
    'Requests to the collector that came to nothing.',
    ({ failures }) => failures,
  );

  const seen = { retention: 0, backlog: 0, refused: 0 };
  new Counter({
    name: 'mcp_proxy_audit_unshipped_total',
    help: 'Records that the collector never gets: deleted before it took them, more than may wait, refused by it.',
    labelNames: ['why'],
    registers,
    collect() {
      for (const why of ['retention', 'backlog', 'refused'] as const) {
        const now = state()?.skipped[why] ?? seen[why];
        this.inc({ why }, now - seen[why]);
        seen[why] = now;
      }
    },
  });

  new Gauge({
    name: 'mcp_proxy_audit_shipping_backlog',
    help: 'Records that wait for the collector.',
    registers,
    collect() {
      this.set(state()?.backlog ?? 0);
    },
  });
  new Gauge({
    name: 'mcp_proxy_audit_shipping_up',
    help: '1 while the collector takes records, or has not been asked yet.',
    registers,
    collect() {
      this.set(state()?.problem === null ? 1 : 0);
    },
  });
}
