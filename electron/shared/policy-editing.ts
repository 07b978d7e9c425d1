// What window and gateway say to each other about policies: files, checks, tests, and the versions that were in force.
import { z } from 'zod';

/** Relative to the policy folder, with slashes; the data file goes by its base name. Never leads out of the folder. */
const fileName = z
  .string()
  .max(200)
  .regex(/^[^\s./\\:][^/\\:\p{Cc}]*(?:\/[^\s./\\:][^/\\:\p{Cc}]*)*$/u);
const fileText = z.string().max(2_000_000);

/** SHA-256 of a file's bytes as hexadecimal digits. */
const fileHash = z.string().regex(/^[0-9a-f]{64}$/u);

/** What a file is: Rego, its tests, a JSON policy, policy data, or what a bundle says of itself. */
export const policyFileKind = z.enum(['policy', 'test', 'json', 'data', 'manifest']);

/**
 * A file of the policy folder as it lies on disk, whether it is in force or not. JSON policies are `json/NAME.json`,
 * and what came in a bundle lies below `@bundle/`.
 */
export const policyFolderFile = z.object({
  name: z.string(),
  kind: policyFileKind,
  text: z.string(),
  hash: fileHash,
});
export type PolicyFolderFile = z.infer<typeof policyFolderFile>;

export const policyFolder = z.object({
  /** Absolute path. */
  folder: z.string(),
  /** The name under which policy data is read and saved, whether or not there is any yet. */
  dataName: z.string(),
  /** Whether edits by other programs are noticed while this one runs. */
  watched: z.boolean(),
  /** In the order of their names. */
  files: z.array(policyFolderFile),
  /** Files that are not edited here, because a bundle brought them or owns what they declare; `why` is for people. */
  fixed: z.array(z.object({ name: z.string(), why: z.string() })),
});
export type PolicyFolder = z.infer<typeof policyFolder>;

/** Something wrong with policies; lines and columns count from 1, null where they are not known. */
export const policyDiagnostic = z.object({
  file: z.string().nullable(),
  line: z.int().nullable(),
  column: z.int().nullable(),
  /** A warning keeps nothing from being in force. */
  severity: z.enum(['error', 'warning']),
  /**
   * `compile` OPA or the proxy can't use it; `json` a JSON policy is not valid; `schema` it reads what no input has;
   * `data` policy data is not valid; `test` a test fails; `time` it takes too long to decide; `bundle` it is not in
   * force, because a bundle owns what it declares.
   */
  kind: z.enum(['compile', 'json', 'schema', 'data', 'test', 'time', 'bundle']),
  message: z.string(),
});
export type PolicyDiagnostic = z.infer<typeof policyDiagnostic>;

/** A file as it shall be, laid over what is on disk; `text: null` takes it away. */
export const policyChange = z.object({ name: fileName, text: fileText.nullable() });
export type PolicyChange = z.infer<typeof policyChange>;
export const policyChanges = z.array(policyChange).max(500);

export const policyCheck = z.object({
  /** Whether it could be in force: no diagnostic is an error. */
  ok: z.boolean(),
  diagnostics: z.array(policyDiagnostic),
  /** Null where tests were not run: there are none, it does not compile, or there is no OPA. */
  tests: z.object({ passed: z.int(), failed: z.int() }).nullable(),
});
export type PolicyCheck = z.infer<typeof policyCheck>;

/** Changes with what they were made of. */
export const policyDrafts = z
  .array(
    policyChange.extend({
      /** The hash of the file that was edited; null where there was none. */
      base: fileHash.nullable(),
    }),
  )
  .max(500);
export type PolicyDrafts = z.infer<typeof policyDrafts>;

export const policySave = z.object({
  files: policyDrafts,
  /** Why, for the history. */
  note: z.string().trim().max(500).default(''),
});
export type PolicySave = z.output<typeof policySave>;

