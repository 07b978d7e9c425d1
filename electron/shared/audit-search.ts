// What window and gateway say to each other about searching the audit log: filters, pages, figures, and whole stories.
import { z } from 'zod';
import { callRecord, callStatus, callSummary, verdictReason } from './domain.ts';
import { policyInput } from './policy-trial.ts';

/**
 * What became of a call, for filters and figures. Each call is exactly one of these five: `allowed` it was let through
 * (and went well, was cancelled, or is on its way); `failed` it was let through, and the server answered with an error or
 * not at all; `unknown` it was let through, and the proxy died before its end; `denied` by policy, person, rate or pause;
 * `refused` at the door, before it became a call (`verdictReason` from `malformed` on). `asked` is told besides: a person
 * was asked about it, whatever came of that.
 */
export const callDecision = z.enum(['allowed', 'failed', 'unknown', 'denied', 'refused', 'asked']);
export type CallDecision = z.infer<typeof callDecision>;

/** How many of each; the first five add up to all, those of `asked` are among them. */
export const decisionCounts = z.record(callDecision, z.int());
export type DecisionCounts = z.infer<typeof decisionCounts>;

/** By what calls can be counted, and what a filter's lists name. */
export const callDimension = z.enum([
  'client',
  'agent',
  'server',
  'tool',
  'method',
  'rule',
  'reason',
  'session',
]);
export type CallDimension = z.infer<typeof callDimension>;

/** Any of these; left out or empty: whatever it is. Among names the empty text stands for none: no tool, no rule. */
const anyOf = <T extends z.ZodType>(value: T) => z.array(value).max(200).default([]);
const names = anyOf(z.string().max(2000));

/**
 * Which calls are meant: those for which every member holds.
 *
 * `text` is what a person types into a search field. Each word has to occur, in any order, as the beginning of a word (of
 * one or two letters: as a whole word) of
 * the call's arguments, tool, resource, method, client, agent, server, session, rule, violations, notes, alert or error;
 * capital and small letters are the same, and so are letters with and without accents. Everything that is neither letter
 * nor digit separates words; what is written in one piece (`/etc/hosts`, `read_file`) has to stand together, in this order.
 * `"in quotation marks"`: these whole words, one after the other. `!word` and `!"two words"`: does not occur (not `-`,
 * with which options of commands begin). There are no other operators, so any text is a valid search. Of long arguments the first 64 KiB are searched. What was redacted
 * is not in the log, and is not found.
 */
export const callFilter = z.object({
  text: z.string().max(1000).default(''),
  /** Unix milliseconds: not before this. */
  from: z.number().optional(),
  /** Unix milliseconds: before this. */
  to: z.number().optional(),
  clients: names,
  agents: names,
  servers: names,
  tools: names,
  methods: names,
  rules: names,
  sessions: names,
  reasons: anyOf(verdictReason),
  statuses: anyOf(callStatus),
  /** `asked` among others means: those, or any that were asked about. */
  decisions: anyOf(callDecision),
  /** Only calls whose end is known, and that took so long. */
  minLatencyMicros: z.number().min(0).optional(),
  /** True: values were taken out of its record; false: none. */
  redacted: z.boolean().optional(),
  /** True: a policy wanted the user told at once; false: it did not. */
  alerted: z.boolean().optional(),
});
export type CallFilter = z.output<typeof callFilter>;
/** As it is written: everything may be left out. */
export type CallFilterInput = z.input<typeof callFilter>;

/**
 * `newest` and `oldest` go by the order in which the log has them. `slowest` and `fastest` by latency, `largest` and
 * `smallest` by the bytes of arguments and answer together; calls of which that is not known count as less than any.
 */
export const callSort = z.enum(['newest', 'oldest', 'slowest', 'fastest', 'largest', 'smallest']);
export type CallSort = z.infer<typeof callSort>;

