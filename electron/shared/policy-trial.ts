// What window and gateway say to each other about policies that are not in force yet: try, replay, and learn from calls.
import { z } from 'zod';
import { lineRange, policyChanges, policyDiagnostic } from './policy-editing.ts';

/** What a policy makes of a call, by itself: what mode, people and rates make of that comes later. */
export const policyAnswer = z.enum(['allow', 'ask', 'deny']);
export type PolicyAnswer = z.infer<typeof policyAnswer>;

/**
 * Why it is not known any more what a policy saw of a recorded call, or saw none. `no_record` there is no such record
 * (any more); `not_asked` no policy was asked about it; `old_record` it was written by a version of the app that kept
 * less; `arguments_not_kept` the configuration says so, or the policy of some of them; `arguments_cut` they were too long to be kept whole;
 * `damaged` the record can't be read.
 */
export const unknownInput = z.enum([
  'no_record',
  'not_asked',
  'old_record',
  'arguments_not_kept',
  'arguments_cut',
  'damaged',
]);
export type UnknownInput = z.infer<typeof unknownInput>;

export const policyInput = z.discriminatedUnion('known', [
  z.object({
    known: z.literal(true),
    /** JSON, indented. More than one where the call named several resources: the policy is asked about each. */
    inputs: z.array(z.string()).min(1),
  }),
  z.object({ known: z.literal(false), why: unknownInput, message: z.string() }),
]);
export type PolicyInput = z.infer<typeof policyInput>;

export const policyTryQuery = z.object({
  files: policyChanges,
  /** JSON text of one input. */
  input: z.string().max(4_000_000),
});

/** A rule whose body held for this input. A rule that held for several values stands here once. */
export const firedRule = z.object({
  /** As in Rego, without the package: `allow`, `objections`. */
  name: z.string(),
  file: z.string(),
  /** Of its head; counted from 1. */
  line: z.int(),
  /** `title` of its METADATA. */
  title: z.string().nullable(),
  /** `default allow := false` */
  isDefault: z.boolean(),
});
export type FiredRule = z.infer<typeof firedRule>;

export const policyDecision = z.object({
  answer: policyAnswer,
  violations: z.array(z.string()),
  matchedRule: z.string().nullable(),
  requiredCapability: z.string().nullable(),
  message: z.string().nullable(),
});

export const policyTried = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('decided'),
    decision: policyDecision,
    /** In the order in which they held. */
    rules: z.array(firedRule),
    /** Lines that were evaluated and true, and lines that were not: `allow if false` is in the latter. */
    lines: z.array(z.object({ file: z.string(), held: z.array(lineRange), notHeld: z.array(lineRange) })),
    /** What `print` said. */
    printed: z.array(z.string()),
    /** Why there are no rules and lines although there is a decision; null where there are. */
    traceProblem: z.string().nullable(),
  }),
  /** The files can't be used. */
  z.object({ outcome: z.literal('unusable'), diagnostics: z.array(policyDiagnostic).min(1) }),
  /** The input is no JSON object. */
  z.object({ outcome: z.literal('bad_input'), message: z.string() }),
]);
export type PolicyTried = z.infer<typeof policyTried>;

export const policyReplayQuery = z.object({
  files: policyChanges,
  /** How many of the newest recorded calls that a policy was asked about. */
  count: z.int().min(1).max(100_000).default(10_000),
});

/**
 * A replay as it stands. There is one at a time: a new one ends the one before.
 * `compiling` -> `running` -> `done` | `cancelled` | `failed`; `compiling` may also end in `unusable`.
 */
export const policyReplay = z.object({
  id: z.int(),
  state: z.enum(['compiling', 'running', 'done', 'cancelled', 'unusable', 'failed']),
  /** `unusable`: what is wrong with the files. */
  diagnostics: z.array(policyDiagnostic),
  /** `failed`: why, for people. */
  problem: z.string().nullable(),
  /** How many recorded calls there are to look at; 0 until it runs. */
  total: z.int(),
  /** Decided anew so far. */
  decided: z.int(),
  /** Looked at, and not decided. */
  skipped: z.array(z.object({ why: unknownInput, calls: z.int() })),
  /** How many would be answered otherwise. */
  changed: z.int(),
  /** The same by what they were and would be. */
  changes: z.array(z.object({ from: policyAnswer, to: policyAnswer, calls: z.int() })),
  elapsedMs: z.number(),
});
export type PolicyReplay = z.infer<typeof policyReplay>;

