// Adds up what the audit workers of one gateway have shipped: each counts from 0.
import type { AuditShipping } from '../../ports.ts';
import { nothingShipped, type ShippingState } from './shipping-contract.ts';

export interface ShippingTotals {
  told(state: ShippingState): void;
  /** That worker has ended; the next one counts anew. */
  ended(): void;
  total(): AuditShipping;
}

export function addUpShipping(): ShippingTotals {
  let before = nothingShipped;
  let current = nothingShipped;

  function total(): ShippingState {
    const { skipped } = current;
    return {
      ...current,
      shipped: before.shipped + current.shipped,
      failures: before.failures + current.failures,
      skipped: {
        retention: before.skipped.retention + skipped.retention,
        backlog: before.skipped.backlog + skipped.backlog,
        refused: before.skipped.refused + skipped.refused,
      },
      lastSuccessAt: current.lastSuccessAt ?? before.lastSuccessAt,
    };
  }

  return {
    told: (state) => (current = state),
    ended() {
      before = total();
      const { backlog, problem, loss } = before;
      current = { ...nothingShipped, backlog, problem, loss };
    },
    total,
  };
}
