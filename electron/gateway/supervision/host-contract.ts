// What a host and its gateway thread say to each other: the gateway's contract, and the thread's own life.
import { z } from 'zod';
import { auditExport, exportTask } from '../../shared/audit-export.ts';
import { auditKey } from '../../shared/audit-proof.ts';
import { settingNote } from '../../shared/config-settings.ts';
import { events, gatewayCommands } from '../../shared/contract.ts';

/** A call on which the policy did not come to a decision. */
const runawayCall = z.object({
  requestId: z.string(),
  /** Unix milliseconds. */
  at: z.number(),
  sessionId: z.string(),
  sourceIp: z.string(),
  server: z.string(),
  method: z.string(),
  /** Its tool, prompt or resource; empty where it has none. */
  target: z.string(),
});
export type RunawayCall = z.infer<typeof runawayCall>;

/** As `GatewayOptions` in gateway.ts, which says what each means. */
const gatewayOptions = z.object({
  version: z.string(),
  configFile: z.string().nullable(),
  managedConfigFile: z.string().nullable(),
  userData: z.string(),
  shippedPolicies: z.string(),
  out: z.string(),
  bundledOpa: z.string().nullable(),
  env: z.record(z.string(), z.string().or(z.undefined())),
  runaway: z.object({ hash: z.string(), what: z.string(), call: runawayCall }).nullable().default(null),
});

export const hostCommands = {
  ...gatewayCommands,
  /** Fails with `config`, `port_taken` or `internal`. Once in a thread's life. */
  'gateway.start': { input: gatewayOptions, output: z.object({ url: z.string(), graceMs: z.number() }) },
  /** Whether somebody is there who could answer an approval. */
  'gateway.attend': { input: z.boolean(), output: z.void() },
  /** What signs the audit log from now on. */
  'gateway.audit-key': { input: auditKey, output: z.void() },
  /** Begins an export to a file that the host has chosen. */
  'gateway.export': { input: exportTask, output: auditExport },
  /** Something was set in the window. */
  'gateway.setting': { input: settingNote, output: z.void() },
  /** Answered once everything is closed. The input is how long running calls have at most, milliseconds. */
  'gateway.close': { input: z.number().nullable(), output: z.void() },
} as const;

export const hostEvents = {
  ...events,
  /** The heartbeat. */
  'gateway.alive': z.void(),
} as const;

/** Time between two heartbeats, in milliseconds. */
export const heartbeatMs = 1000;