export const replayChangesQuery = z.object({
  /** Of the replay. */
  id: z.int(),
  /** Only calls with an id below this one. */
  before: z.int().optional(),
  limit: z.int().min(1).max(200).default(50),
});

export const replayChange = z.object({
  callId: z.int(),
  at: z.number(),
  client: z.string(),
  server: z.string(),
  method: z.string(),
  tool: z.string().nullable(),
  resource: z.string().nullable(),
  from: policyAnswer,
  fromRule: z.string().nullable(),
  to: policyAnswer,
  toRule: z.string().nullable(),
  /** Of the new answer. */
  violations: z.array(z.string()),
});
export type ReplayChange = z.infer<typeof replayChange>;

/** Newest call first. Of very many changes the newest are kept; `changed` of the replay counts them all. */
export const replayChanges = z.object({ changes: z.array(replayChange), more: z.boolean() });
export type ReplayChanges = z.infer<typeof replayChanges>;

/** A period of the audit log, Unix milliseconds; `to` is not part of it. Null: from its beginning, to its end. */
export const learnPeriod = z.object({ from: z.number().nullable(), to: z.number().nullable() });

/** Below which folders the paths in one argument lay. */
export const pathPrefixes = z.object({
  argument: z.string().max(1000),
  /** Each ends with its separator. */
  folders: z.array(z.string().max(4000)).min(1).max(20),
});
export type PathPrefixes = z.infer<typeof pathPrefixes>;

/** One tool that one client has used: what a rule would allow it from now on. */
export const policyProposal = z.object({
  /** The registered client's id where it was proven by its token, else the name that the client gives itself. */
  client: z.string().max(1000),
  proven: z.boolean(),
  server: z.string().max(1000),
  tool: z.string().max(1000),
  prefixes: z.array(pathPrefixes).max(50),
  calls: z.int(),
  /** Unix milliseconds. */
  firstAt: z.number(),
  lastAt: z.number(),
  /** Calls that become tests: those that differ in what the rule looks at. */
  examples: z
    .array(
      z.object({
        callId: z.int(),
        /** JSON text: those of the arguments that `prefixes` names. */
        arguments: z.string().max(100_000),
      }),
    )
    .max(50),
});
export type PolicyProposal = z.infer<typeof policyProposal>;

export const learnedFiles = z.object({
  /** `learned.rego` and `learned_test.rego`: laid over the files on disk they can be checked, replayed and saved. */
  files: z.array(z.object({ name: z.string(), text: z.string() })),
});

export const policyLearned = learnedFiles.extend({
  /** In the order of clients, servers and tools. */
  proposals: z.array(policyProposal),
  /** Tool calls that were let through in the period. */
  calls: z.int(),
  /** Those among them of which the arguments are not known: their proposals have no prefixes. */
  withoutArguments: z.int(),
  /** There are more different uses than can be proposed; the most frequent ones are. */
  cut: z.boolean(),
});
export type PolicyLearned = z.infer<typeof policyLearned>;

/** How many tool calls the learning has looked at so far. */
export const learningProgress = z.object({ calls: z.int() });

/** A call as a proposal: only that client, tool and folders. A call of no tool, or that is not known any more, is none. */
export const proposedOfCall = z.discriminatedUnion('possible', [
  z.object({
    possible: z.literal(true),
    proposal: policyProposal,
    /** What decided then: an exception is one from this rule. */
    rule: z.string().nullable(),
    /** What the policy made of it then. */
    answer: policyAnswer,
  }),
  z.object({ possible: z.literal(false), message: z.string() }),
]);
export type ProposedOfCall = z.infer<typeof proposedOfCall>;

/** One rule about calls like a recorded one, beside all others. */
export const ruleOfCall = z.object({
  callId: z.int(),
  /** `allow` and `ask` hold against `except` alone: the rule that denied the call, or asked about it. */
  answer: policyAnswer,
  except: z.string().max(200).nullable(),
});
export type RuleOfCall = z.infer<typeof ruleOfCall>;

/** What is left after somebody has looked through the proposals. */
export const composeQuery = z.object({
  proposals: z.array(policyProposal).max(2000),
  /** Null: these proposals are all that clients may use. Otherwise they get this one rule, in files of its own. */
  rule: ruleOfCall.nullable().default(null),
});
