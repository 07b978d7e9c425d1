// What the gateway tells of its configuration, every setting with where it comes from, and how a window changes it.
import { z } from 'zod';
import { valueForm } from './config-forms.ts';

/** The keys from the top; names that the user chose (servers, clients) may hold dots. */
const keyPath = z.array(z.string().min(1).max(200)).min(1).max(10);

/** From below: what was set in the window, the configuration file, `MCP_*` variables, what an administrator manages. */
const layerKind = z.enum(['window', 'file', 'environment', 'managed']);

const configSetting = z.object({
  path: keyPath,
  /** As it would be written in the file; null for what may be a secret. */
  value: z.unknown(),
  /** The same; null, too, where a name of the user's choice has none. */
  byDefault: z.unknown(),
  from: z.enum(['default', ...layerKind.options]),
  /** `proxy.yaml:12`, `MCP_SERVER_PORT`; null for a default. */
  where: z.string().nullable(),
  /** It is set, and may be a secret. */
  hidden: z.boolean(),
  /** What it does: one sentence, as in the reference. */
  does: z.string(),
  /** What it has to be, in words: `a whole number from 1 to 100`. */
  expected: z.string(),
  /** The window's own layer says something of it, which does not count where `from` is another one. */
  setInWindow: z.boolean(),
  /** Whether an edit takes effect at once, and not at the next start. */
  live: z.boolean(),
  /** Why it has no effect in this version, in words that go on after a colon; null where it has one. */
  inert: z.string().nullable(),
  /** Null where it can be written in a file alone. */
  form: valueForm.nullable(),
});
export type ConfigSetting = z.infer<typeof configSetting>;

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
  /** What keeps the configuration from being used as it is now, a line for each mistake; null where nothing does. */
  problem: z.string().nullable(),
});
export type ConfigOverview = z.infer<typeof configOverview>;

export const configCommands = {
  'config.read': { input: z.void(), output: configOverview },
} as const;

export const configEvents = {
  /** Read it again: files were edited, something was set in the window, or what is wrong with them. */
  'config.changed': z.object({ waiting: z.array(z.string()) }),
} as const;

/** A value is written as it would be in the file; without one, what the window says of it is forgotten. */
export const settingChange = z.object({ path: keyPath, value: z.json().optional() });
export type SettingChange = z.infer<typeof settingChange>;

/** What the audit log is told of a change; values as JSON, null for none, and never a secret. */
export const settingNote = z.object({
  key: z.string(),
  value: z.string().nullable(),
  before: z.string().nullable(),
});
export type SettingNote = z.infer<typeof settingNote>;

export const settingOutcome = z.discriminatedUnion('outcome', [
  /** It is kept, and in force as soon as it can be. `undo` stands for what was before. */
  z.object({ outcome: z.literal('set'), undo: z.int() }),
  /** Nothing was written. The keys are dotted; the first one may be another than that which was to be set. */
  z.object({
    outcome: z.literal('refused'),
    mistakes: z.array(z.object({ key: z.string(), words: z.string() })).min(1),
  }),
  /** Nothing was written, because it would have no effect: a layer above the window's says something else. */
  z.object({ outcome: z.literal('locked'), from: layerKind.exclude(['window']), where: z.string() }),
]);
export type SettingOutcome = z.infer<typeof settingOutcome>;

/** Answered by main: settings of the window can be made while no gateway runs, to get it running. */
export const settingCommands = {
  'config.set': { input: settingChange, output: settingOutcome },
  /** Brings back what was before a change. Null: that was too long ago. */
  'config.undo': { input: z.object({ undo: z.int() }), output: settingOutcome.nullable() },
  /** Opens the file in which something is set, or shows it in its folder; false where there is none. */
  'config.show': {
    input: z.object({ from: z.enum(['window', 'file', 'managed']), how: z.enum(['open', 'folder']) }),
    output: z.boolean(),
  },
  /** Asks for a file or folder in the system's dialog; null where it was cancelled. */
  'config.choose': { input: z.enum(['file', 'folder']), output: z.string().nullable() },
} as const;
