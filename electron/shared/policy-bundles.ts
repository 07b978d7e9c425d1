// What window and gateway say to each other about the bundle that policies come from.
import { z } from 'zod';

/** Where policies are served, what of it is in force, and how asking for it goes. */
export const policyBundleStatus = z.object({
  /** Without user name, password and query. */
  url: z.string(),
  /** The bundle that is in force, or was read from disk to be so; null where there is none yet. */
  taken: z
    .object({
      /** As its manifest has it; empty where it has none. */
      revision: z.string(),
      /** What of `data` it owns, as paths with slashes; the empty one is all of it. */
      roots: z.array(z.string()),
      etag: z.string().nullable(),
      /** Who signed it; null where no signature is asked for. */
      signedBy: z.object({ keyId: z.string().nullable(), algorithm: z.string() }).nullable(),
      /** When it was taken in, Unix milliseconds. */
      at: z.number(),
    })
    .nullable(),
  /** Whether the server is being asked just now. */
  checking: z.boolean(),
  /** When it was asked last, and when that went well last; Unix milliseconds, null where it never was. */
  lastTryAt: z.number().nullable(),
  lastSuccessAt: z.number().nullable(),
  /** When it will be asked next, Unix milliseconds; null while it is being asked. */
  nextTryAt: z.number().nullable(),
  /** Why what the server has is not in force: what happened, and the way out. Null where it is. */
  problem: z.object({ message: z.string(), remedy: z.string() }).nullable(),
});
export type PolicyBundleStatus = z.infer<typeof policyBundleStatus>;
