// A call on its way down: what a client asked, who asked, and what was decided about it.
import type { PolicyMode, VerdictReason } from '../shared/domain.ts';
import type { PolicyAnswer, UnknownInput } from '../shared/policy-trial.ts';
import type { Message, RequestId, ResponseMessage } from './wire/json-rpc.ts';

/** Who calls, as the policy sees it (`input.agent`). */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly model: string;
  readonly publisher: string;
  readonly tags: readonly string[];
}

/** What the client says of itself in `initialize`: a claim for display and policy, never a proof. */
export interface ClientClaim {
  readonly name: string;
  readonly version: string;
}

/** The program at the other end of a connection, as the operating system tells: a hint, never a proof. */
export interface CallerProcess {
  readonly pid: number;
  /** When it was started, as the system writes it; tells it from a later one with the same pid. */
  readonly started: string;
  /** Path of the program; empty where the system keeps it to itself. */
  readonly executable: string;
  readonly name: string;
}

/** One thing that was called earlier in the session; texts are empty where it has nothing of the kind. */
export interface PastCall {
  readonly server: string;
  readonly method: string;
  /** The tool's or prompt's name. */
  readonly tool: string;
  readonly resource: string;
  readonly count: number;
}

/** The checked calls of a session that were forwarded before this one. */
export interface SessionHistory {
  readonly calls: readonly PastCall[];
  /** Some are not among them: there were too many, or their names were too long. */
  readonly truncated: boolean;
}

/** What a policy may know of the session (`input.session`); the counters include this call. */
export interface SessionFacts {
  readonly id: string;
  readonly requestCount: number;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly cumulativeReads: number;
  readonly cumulativeWrites: number;
  readonly history: SessionHistory;
}

/**
 * The `Mcp-Param-*` headers of a modern request by their names in lower case, for the server that declared them;
 * a proxy hands them on unread (MCP 2026-07-28, Streamable HTTP, custom headers). Empty for everything else.
 */
export type ParamHeaders = Readonly<Record<string, string>>;

/**
 * How a method is treated: checked by policy, passed on with its answer filtered by policy, or passed on. Unknown
 * methods are checked.
 */
export type Treatment = 'enforce' | 'filter' | 'pass';

/** The trace that a call is part of; tracing/ knows more of it. */
export interface CallTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
}

/** One client message, classified and frozen; all that the steps below need to know. */
export interface Call {
  /** The proxy's own id of this call, `req_` and 16 hexadecimal digits. */
  readonly requestId: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly treatment: Treatment;
  readonly message: Message;
  readonly method: string;
  /** The tool's or prompt's name; null where the method has none. */
  readonly tool: string | null;
  /** The resource's URI; null where the method has none, or several. */
  readonly resource: string | null;
  /** The URIs of all resources that it acts on. */
  readonly resources: readonly string[];
  /** `params.arguments` for tools and prompts, otherwise `params`. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly paramHeaders: ParamHeaders;
  readonly server: string;
  readonly agent: Agent;
  /** Of the registered client whose token was presented; null where none was. */
  readonly clientId: string | null;
  readonly client: ClientClaim;
  /** What is known of the calling program by now. */
  readonly process: CallerProcess | null;
  readonly session: SessionFacts;
  readonly sourceIp: string;
  /** `requestId` of the call that came, where a person has put other arguments in the place of its own. */
  readonly replaces?: string;
  /** Left out where calls are not traced. */
  readonly trace?: CallTrace;
}

/** What of a call a policy may know: all but its message and trace, and when the program was started that it came from. */
export interface JudgedCall extends Omit<
  Call,
  'treatment' | 'message' | 'paramHeaders' | 'process' | 'replaces' | 'trace'
> {
  readonly process: Omit<CallerProcess, 'started'> | null;
}

/** What every call's input says of the proxy itself (`input.context`). */
export interface Surroundings {
  /** `policy.environment` of the configuration. */
  readonly environment: string;
  readonly proxyRegion: string;
}

/** A call out of the audit log, as the policy saw it then. */
export type RecordedCall =
  | {
      readonly known: true;
      readonly id: number;
      readonly call: JudgedCall;
      readonly surroundings: Surroundings;
      readonly answer: PolicyAnswer;
      readonly rule: string | null;
    }
  | { readonly known: false; readonly why: UnknownInput };

/** A tool call out of the audit log that was let through; its arguments are null where they are not known. */
export interface RecordedUse extends Pick<Call, 'at' | 'server' | 'clientId' | 'client'> {
  readonly id: number;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>> | null;
}

/** What the policy wants done besides, whatever becomes of the call. */
export interface Obligations {
  /** Short texts that stand in the call's record. */
  readonly log: readonly string[];
  /** What the user is told on the desktop; null for nothing. */
  readonly alert: string | null;
  /** Where in the arguments values lie that are not to be recorded; each the names that lead to one. */
  readonly redact: readonly (readonly string[])[];
}

/** What the policy said. */
export interface Decision {
  readonly allow: boolean;
  /** The policy wants a person to be asked, whatever the mode. */
  readonly ask: boolean;
  readonly violations: readonly string[];
  readonly matchedRule: string | null;
  /** The capability whose absence led to the denial, where the policy says so. */
  readonly requiredCapability: string | null;
  /** A sentence for the person who is asked, where the policy has one. */
  readonly message: string | null;
  /** Left out where there are none. */
  readonly obligations?: Obligations;
}

/** A question outweighs what else a policy says: a person has the last word. */
export function answerOf({ allow, ask }: Pick<Decision, 'allow' | 'ask'>): PolicyAnswer {
  if (ask) return 'ask';
  return allow ? 'allow' : 'deny';
}

/** What is done about a call, and why. */
export interface Verdict {
  readonly allow: boolean;
  readonly reason: VerdictReason;
  readonly mode: PolicyMode;
  readonly decision: Decision;
  /** How long a person was waited for, milliseconds; null where nobody was asked. */
  readonly waitedMs: number | null;
  /** What is noted of it beside what the policy wants noted. Left out where that is nothing. */
  readonly notes?: readonly string[];
}

declare const allowedBrand: unique symbol;

/**
 * A message that may be forwarded. Only the verdict path makes one, after the record is on disk;
 * whoever sends to a server takes nothing else, so that a way round the verdict does not compile.
 */
export interface AllowedMessage {
  readonly [allowedBrand]: true;
  readonly message: Message;
  readonly paramHeaders: ParamHeaders;
  /** Of the call that it is, or takes back; null where it belongs to none. For log lines. */
  readonly requestId: string | null;
}

/** How a forwarded call ended, for the audit log. */
export interface CallOutcome {
  readonly status: 'ok' | 'error' | 'cancelled' | 'upstream_error';
  /** From the moment the message was read until its answer was there, microseconds; null where it was not sent. */
  readonly latencyMicros: number | null;
  readonly responseBytes: number | null;
  readonly errorCode: number | null;
  readonly errorMessage: string | null;
  /** The server took longer than it may. Left out where it did not. */
  readonly timedOut?: true;
  /** What the server answered. Left out where it did not. */
  readonly answer?: ResponseMessage | undefined;
}

export type { Message, RequestId };
