// What window, tray, scripts and gateway say to each other about calls that wait for a person, and about the answers.
import { z } from 'zod';
import { policyMode, verdictKind } from './domain.ts';
import { policyDiagnostic } from './policy-editing.ts';

/** Of a call that waits, as the audit log has it: `req_` and 16 hexadecimal digits. */
export const approvalId = z.string().min(1).max(100);

/**
 * What an answer is about, of the caller that it is given to: exactly these arguments, this tool (or prompt, resource,
 * method), everything of this server, or everything.
 */
export const answerScope = z.enum(['arguments', 'tool', 'server', 'client']);
export type AnswerScope = z.infer<typeof answerScope>;

/** How long it holds. `always` writes a policy; the others are forgotten when the app ends. */
export const answerDuration = z.enum(['once', '15_minutes', 'session', 'always']);
export type AnswerDuration = z.infer<typeof answerDuration>;

/** Which program calls, as far as that is known. Of all this, only `id` is proven. */
export const callerShown = z.object({
  /** What it says that its name and version are. */
  name: z.string(),
  version: z.string(),
  /** Of the registered client whose token it showed; null where it showed none. */
  id: z.string().nullable(),
  /** What policies see as `input.agent.id`. */
  agentId: z.string(),
  /** What the system says of the program: a hint. Null where it is not known. */
  process: z.object({ pid: z.int(), executable: z.string(), name: z.string() }).nullable(),
  sourceIp: z.string(),
});
export type CallerShown = z.infer<typeof callerShown>;

/** What the server itself says of the tool, in its newest list: a claim. */
export const toolDescription = z.object({
  title: z.string().nullable(),
  description: z.string().nullable(),
  /** Hints of `annotations`; those that the server does not give are left out (MCP 2025-11-25, ToolAnnotations). */
  hints: z.object({
    readOnly: z.boolean().optional(),
    destructive: z.boolean().optional(),
    idempotent: z.boolean().optional(),
    openWorld: z.boolean().optional(),
  }),
});
export type ToolDescription = z.infer<typeof toolDescription>;

/** How calls of this kind were answered before, by the audit log. */
const answeredBefore = z.object({
  calls: z.int(),
  /** Of these, how many a person was asked about. */
  asked: z.int(),
  /** By whomever: policy, person, default. */
  allowed: z.int(),
  denied: z.int(),
  /** The newest, Unix milliseconds; null for none. */
  lastAt: z.number().nullable(),
});

export const callsBefore = z.object({
  /** Of the same client, server, method and tool (or resource). */
  alike: answeredBefore,
  /** Among them, those with exactly the same arguments. */
  same: answeredBefore,
  /** The oldest record that was looked at, Unix milliseconds; null where there is none. */
  since: z.number().nullable(),
  /** The last calls of this session, newest first. */
  session: z.array(
    z.object({
      id: z.int(),
      at: z.number(),
      server: z.string(),
      method: z.string(),
      tool: z.string().nullable(),
      resource: z.string().nullable(),
      verdict: verdictKind,
    }),
  ),
});
export type CallsBefore = z.infer<typeof callsBefore>;

