// What the gateway tells of its configuration: every setting, its value, and where that comes from.
import { z } from 'zod';

const configSetting = z.object({
  /** The keys from the top; names that the user chose (servers, clients) may hold dots. */
  path: z.array(z.string()),
  /** As it would be written in the file; null for what may be a secret. */
  value: z.unknown(),
  /** The same; null, too, where a name of the user's choice has none. */
  byDefault: z.unknown(),
  /** From below: what is built in, the window, the configuration file, `MCP_*` variables, what an administrator manages. */
  from: z.enum(['default', 'window', 'file', 'environment', 'managed']),
  /** `proxy.yaml:12`, `MCP_SERVER_PORT`; null for a default. */
  where: z.string().nullable(),
  /** It is set, and may be a secret. */
  hidden: z.boolean(),
  /** What it does: one sentence, as in the reference. */
  does: z.string(),
  /** What it has to be, in words: `a whole number from 1 to 100`. */
  expected: z.string(),
  /** Whether an edit takes effect at once, and not at the next start. */
  live: z.boolean(),
});

/** As it was when it could be used last. */
export const configOverview = z.object({
  /** Absolute path; null where none was given. */
  file: z.string().nullable(),
  /** In the order of the reference. */
  settings: z.array(configSetting),
  /** Dotted keys of settings that were changed, and hold from the next start on. */
  waiting: z.array(z.string()),
  /** What was accepted and should be known all the same, with file and line. */
  warnings: z.array(z.string()),
});
export type ConfigOverview = z.infer<typeof configOverview>;

export const configCommands = {
  'config.read': { input: z.void(), output: configOverview },
} as const;