/**
 * A name of the asker's choice: with a new question of the same kind and name, the one before is given up, and fails with
 * the code `superseded`. For fields in which somebody types. Left out: nothing is given up.
 */
const lane = z.string().max(64).optional();

export const callSearch = z.object({
  filter: callFilter.prefault({}),
  sort: callSort.default('newest'),
  /** Of the page before this one, with the same filter and sort. */
  cursor: z.string().max(200).optional(),
  /** Only records with an id above this one: what is new since a page whose `through` it was. */
  after: z.int().optional(),
  limit: z.int().min(1).max(500).default(100),
  lane,
});
export type CallSearch = z.input<typeof callSearch>;

/** A row of a list of calls. */
export const callHit = callSummary.extend({
  asked: z.boolean(),
  redacted: z.boolean(),
  alerted: z.boolean(),
  /** Of arguments and answer, as far as they are known. */
  bytes: z.int(),
});
export type CallHit = z.infer<typeof callHit>;

export const callHits = z.object({
  calls: z.array(callHit),
  /** For the next page; null where this is the last one. */
  cursor: z.string().nullable(),
  /** The newest record that was looked at; `after` for whoever wants to know what is new. */
  through: z.int(),
});
export type CallHits = z.infer<typeof callHits>;

export const countQuery = z.object({ filter: callFilter.prefault({}), lane });

export const callCount = z.object({ total: z.int(), decisions: decisionCounts });
export type CallCount = z.infer<typeof callCount>;

export const histogramQuery = z.object({
  filter: callFilter.prefault({}),
  /** The picture's edges where the filter leaves them open; left out: oldest and newest call of the whole log. */
  from: z.number().optional(),
  to: z.number().optional(),
  /** At most so many; widths are round (1 s, 5 s, 1 min, … 1 d, 1 week), and begin at round times (UTC). */
  buckets: z.int().min(1).max(500).default(60),
  lane,
});

export const callHistogram = z.object({
  /** Milliseconds. */
  width: z.number(),
  /** Each from its `at` (Unix milliseconds) on, without gaps; the first and the last may be cut by the filter. */
  buckets: z.array(z.object({ at: z.number(), decisions: decisionCounts })),
});
export type CallHistogram = z.infer<typeof callHistogram>;

export const topQuery = z.object({
  filter: callFilter.prefault({}),
  by: callDimension,
  limit: z.int().min(1).max(200).default(10),
  lane,
});

const topValue = z.object({ value: z.string(), total: z.int(), decisions: decisionCounts });

/** Most calls first. Calls that have none (no tool, no rule) are not counted. */
export const callTop = z.object({
  values: z.array(topValue),
  /** How many different ones there are in all. */
  distinct: z.int(),
});
export type CallTop = z.infer<typeof callTop>;

export const valuesQuery = z.object({
  of: callDimension,
  /** Counts are of the calls that it means; what it says about `of` itself is left aside, so that a menu shows all. */
  filter: callFilter.prefault({}),
  /** Only values that contain this, in capital or small letters. */
  contains: z.string().max(200).default(''),
  limit: z.int().min(1).max(500).default(50),
  lane,
});

/** Most calls first. */
export const callValues = z.object({
  values: z.array(z.object({ value: z.string(), calls: z.int() })),
  more: z.boolean(),
});
export type CallValues = z.infer<typeof callValues>;

/** What happened besides calls; see audit-events.ts for the kinds and their details. */
export const loggedEvent = z.object({
  /** Calls and events are numbered together: one with a higher id came later. */
  id: z.int(),
  /** Unix milliseconds. */
  at: z.number(),
  kind: z.string(),
  by: z.string(),
  /** A server's name, a client's or session's id, …; may be empty. */
  subject: z.string(),
  /** JSON text of an object. */
  details: z.string(),
});
export type LoggedEvent = z.infer<typeof loggedEvent>;