/** A call that waits for a person. All times are Unix milliseconds of the gateway's clock. */
export const pendingApproval = z.object({
  id: approvalId,
  /**
   * `given_up`: its client stopped waiting while somebody was at it. An answer is kept for an exact retry; the entry goes
   * as soon as nobody holds it.
   */
  state: z.enum(['waiting', 'given_up']),
  since: z.number(),
  /** When this was written down: count from here, not from the clock of whoever shows it. */
  now: z.number(),
  /** When the default is taken. Moves while it is held. */
  expiresAt: z.number(),
  /** Somebody is at it: until then at most the countdown stands still, at `expiresAt - heldUntil`. */
  heldUntil: z.number().nullable(),
  onTimeout: verdictKind,
  /** The same for calls that differ in nothing: same caller, same target, same arguments, asked about for the same reason. */
  group: z.string(),

  client: callerShown,
  server: z.string(),
  method: z.string(),
  tool: z.string().nullable(),
  resource: z.string().nullable(),
  /** All that it acts on. */
  resources: z.array(z.string()),
  /** Null where the server has not been seen to list it. */
  described: toolDescription.nullable(),
  /** JSON text, whole and as it came. */
  arguments: z.string(),
  /**
   * Something in what it acts on or in its arguments is kept out of the records: it looks like a secret, or the policy
   * says so. None of it, nor what the policy says of it, belongs where others may read along.
   */
  holdsSecret: z.boolean(),
  /** Whether `editedArguments` are taken. */
  editable: z.boolean(),

  mode: policyMode,
  /** `policy` says ask; the mode is audit, and the policy would `denied` it, or people are asked about `all` calls. */
  why: z.enum(['policy', 'denied', 'all']),
  rule: z.string().nullable(),
  /** `title` and `description` of the rule's METADATA; null where it has none. */
  ruleWords: z.object({ title: z.string(), description: z.string().nullable() }).nullable(),
  violations: z.array(z.string()),
  message: z.string().nullable(),

  session: z.object({
    id: z.string(),
    startedAt: z.number(),
    requests: z.int(),
    reads: z.int(),
    writes: z.int(),
    /** What it has called and was forwarded, each thing once; the newest kind last. */
    did: z.array(
      z.object({
        server: z.string(),
        method: z.string(),
        tool: z.string(),
        resource: z.string(),
        count: z.int(),
      }),
    ),
    /** There was more. */
    truncated: z.boolean(),
  }),
  /** Comes in a later snapshot; null until then, and where nothing is recorded. */
  before: callsBefore.nullable(),
  /** Answers that can be given beside `once`, and why not the others. */
  offers: z.object({
    durations: z.array(answerDuration),
    /** For people; null where nothing is missing. */
    why: z.string().nullable(),
  }),
});
export type PendingApproval = z.infer<typeof pendingApproval>;

const note = z.string().trim().max(500).default('');

/** Where a person has answered: the log says so. `api` is set by the admin API itself. */
export const answerPlace = z.enum(['window', 'prompt', 'tray', 'notification', 'terminal', 'api']);
export type AnswerPlace = z.infer<typeof answerPlace>;

export const approvalAnswer = z
  .object({
    /** Those that are shown as one: each gets this answer. */
    ids: z.array(approvalId).min(1).max(500),
    allow: z.boolean(),
    duration: answerDuration.default('once'),
    /** Means nothing for `once`. */
    scope: answerScope.default('arguments'),
    /** Why; stands in the records. */
    note,
    via: answerPlace.default('window'),
    /** JSON text of an object, in place of the arguments that came. For one call, allowed once. */
    editedArguments: z.string().max(8_000_000).optional(),
  })
  .refine(
    ({ editedArguments, ids, allow, duration }) =>
      editedArguments === undefined || (ids.length === 1 && allow && duration === 'once'),
    { error: 'edited arguments are for one call that is allowed once' },
  );
export type ApprovalAnswer = z.input<typeof approvalAnswer>;

/** A temporary answer. */
export const grant = z.object({
  id: z.string(),
  allow: z.boolean(),
  scope: answerScope,
  duration: z.enum(['15_minutes', 'session']),
  client: callerShown.pick({ name: true, id: true, process: true }),
  /** Null where the scope goes beyond it. */
  server: z.string().nullable(),
  method: z.string().nullable(),
  tool: z.string().nullable(),
  resource: z.string().nullable(),
  arguments: z.string().nullable(),
  /** The rule that asked: when another one asks, so does the proxy. */
  rule: z.string().nullable(),
  note: z.string(),
  since: z.number(),
  /** Null: until the session ends. */
  expiresAt: z.number().nullable(),
  sessionId: z.string().nullable(),
  /** Calls that it answered. */
  uses: z.int(),
  lastUsedAt: z.number().nullable(),
});
export type Grant = z.infer<typeof grant>;

/** An answer that was given for always: a policy file. */
export const standingAnswer = z.object({
  /** The name by which the audit log calls it. */
  id: z.string(),
  allow: z.boolean(),
  /** "Always allow 'delete_note' of 'notes' for 'cursor'" */
  title: z.string(),
  /** In the policy folder. */
  file: z.string(),
  /** The rule that asked. */
  rule: z.string().nullable(),
  note: z.string(),
  since: z.number().nullable(),
});
export type StandingAnswer = z.infer<typeof standingAnswer>;

export const grants = z.object({
  /** When this was written down. */
  now: z.number(),
  /** Newest first. */
  temporary: z.array(grant),
  standing: z.array(standingAnswer),
});
export type Grants = z.infer<typeof grants>;