export const policySaved = z.discriminatedUnion('outcome', [
  /** On disk and in force. `version` is its id in the history. */
  z.object({ outcome: z.literal('saved'), version: z.int(), check: policyCheck }),
  /** Nothing was written. */
  z.object({ outcome: z.literal('refused'), check: policyCheck }),
  /** Nothing was written: these files are no longer what was edited. Null where there is none now. */
  z.object({
    outcome: z.literal('conflict'),
    files: z.array(z.object({ name: z.string(), text: z.string().nullable(), hash: fileHash.nullable() })),
  }),
]);
export type PolicySaved = z.infer<typeof policySaved>;

export const policyFormatted = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), text: z.string() }),
  z.object({ ok: z.literal(false), diagnostics: z.array(policyDiagnostic) }),
]);
export type PolicyFormatted = z.infer<typeof policyFormatted>;

/** First and last line, counted from 1. */
export const lineRange = z.object({ from: z.int(), to: z.int() });

/** A JSON policy as Rego, or what keeps it from being so. Lines and columns count from 1. */
export const policyInRego = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), rego: z.string() }),
  z.object({
    ok: z.literal(false),
    problems: z.array(z.object({ line: z.int(), column: z.int(), message: z.string() })).min(1),
  }),
]);
export type PolicyInRego = z.infer<typeof policyInRego>;

export const policyTestRun = z.object({
  /** Why no test could be run; empty where they were. */
  diagnostics: z.array(policyDiagnostic),
  results: z.array(
    z.object({
      name: z.string(),
      package: z.string(),
      file: z.string(),
      line: z.int(),
      outcome: z.enum(['passed', 'failed', 'error', 'skipped']),
      /** Microseconds. */
      durationMicros: z.number(),
      message: z.string().nullable(),
    }),
  ),
  /** Of policy files, where no test fails; lines without code are in neither list. */
  coverage: z.array(
    z.object({
      file: z.string(),
      covered: z.array(lineRange),
      notCovered: z.array(lineRange),
      percent: z.number(),
    }),
  ),
});
export type PolicyTestRun = z.infer<typeof policyTestRun>;

/** A set of files that was in force, or that was set aside to make room for another one. */
export const policyVersion = z.object({
  /** Counts up; never used twice. */
  id: z.int(),
  /** Unix milliseconds. */
  at: z.number(),
  /**
   * `shipped` put there by the app; `found` was there at a start; `window` saved in the window; `outside` edited by
   * another program; `update` shipped files changed with a new version of the app; `rollback` brought back;
   * `bundle` served as a bundle, whose revision the note is.
   */
  by: z.enum(['shipped', 'found', 'window', 'outside', 'update', 'rollback', 'bundle']),
  note: z.string(),
  /** Of all its names and texts: the same files have the same hash. */
  hash: fileHash,
  /** False where it never was: it was on disk when a rollback took its place. */
  wasInForce: z.boolean(),
  inForce: z.boolean(),
  /** Why it must not be in force any more, null where it may: it ran away on a call. */
  heldBack: z.string().nullable(),
  files: z.array(z.object({ name: z.string(), hash: fileHash })),
});
export type PolicyVersion = z.infer<typeof policyVersion>;

export const policyHistoryQuery = z.object({
  /** Only versions with an id below this one. */
  before: z.int().optional(),
  limit: z.int().min(1).max(200).default(50),
});

/** Newest first. */
export const policyHistory = z.object({ versions: z.array(policyVersion), more: z.boolean() });
export type PolicyHistory = z.infer<typeof policyHistory>;

export const policyVersionFiles = z.object({
  version: policyVersion,
  files: z.array(z.object({ name: z.string(), text: z.string() })),
});
export type PolicyVersionFiles = z.infer<typeof policyVersionFiles>;

/** A shipped file that was edited here, and that a new version of the app ships otherwise. */
export const policyUpdate = z.object({
  name: z.string(),
  /** As it is on disk; null where it was taken away. */
  own: z.string().nullable(),
  /** The hash to save it by; null where it was taken away. */
  ownHash: fileHash.nullable(),
  shipped: z.string(),
  shippedHash: fileHash,
});
export type PolicyUpdate = z.infer<typeof policyUpdate>;

/** The shipped text that the answer is about: an offer that has changed meanwhile is made again. */
export const policyUpdateAnswer = z.object({ name: fileName, shippedHash: fileHash });