/** Events are few, and have a list of their own: newest first. A list of both is put together by their ids. */
export const eventSearch = z.object({
  /** Each word, as it is, somewhere in kind, subject or details; capital and small letters are the same. */
  text: z.string().max(1000).default(''),
  from: z.number().optional(),
  to: z.number().optional(),
  kinds: names,
  /** Only events with an id below this one: the next page. */
  before: z.int().optional(),
  /** Only events with an id above this one: what is new, or lies between two calls. */
  after: z.int().optional(),
  limit: z.int().min(1).max(500).default(100),
});
export const loggedEvents = z.object({
  events: z.array(loggedEvent),
  more: z.boolean(),
  /** All kinds that there are in the log. */
  kinds: z.array(z.string()),
});
export type LoggedEvents = z.infer<typeof loggedEvents>;

/** All that is known about one call. */
export const callStory = z.object({
  call: callRecord,
  agentName: z.string(),
  capabilities: z.array(z.string()),
  clientVersion: z.string(),
  sourceIp: z.string(),
  /** Of the registered client whose token was presented; null where none was. */
  clientId: z.string().nullable(),
  /** The program that called; null where that was not known. */
  process: z.object({ pid: z.int(), executable: z.string(), name: z.string() }).nullable(),
  /** What the policy saw. */
  input: policyInput,
  /** Ids of other records, where a person has changed the arguments: of the call that came, and of the one that it became. */
  came: z.int().nullable(),
  became: z.int().nullable(),
  /** Calls of the same session before it, the last one first, and after it, the next one first; 20 at most. */
  before: z.array(callSummary),
  after: z.array(callSummary),
  /** What else happened from the minute before it until its end; oldest first, the last 50 at most. */
  events: z.array(loggedEvent),
});
export type CallStory = z.infer<typeof callStory>;

/** A filter that somebody keeps. */
export const savedSearch = z.object({
  id: z.string().max(64),
  name: z.string().trim().min(1).max(100),
  filter: callFilter,
  sort: callSort,
});
export type SavedSearch = z.infer<typeof savedSearch>;

export const searchToSave = z.object({
  /** Of the one that it replaces, or that was removed and shall be there again; left out: a new one. */
  id: z.string().max(64).optional(),
  name: savedSearch.shape.name,
  filter: callFilter,
  sort: callSort.default('newest'),
});

/**
 * How far the search index is. While it is being built searches answer all the same, and completely, but slower: all
 * records that it lacks are looked at one by one.
 */
export const indexState = z.object({
  state: z.enum(['ready', 'building', 'off']),
  /** How much of the log it has, 0 to 1. */
  share: z.number(),
  /** Why it is built anew, for people; null where it is not. */
  reason: z.string().nullable(),
});
export type IndexState = z.infer<typeof indexState>;

/** What the audit log is asked. */
export const logQuestions = {
  'calls.search': { input: callSearch, output: callHits },
  'calls.count': { input: countQuery, output: callCount },
  'calls.histogram': { input: histogramQuery, output: callHistogram },
  'calls.top': { input: topQuery, output: callTop },
  /** For menus and completion. */
  'calls.values': { input: valuesQuery, output: callValues },
  'events.search': { input: eventSearch, output: loggedEvents },
  /** Ask again now and then while it is being built. */
  'index.read': { input: z.void(), output: indexState },
} as const;
export type LogQuestions = typeof logQuestions;

export const searchCommands = {
  ...logQuestions,
  /** Null: there is no such record (any more). */
  'calls.story': { input: z.object({ id: z.int() }), output: callStory.nullable() },
  /** In the order in which they were saved. */
  'searches.list': { input: z.void(), output: z.array(savedSearch) },
  'searches.save': { input: searchToSave, output: savedSearch },
  /** False: there is none with this id. To undo it, save it again with its id. */
  'searches.remove': { input: z.object({ id: z.string().max(64) }), output: z.boolean() },
} as const;
export type SearchCommands = typeof searchCommands;
