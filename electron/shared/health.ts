// How each part of the proxy is, as people are told it: a state, a sentence, and what to do.
import { z } from 'zod';

export const healthPart = z.object({
  part: z.enum([
    'policy',
    'audit',
    'signing',
    'shipping',
    'disk',
    'listener',
    'server',
    'clients',
    'config',
    'metrics',
    'health',
  ]),
  /** Of the server; null for the other parts. */
  name: z.string().nullable(),
  /** `attention`: calls get through all the same. `off`: it is switched off, and nothing is wrong with it. */
  state: z.enum(['ok', 'attention', 'down', 'off']),
  /** How it is, or what is wrong. */
  says: z.string(),
  /** What to do; null where nothing is to be done. */
  remedy: z.string().nullable(),
});
export type HealthPart = z.infer<typeof healthPart>;

/** In the order in which a person wants to know them. */
export const proxyHealth = z.array(healthPart);
export type ProxyHealth = z.infer<typeof proxyHealth>;

export const healthCommands = {
  'health.read': { input: z.void(), output: proxyHealth },
} as const;
export type HealthCommands = typeof healthCommands;