export const approvalAnswered = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('answered'),
    /** These calls go on, or are refused. */
    answered: z.array(approvalId),
    /** Their clients gave up: the answer holds once for an exact retry until `keptUntil`. */
    kept: z.array(approvalId),
    keptUntil: z.number().nullable(),
    /** Neither: answered elsewhere, timed out, or gone for too long. */
    gone: z.array(approvalId),
    /** What was made of it, to be shown with an undo: ids for `grants.revoke`. */
    grants: z.array(z.string()),
  }),
  /** Nothing was answered, and nothing stored. */
  z.object({
    outcome: z.literal('refused'),
    /** For people. */
    message: z.string(),
    diagnostics: z.array(policyDiagnostic),
  }),
]);
export type ApprovalAnswered = z.infer<typeof approvalAnswered>;

/** Sent again every few seconds while somebody is at it: a hold ends by itself, so that a dead window holds nothing. */
export const approvalHold = z.object({ id: approvalId, held: z.boolean() });

export const ruleQuery = z.object({
  /** Of a call that waits, or one of those that were not asked about (`quiet`). */
  id: approvalId,
  allow: z.boolean(),
  scope: answerScope,
  note,
});

/** What `always` would write. Laid over the files on disk it can be checked, tested and replayed as any edit. */
export const ruleDraft = z.discriminatedUnion('possible', [
  z.object({
    possible: z.literal(true),
    id: z.string(),
    title: z.string(),
    /** The rule, and its test. */
    files: z.array(z.object({ name: z.string(), text: z.string() })),
    /** False: any program can call itself like this client. */
    proven: z.boolean(),
  }),
  /** For people. */
  z.object({ possible: z.literal(false), why: z.string() }),
]);
export type RuleDraft = z.infer<typeof ruleDraft>;

/** Until when nobody is asked, and what becomes of the calls meanwhile: let through and recorded, or denied. */
export const quietWish = z.object({
  /** Unix milliseconds; null ends it. */
  until: z.number().nullable(),
  as: z.enum(['record', 'deny']).default('deny'),
});

const quietPeriod = z.object({
  from: z.number(),
  until: z.number(),
  as: z.enum(['record', 'deny']),
  /** How many questions were not asked. */
  calls: z.int(),
});

/** A kind of call that would have been asked about. */
export const unaskedCall = z.object({
  /** For `approvals.rule` and `approvals.keep`. */
  id: approvalId,
  client: callerShown,
  server: z.string(),
  method: z.string(),
  tool: z.string().nullable(),
  resource: z.string().nullable(),
  /** Of the first one, JSON text; null where they are too long to be kept for this. */
  arguments: z.string().nullable(),
  rule: z.string().nullable(),
  calls: z.int(),
  lastAt: z.number(),
});
export type UnaskedCall = z.infer<typeof unaskedCall>;

export const quietState = z.object({
  now: z.number(),
  /** Null: people are asked. */
  current: quietPeriod.nullable(),
  /** The last one that is over: `from` and `until` are a period for `policy.learn`, too. */
  last: quietPeriod.nullable(),
  /** Of the current one, or else of the last one; the most frequent first. */
  unasked: z.array(unaskedCall),
});
export type QuietState = z.infer<typeof quietState>;

const nothing = z.void();
const grantId = z.string().min(1).max(200);

export const approvalCommands = {
  'approvals.list': { input: nothing, output: z.array(pendingApproval) },
  'approvals.answer': { input: approvalAnswer, output: approvalAnswered },
  /** False where it does not wait any more. */
  'approvals.hold': { input: approvalHold, output: z.boolean() },
  'approvals.rule': { input: ruleQuery, output: ruleDraft },
  /** Writes that rule without answering anything: for calls that nobody was asked about. */
  'approvals.keep': { input: ruleQuery, output: approvalAnswered },
  'approvals.quiet': { input: quietWish, output: quietState },
  'approvals.quiet.read': { input: nothing, output: quietState },
  'grants.list': { input: nothing, output: grants },
  /** By the id of either kind. False where there is none. Fails with the words of the policy check for a file. */
  'grants.revoke': { input: z.object({ id: grantId }), output: z.boolean() },
  /** Undoes that: false where it would have ended by now, or was revoked before the app was started. */
  'grants.restore': { input: z.object({ id: grantId }), output: z.boolean() },
} as const;

export const approvalEvents = {
  'approvals.changed': z.array(pendingApproval),
  'approvals.quiet.changed': quietState,
  'grants.changed': grants,
} as const;

export type ApprovalCommands = typeof approvalCommands;
