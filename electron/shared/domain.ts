// The words that every part of the program shares: modes, verdicts, records, states.
import { z } from 'zod';
import { answerSummary } from './answer-summary.ts';
import { policyBundleStatus } from './policy-bundles.ts';
import { policyDiagnostic } from './policy-editing.ts';
import { serverState, serverTransport } from './server-state.ts';

export const policyMode = z.enum(['enforce', 'audit']);
/** `enforce` blocks what the policy denies; `audit` records it and lets it pass. */
export type PolicyMode = z.infer<typeof policyMode>;

export const verdictKind = z.enum(['allow', 'deny']);

/**
 * Why a message was let through or refused; stands in the audit log.
 * `policy` the policy decided; `audit_mode` denied by policy, forwarded because the mode is audit;
 * `person` somebody answered; `grant` somebody had answered for calls like this one; `edited` somebody put other
 * arguments in the place of these, and the call with those has a record of its own; `quiet` nobody was to be asked;
 * `no_answer` nobody answered in time; `nobody_to_ask` no window was there;
 * `withdrawn` the client gave up while waiting; `pass` the method is not policy-checked;
 * `policy_off` policy.enabled is false; `paused` everything is paused; `malformed` not a valid message;
 * `rate_limit` a configured rate is used up;
 * `door` refused before it was read (Host, Origin, size); `session` no such session, or no more of them;
 * `token` none or a wrong one; `version` of a version of MCP that is not spoken here; `runaway` the policy did not come to
 * a decision on it, and the proxy was started anew.
 */
export const verdictReason = z.enum([
  'policy',
  'audit_mode',
  'person',
  'grant',
  'edited',
  'quiet',
  'no_answer',
  'nobody_to_ask',
  'withdrawn',
  'pass',
  'policy_off',
  'paused',
  'rate_limit',
  'malformed',
  'door',
  'session',
  'token',
  'version',
  'runaway',
]);
export type VerdictReason = z.infer<typeof verdictReason>;

/**
 * How a recorded call ended. `pending` is on its way; `unknown` was on its way when the proxy died;
 * `refused` was never forwarded.
 */
export const callStatus = z.enum([
  'pending',
  'ok',
  'error',
  'refused',
  'cancelled',
  'upstream_error',
  'unknown',
]);
export type CallStatus = z.infer<typeof callStatus>;

/** One row of the audit log, as the window lists it. Times are Unix milliseconds, latency is in microseconds. */
export const callSummary = z.object({
  id: z.int(),
  requestId: z.string(),
  at: z.number(),
  sessionId: z.string(),
  agentId: z.string(),
  client: z.string(),
  server: z.string(),
  method: z.string(),
  tool: z.string().nullable(),
  resource: z.string().nullable(),
  verdict: verdictKind,
  reason: verdictReason,
  rule: z.string().nullable(),
  mode: policyMode,
  status: callStatus,
  latencyMicros: z.number().nullable(),
});
export type CallSummary = z.infer<typeof callSummary>;

/** A whole record: the row and what stands behind it. */
export const callRecord = callSummary.extend({
  /** The call's arguments (or params, where the method has no arguments) as JSON text, as they came. */
  arguments: z.string().nullable(),
  violations: z.array(z.string()),
  /** What the policy wanted noted of it. */
  notes: z.array(z.string()),
  /** What the policy wanted the user to be told at once. */
  alert: z.string().nullable(),
  errorCode: z.number().nullable(),
  errorMessage: z.string().nullable(),
  responseBytes: z.number().nullable(),
  /** Null where none is kept (`audit.capture.response_summary`). */
  summary: answerSummary.nullable(),
  /** How long a person was waited for, in milliseconds; null where nobody was asked. */
  waitedMs: z.number().nullable(),
});
export type CallRecord = z.infer<typeof callRecord>;

/** What a policy wants the user to know of a call at once. */
export const policyAlert = z.object({
  /** Of the call's record. */
  callId: z.int(),
  client: z.string(),
  text: z.string(),
});
export type PolicyAlert = z.infer<typeof policyAlert>;

/** Something that needs the user's attention: what happened, and the way out. */
export const problem = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
});
export type Problem = z.infer<typeof problem>;

export const sessionSummary = z.object({
  id: z.string(),
  /** `stateless`: no session in the protocol, but requests of one client, as MCP 2026-07-28 has them. */
  transport: z.enum(['sse', 'streamable-http', 'stateless']),
  client: z.string(),
  agentId: z.string(),
  /** Of the registered client that opened it with its token; null where none was presented. */
  clientId: z.string().nullable(),
  /** The program that uses it, as the system tells: a hint. Null where it is not known, or not yet. */
  process: z.object({ pid: z.int(), executable: z.string(), name: z.string() }).nullable(),
  server: z.string(),
  startedAt: z.number(),
  lastSeenAt: z.number(),
  requests: z.int(),
});
export type SessionSummary = z.infer<typeof sessionSummary>;

