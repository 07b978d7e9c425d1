// What the audit worker answers and tells, for both ends of the link to it.
import { z } from 'zod';
import { callStory, logQuestions } from '../../shared/audit-search.ts';
import { linesPage, linesQuery } from '../../shared/audit-export.ts';
import { auditKey, auditProof, auditProofCommands, auditVerification } from '../../shared/audit-proof.ts';
import { callsBefore } from '../../shared/approvals.ts';
import type { JudgedCall, RecordedCall } from '../call.ts';
import type { BeforeQuery } from '../ports.ts';
import { shippingSettings, shippingState } from './shipping/shipping-contract.ts';

export const archiveCommands = {
  ...logQuestions,
  story: { input: z.int(), output: callStory.omit({ input: true }).nullable() },
  recall: { input: z.int(), output: z.custom<RecordedCall>() },
  recent: { input: z.int().min(0), output: z.custom<JudgedCall[]>() },
  before: { input: z.custom<BeforeQuery>(), output: callsBefore },
  ...auditProofCommands,
  /** Calls as lines of JSON, oldest first. */
  lines: { input: linesQuery, output: linesPage },
  /** Has the newest records signed. */
  'sign.all': { input: z.void(), output: z.object({ through: z.int(), key: auditProof.shape.key }) },
  /** Signs an export by its digest; null where no key is there. */
  'sign.export': {
    input: z.string(),
    output: z.object({ at: z.int(), keyId: z.string(), signature: z.string() }).nullable(),
  },
  /** What signs the log from now on. */
  sign: { input: auditKey, output: auditProof },
  /** Ends the worker once the reply is on its way. Before that it ships what waits, for so many milliseconds at most. */
  close: { input: z.number().min(0), output: z.void() },
} as const;
export type ArchiveCommands = typeof archiveCommands;

export const archiveEvents = {
  verifying: auditVerification,
  /** The database's own pages were found damaged; in words for people. */
  damaged: z.string(),
  /** Told each second in which it has changed. */
  shipping: shippingState,
  /** A log line; the thread that started the worker writes it. */
  logged: z.object({
    level: z.enum(['info', 'warn', 'error']),
    event: z.string(),
    fields: z.record(z.string(), z.unknown()),
  }),
} as const;
export type ArchiveEvents = typeof archiveEvents;

/** What the worker is started with. */
export const workerSettings = z.object({
  path: z.string(),
  /** Where the keys lie that sign the log. */
  keyFolder: z.string(),
  /** 0: for ever. */
  retentionDays: z.int().min(0),
  /** Bytes; null: any size. */
  maxBytes: z.int().min(1).nullable(),
  /** Null: no collector gets the log. */
  shipping: shippingSettings.nullable(),
});
export type WorkerSettings = z.infer<typeof workerSettings>;
