// What window, main and gateway say to each other about exporting the audit log: what, in which format, and how far it is.
import { z } from 'zod';
import { callFilter } from './audit-search.ts';

/**
 * `jsonl` a JSON object on each line, `json` one array of the same objects, `csv` RFC 4180 with a line of headings,
 * `sqlite` a database with a table `audit_log`, `ocsf` on each line an event "API Activity" of the Open Cybersecurity
 * Schema Framework.
 */
export const exportFormat = z.enum(['jsonl', 'csv', 'json', 'sqlite', 'ocsf']);
export type ExportFormat = z.infer<typeof exportFormat>;

export const exportWish = z
  .object({
    /** Which calls; left out: all. */
    filter: callFilter.prefault({}),
    format: exportFormat,
    /**
     * Only with `jsonl`: the records are written as they are chained, with what a verifier needs beside them: digests of
     * the records between them, signatures, the public key.
     */
    proof: z.boolean().default(false),
  })
  .refine(({ format, proof }) => format === 'jsonl' || !proof, {
    error: 'Only the format jsonl can carry the proof',
    path: ['proof'],
  });
export type ExportWish = z.output<typeof exportWish>;

/** How an export stands. */
export const auditExport = z.object({
  id: z.int(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  format: exportFormat,
  proof: z.boolean(),
  /** Absolute path. It is there once the state is `done`; before that, and otherwise, there is nothing. */
  file: z.string(),
  /** Calls that were written, of how many; null while that is still being found out. */
  written: z.int().min(0),
  total: z.int().min(0).nullable(),
  /** Of the finished file; 0 before. */
  bytes: z.int().min(0),
  /** With proof: whether the file is signed. False where the log has no key. */
  signed: z.boolean(),
  elapsedMs: z.number().min(0),
  /** Why it failed, for people. */
  problem: z.string().nullable(),
});
export type AuditExport = z.infer<typeof auditExport>;

/** Commands about exports that anybody may give: none of them says where a file is to be. */
export const exportCommands = {
  /** The last export; null where there was none. Events tell how it goes on. */
  'audit.export.read': { input: z.void(), output: auditExport.nullable() },
  /** False where this one is over already. Nothing is left of it. */
  'audit.export.cancel': { input: z.object({ id: z.int() }), output: z.boolean() },
} as const;

/** Commands that main answers, which alone asks for a place and knows it. */
export const exportDialogCommands = {
  /** Asks in a dialog where to, and begins, which ends one that runs. Null: the dialog was cancelled. */
  'audit.export': { input: exportWish, output: auditExport.nullable() },
  /** Shows the file of the last export, once it is done, in the system's file browser. False: there is none. */
  'audit.export.show': { input: z.void(), output: z.boolean() },
} as const;

/** An export to a place that main, or a command line, has chosen. */
export const exportTask = z.object({
  filter: callFilter,
  format: exportFormat,
  proof: z.boolean(),
  /** Absolute path. What is there is replaced, once all is written. */
  file: z.string().min(1),
});
export type ExportTask = z.infer<typeof exportTask>;

/** A page of calls, each as the line of JSON that an export of format `jsonl` has of it. */
export const linesQuery = z.object({
  filter: callFilter,
  /** Only records with an id above this one. */
  after: z.int().min(0),
  limit: z.int().min(1).max(500),
});
export type LinesQuery = z.output<typeof linesQuery>;

export const linesPage = z.object({
  lines: z.array(z.string()),
  /** For the next page; null where this is the last one. */
  after: z.int().nullable(),
  /** The newest record that was looked at; `after` for whoever wants to know what is new. */
  through: z.int(),
});
export type LinesPage = z.infer<typeof linesPage>;