/** A client that has a token. */
export const clientSummary = z.object({
  /** What policies see as `input.agent.id`. */
  id: z.string(),
  name: z.string(),
  /** `config`: it stands in the configuration file, and can be changed there alone. */
  source: z.enum(['config', 'window']),
  capabilities: z.array(z.string()),
  tags: z.array(z.string()),
  /** Unix milliseconds; null for those of the configuration file. */
  createdAt: z.number().nullable(),
  /** Unix milliseconds; null where it has not called since that is known. */
  lastSeenAt: z.number().nullable(),
});
export type ClientSummary = z.infer<typeof clientSummary>;

export const clientId = z.string().regex(/^[\w.-]{1,64}$/u);
const words = z.array(z.string().min(1).max(100)).max(100);

export const clientRegistration = z.object({
  name: z.string().trim().min(1).max(64),
  /** Made from the name where it is left out. */
  id: clientId.optional(),
  capabilities: words,
  tags: words.default([]),
});
export type ClientRegistration = z.output<typeof clientRegistration>;

/** The only time that a token can be seen. */
export const issuedToken = z.object({ client: clientSummary, token: z.string() });
export type IssuedToken = z.infer<typeof issuedToken>;

export const serverSummary = z.object({
  name: z.string(),
  kind: z.enum(['demo', 'stdio', 'http']),
  /** The command line or the URL, for people. Never holds environment values. */
  target: z.string(),
  /** The one that the endpoints without a name serve. */
  isDefault: z.boolean(),
  /** Where clients reach it, below the proxy's `url`. */
  paths: z.object({ mcp: z.string(), sse: z.string() }),
  connections: z.int(),
  lastError: z.string().nullable(),
  transport: serverTransport,
  state: serverState,
  /** Until when no call is sent to it, Unix milliseconds; null where it is not held back. */
  heldUntil: z.number().nullable(),
  /** Requests that it is at now. */
  calls: z.int(),
  /** Where it is defined: `/home/me/proxy.yaml:12`. Null for the demo, which is there where no server is. */
  where: z.string().nullable(),
});
export type ServerSummary = z.infer<typeof serverSummary>;

/** A client (by agent id) or a server with a mode of its own. */
export const modeOverride = z.object({
  of: z.enum(['client', 'server']),
  name: z.string(),
  mode: policyMode,
});
export type ModeOverride = z.infer<typeof modeOverride>;

/** Everything that the window's frame and the tray show about the gateway, as one snapshot. */
export const gatewayStatus = z.object({
  version: z.string(),
  state: z.enum(['starting', 'running', 'paused', 'stopped']),
  /** `http://127.0.0.1:PORT`, null until it listens. */
  url: z.string().nullable(),
  /** Set where the wanted port was taken and another was chosen. */
  portTakenInstead: z.int().nullable(),
  /** For all that have none of their own. */
  mode: policyMode,
  modeOverrides: z.array(modeOverride),
  /** Where an administrator has set the mode, which nobody else can change then: `/etc/…/managed.yaml:3`. */
  modeManagedAt: z.string().nullable(),
  policyEnabled: z.boolean(),
  /** Whether people are asked at all. */
  approvalsEnabled: z.boolean(),
  /** `server.auth`: whether callers without a token are let in. */
  auth: z.enum(['optional', 'required']),
  /** Whether HTTP+SSE is served beside Streamable HTTP. */
  servesSse: z.boolean(),
  /** The default one first. */
  servers: z.array(serverSummary),
  /** Known and not served: those that are switched off in the configuration, and those that wait for the next start. */
  unserved: z.array(
    z.object({
      name: z.string(),
      target: z.string(),
      where: z.string().nullable(),
      why: z.enum(['off', 'waits']),
    }),
  ),
  /** Where clients reach all of them together, below `url`. */
  allServers: z.object({ mcp: z.string(), sse: z.string() }),
  sessions: z.array(sessionSummary),
  totals: z.object({ calls: z.int(), denied: z.int(), asked: z.int() }),
  problems: z.array(problem),
});
export type GatewayStatus = z.infer<typeof gatewayStatus>;

/** One step of the demonstration tour. */
export const demoStep = z.object({
  title: z.string(),
  tool: z.string(),
  expected: z.enum(['allowed', 'denied', 'asks']),
  outcome: z.enum(['waiting', 'allowed', 'denied', 'failed']),
  detail: z.string(),
});
export type DemoStep = z.infer<typeof demoStep>;

/** A policy file that is in force. */
export const policyFile = z.object({ name: z.string(), text: z.string() });
export const policyOverview = z.object({
  source: z.string(),
  files: z.array(policyFile),
  entrypoint: z.string(),
  /** Why the files on disk are not the ones in force, null where they are. */
  problem: z.string().nullable(),
  /** The same problem by its places, and warnings about the files on disk. */
  diagnostics: z.array(policyDiagnostic),
  /** Its id in the history; null where none is in force. */
  version: z.int().nullable(),
  /** Null where policies come from this machine alone. */
  bundle: policyBundleStatus.nullable(),
});
export type PolicyOverview = z.infer<typeof policyOverview>;
