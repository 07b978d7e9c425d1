// What window and admin API may know of a server and do about it: what it is, how it does, the switches, and the test.
import { z } from 'zod';
import { toolDescription } from './approvals.ts';
import { reservedServerNames, serverName } from './server-paths.ts';

/** What a server says of itself, in answer to `initialize` or `server/discover`. A claim, shown and never trusted. */
export const serverIntroduction = z.object({
  /** Settled on in `initialize`, or all that it speaks. */
  protocolVersions: z.array(z.string()),
  era: z.enum(['legacy', 'modern']),
  name: z.string(),
  title: z.string().nullable(),
  version: z.string(),
  instructions: z.string().nullable(),
  /** Their names. */
  capabilities: z.array(z.string()),
  /** Unix milliseconds. */
  at: z.number(),
});
export type ServerIntroduction = z.infer<typeof serverIntroduction>;

/** Something that happened to a server; the same thing again is counted and not repeated. */
export const serverMoment = z.object({
  /** Unix milliseconds, of the newest time. */
  at: z.number(),
  kind: z.enum([
    'started',
    'ended',
    'recovered',
    'failed',
    'lost',
    'held_back',
    'stopped',
    'resumed',
    'restarted',
  ]),
  /** For people; null where the kind says it all. */
  why: z.string().nullable(),
  times: z.int(),
});
export type ServerMoment = z.infer<typeof serverMoment>;

const milliseconds = z.number();

/** All about one server beside its summary. Never holds values of variables or headers. */
export const serverDetails = z.object({
  name: z.string(),
  /** With each argument that may be a secret hidden; null for a server behind a URL. */
  command: z.object({ file: z.string(), args: z.array(z.string()), cwd: z.string().nullable() }).nullable(),
  /** Without user name, password and query; null for a command. */
  url: z.string().nullable(),
  /** Names alone: of the variables that are set for it, and of the headers that it is sent. */
  variables: z.array(z.string()),
  headers: z.array(z.string()),
  /** Null until it has introduced itself to somebody. */
  introduction: serverIntroduction.nullable(),
  /** As it listed them last; null until somebody has asked. */
  tools: z.array(z.object({ name: z.string(), described: toolDescription })).nullable(),
  processes: z.array(z.object({ pid: z.int(), startedAt: z.number() })),
  /** What it wrote to standard error, oldest first; secrets are taken out. */
  lines: z.array(z.object({ at: z.number(), text: z.string() })),
  limits: z.object({
    /** Null: as many as there are. */
    concurrent: z.int().nullable(),
    queued: z.int(),
    reachMs: milliseconds,
    requestMs: milliseconds,
    /** Null: as long as it likes. */
    longestMs: milliseconds.nullable(),
    /** Null: it is asked however often it fails. */
    breaker: z.object({ failures: z.int(), holdMs: milliseconds }).nullable(),
  }),
  /** Newest first. */
  history: z.array(serverMoment),
});
export type ServerDetails = z.infer<typeof serverDetails>;

/** What a test does, one after the other: it is reached and asked what it is, then for its tools. */
export const serverTestStep = z.object({
  step: z.enum(['introduce', 'tools']),
  state: z.enum(['running', 'ok', 'failed', 'skipped']),
  ms: z.number().nullable(),
  /** For people: what came of it. */
  says: z.string(),
});
export type ServerTestStep = z.infer<typeof serverTestStep>;

/** A connection of the app's own to a server, to see that it works: nothing is called there. */
export const serverTest = z.object({
  id: z.int(),
  server: z.string(),
  state: z.enum(['running', 'ok', 'failed', 'cancelled']),
  steps: z.array(serverTestStep),
  introduction: serverIntroduction.nullable(),
  tools: z.array(z.string()),
  startedAt: z.number(),
});
export type ServerTest = z.infer<typeof serverTest>;

/** A server that is not configured yet. */
export const serverCandidate = z.object({
  name: z
    .string()
    .regex(serverName)
    .refine((name) => !reservedServerNames.includes(name)),
  reach: z.union([
    z.strictObject({ command: z.string().min(1).max(4096), args: z.array(z.string().max(32_768)).max(500) }),
    z.strictObject({ url: z.string().max(4096) }),
  ]),
});
export type ServerCandidate = z.infer<typeof serverCandidate>;

const one = z.object({ name: z.string().max(64) });

export const serverCommands = {
  /** Null: there is no such server. */
  'servers.read': { input: one, output: serverDetails.nullable() },
  /** Its calls get an error that says so, from now on and after a restart of the app. False: there is no such server. */
  'servers.stop': { input: one, output: z.boolean() },
  'servers.start': { input: one, output: z.boolean() },
  /**
   * Ends what runs of it. Sessions with a command go on with a new process; those with a URL end, and their clients
   * initialize anew. False: there is no such server.
   */
  'servers.restart': { input: one, output: z.boolean() },
  /** Begins one, and says how it stands; events tell how it goes on. Null: there is no such server. */
  'servers.test': { input: one, output: serverTest.nullable() },
  /**
   * The same for a server that is not configured: its command is run, as a person has typed it. Scripts can't ask for it.
   */
  'servers.try': { input: serverCandidate, output: serverTest },
  /** Null: it is forgotten, or never was. */
  'servers.test.read': { input: z.object({ id: z.int() }), output: serverTest.nullable() },
  /** False where it is over already. */
  'servers.test.cancel': { input: z.object({ id: z.int() }), output: z.boolean() },
} as const;
export type ServerCommands = typeof serverCommands;
