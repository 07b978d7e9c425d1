// What shipping is told, and what it tells, for both ends of the audit worker's link.
import { z } from 'zod';
import { otlpTarget } from '../../otlp/target.ts';

/** `audit.otlp` of the configuration, with what its files hold. Durations are milliseconds. */
export const shippingSettings = z.object({
  target: otlpTarget,
  batchSize: z.int().min(1),
  intervalMs: z.number(),
  from: z.enum(['now', 'start']),
  /** Null: as many as the log holds. */
  maxBacklog: z.int().min(1).nullable(),
});
export type ShippingSettings = z.infer<typeof shippingSettings>;

const count = z.int().min(0);
const words = z.object({ message: z.string(), remedy: z.string() });

export const shippingState = z.object({
  /** How many records the collector has taken since the worker was started. */
  shipped: count,
  /** How many requests came to nothing since then. */
  failures: count,
  /** How many records it will never get, since then: deleted, too many, or refused by it. */
  skipped: z.object({ retention: count, backlog: count, refused: count }),
  /** How many records wait. */
  backlog: count,
  /** When it took something last, Unix milliseconds; null where it has not since the worker was started. */
  lastSuccessAt: z.number().nullable(),
  /** Why nothing is taken now; null where it is. */
  problem: words.nullable(),
  /** What it lacks since a short while; null where nothing. */
  loss: words.nullable(),
});
export type ShippingState = z.infer<typeof shippingState>;

export const nothingShipped: ShippingState = {
  shipped: 0,
  failures: 0,
  skipped: { retention: 0, backlog: 0, refused: 0 },
  backlog: 0,
  lastSuccessAt: null,
  problem: null,
  loss: null,
};
