// What the gateway's services ask of each other and of their host, as types alone.
import type { ApprovalCommands, CallsBefore } from '../shared/approvals.ts';
import type { AuditEvent } from '../shared/audit-events.ts';
import type { LinesPage, LinesQuery } from '../shared/audit-export.ts';
import type { CallStory, LogQuestions } from '../shared/audit-search.ts';
import type { AuditKey, auditProofCommands } from '../shared/audit-proof.ts';
import type { Handlers } from '../shared/contract.ts';
import type { PolicyMode, PolicyOverview } from '../shared/domain.ts';
import type {
  Agent,
  AllowedMessage,
  Call,
  CallerProcess,
  CallOutcome,
  Decision,
  JudgedCall,
  RecordedCall,
  Verdict,
} from './call.ts';
import type { Message, RequestId, ResponseMessage } from './wire/json-rpc.ts';

/** Log lines are an event name and fields: never arguments, tokens or environment values. */
export interface Logger {
  debug(event: string, fields?: Record<string, unknown>): void;
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
}

/** Unix milliseconds, and a monotonic clock in microseconds for durations. */
export interface Clock {
  now(): number;
  monotonicMicros(): number;
}

/** Everything that owns something ends it here. Services are closed in reverse order of their making. */
export interface Closable {
  close(): void | Promise<void>;
}

/** Takes secrets out of what is written down: a marker with a keyed hash is left in the place of each. */
export interface Redactor {
  /** @param paths where in the arguments values lie that the policy wants kept out, too */
  of(call: Pick<Call, 'server' | 'tool'>, paths: readonly (readonly string[])[]): CallRedaction;
  /** For log lines: without what lately was taken out of calls, too. */
  words(text: string): string;
}

/** What is taken out of the record of one call. */
export interface CallRedaction {
  /** The first `length` bytes of a JSON text; the very same bytes where there is no secret in them. */
  json(text: Buffer, length: number): Buffer;
  /** Also without what was taken out before. */
  words(text: string): string;
  /** Something was taken out. */
  readonly took: boolean;
}

/** What a person has answered for always, and by which rule of the policy. */
export interface StandingAnswer {
  readonly allow: boolean;
  readonly rule: string;
}

/** Decides a call. Never throws: whatever goes wrong is a denial that says so, and nothing is listed over it. */
export interface PolicyEngine extends Closable {
  decide(call: Call): Decision;
  /** For a call that a person would be asked about; null where nothing was answered for always. */
  standing(call: Call, decision: Decision): StandingAnswer | null;
  /**
   * Whether lists show what this call would be of. Its arguments are not known; nor, for a template of URIs, is the
   * resource. True wherever some call of it might be allowed.
   */
  lists(call: Call, isTemplate: boolean): boolean;
  overview(): PolicyOverview;
}

/** What is being evaluated, written where another thread sees it: wasm can't be interrupted, only its thread ended. */
export interface EvaluationMark {
  /** The hash of the policy that evaluates from now on, and what an evaluation may take, milliseconds. */
  policy(hash: string, timeoutMs: number): void;
  begin(call: Call): void;
  end(): void;
}

/** A configured rate that a call would exceed. */
export interface ExceededLimit {
  /** "agent 'cursor'" or "tool 'send_mail'" */
  readonly whose: string;
  readonly limit: number;
  readonly span: 'session' | 'minute' | 'hour';
}

/** Holds calls to the configured rates, beside whatever the policy says of them. */
export interface RateLimiter {
  /** Counts a call, and gives null; or gives what it would exceed, and does not count it. */
  take(call: Call): ExceededLimit | null;
  /** This session has ended. */
  forget(sessionId: string): void;
}

/** The answer to "shall I?". `allow` already holds the configured default where nobody answered. */
export interface Answer {
  readonly allow: boolean;
  /** `grant` an earlier answer of a person holds for this call, too; `quiet` nobody was to be asked. */
  readonly by: 'person' | 'grant' | 'quiet' | 'no_answer' | 'nobody_to_ask' | 'withdrawn';
  /** Null where nobody was asked. */
  readonly waitedMs: number | null;
  /** What the record says of it. */
  readonly notes: readonly string[];
  /** The call with other arguments, where the person has changed them; null where not. */
  readonly edited: Call | null;
}

/** The client of a call, while a person is asked. */
export interface WaitingClient {
  /** A person is asked from now on, and until the returned function is called: the client may be told so. */
  waits(): () => void;
  /**
   * The one program that has used the session so far; null where there were several, or it is not known (in time). What
   * policies see as the program of a call may be that of another who uses the same session.
   */
  program(): Promise<CallerProcess | null>;
  /** Whether the session's id is known to its client alone: nobody else's calls can be of this session. */
  readonly hasOwnSession: boolean;
}

/** Why a person is asked: the policy wants it, or the mode is audit, and people are asked about such calls there. */
export interface Question {
  readonly mode: PolicyMode;
  readonly why: 'policy' | 'denied' | 'all';
}

/** Asks a person about a call and waits; never rejects. `withdrawn` aborts when the client gives up. */
export interface Approver {
  ask(
    call: Call,
    decision: Decision,
    question: Question,
    client: WaitingClient,
    withdrawn: AbortSignal,
  ): Promise<Answer>;
}

/** The approver as the host sees it: what waits, and where answers go in. */
export interface ApprovalDesk extends Approver, Closable {
  readonly commands: Handlers<ApprovalCommands>;
  /** Ends the wait of all that wait, with the default: nobody will answer. */
  dismissAll(): void;
  /** Says whether somebody is there who could answer; while nobody is, asking ends at once with the default. */
  setAttended(attended: boolean): void;
  /** This session has ended: what was answered for it alone is forgotten. */
  sessionEnded(sessionId: string): void;
}

/** What is known of a message that is refused before it became a call, or of a call that ended the gateway. */
export interface RefusedMessage {
  readonly requestId: string;
  readonly at: number;
  readonly sessionId: string;
  readonly server: string;
  readonly method: string;
  /** Known of calls alone. */
  readonly tool?: string;
  readonly reason: 'malformed' | 'door' | 'session' | 'token' | 'version' | 'runaway';
  readonly errorCode: number;
  readonly errorMessage: string;
  readonly sourceIp: string;
}

/** Where the audit log is told what happens besides calls. */
export interface AuditNotes {
  /** Is committed soon; where it can't be, that is reported. Never with secrets, or values of the environment. */
  note(event: AuditEvent): void;
}

/** How the audit log gets to the collector that has a copy of it; counted since the gateway was started. */
export interface AuditShipping {
  /** How many records the collector has taken. */
  readonly shipped: number;
  /** How many requests to it came to nothing. */
  readonly failures: number;
  /** How many records it never gets: deleted before it took them, more than may wait, or refused by it. */
  readonly skipped: { readonly retention: number; readonly backlog: number; readonly refused: number };
  /** How many records wait for it. */
  readonly backlog: number;
  /** When it took something last, Unix milliseconds; null where it never has. */
  readonly lastSuccessAt: number | null;
  /** Why it takes nothing now, and what to do; null where it does. */
  readonly problem: { readonly message: string; readonly remedy: string } | null;
  /** What it lacks since a short while; null where nothing. */
  readonly loss: { readonly message: string; readonly remedy: string } | null;
}

/** The audit log as the calls see it. Only `record` fails: nothing else could be undone any more. */
export interface CallLog extends AuditNotes, Closable {
  /**
   * Resolves to the record's id, for `complete`, once it is committed; rejects where it can't be, with an error that may
   * have an `advice` for the client. For a denial the record is whole at once.
   */
  record(call: Call, verdict: Verdict, refusal: { code: number; message: string } | null): Promise<number>;
  /** Is committed when it returns. */
  refused(message: RefusedMessage): number;
  /** Is committed soon. */
  complete(id: number, outcome: CallOutcome): void;
}

/** What writes it: each method fails where nothing was committed. runtime/reported-log.ts makes a CallLog of it. */
export interface CallWriter extends Omit<CallLog, 'complete' | 'note'> {
  complete(id: number, outcome: CallOutcome): Promise<void>;
  note(event: AuditEvent): Promise<void>;
}

/** Reads the audit log, away from the path of the calls. */
export interface CallArchive extends Closable {
  recall(id: number): Promise<RecordedCall>;
  /** Of the newest `most` calls that a policy was asked about, those that are known whole, from the newest on. */
  recent(most: number): Promise<JudgedCall[]>;
  /** Each rejects with a CommandError: `superseded` where a newer question took its lane, `bad_cursor`. */
  readonly questions: Handlers<LogQuestions>;
  /** All but what the policy saw; null where there is no such call. */
  story(id: number): Promise<Omit<CallStory, 'input'> | null>;
  readonly proof: Handlers<typeof auditProofCommands>;
  /** Calls as lines of JSON, oldest first: a page of them. */
  lines(query: LinesQuery): Promise<LinesPage>;
  /** What signs the log from now on. */
  sign(key: AuditKey): void;
  /** How calls like this one were answered before; null where nothing is recorded. */
  before(query: BeforeQuery): Promise<CallsBefore | null>;
}

/** Calls to be counted, as the log has them. */
export interface BeforeQuery {
  readonly sessionId: string;
  readonly agentId: string;
  readonly client: string;
  readonly server: string;
  readonly method: string;
  readonly tool: string | null;
  readonly resource: string | null;
  /** As the log would keep them; null where it would not. */
  readonly arguments: string | null;
}

/**
 * The two generations of MCP: legacy is 2024-11-05 to 2025-11-25 (an initialize handshake, sessions), modern is
 * 2026-07-28 (each request stands for itself).
 */
export type Era = 'legacy' | 'modern';

/** What becomes of the stream on which a server answers a request (MCP 2025-11-25, transports, Streamable HTTP). */
export type StreamEvent =
  /** The answer, which follows, came as the whole body of a response with this HTTP status. */
  | { readonly kind: 'status'; readonly http: number }
  /** The answer comes on a stream, not as one message. */
  | { readonly kind: 'opened' }
  /** The server asks for so long a wait before the stream is resumed, milliseconds. */
  | { readonly kind: 'retry'; readonly ms: number }
  /** The server has ended the stream before the answer, to be resumed; the connection does so. */
  | { readonly kind: 'suspended' };

/** What a connection to a server tells its session, never before `connect` has returned. */
export interface UpstreamEvents {
  /** A message of the server; `relatedTo` is the request on whose stream it came, where the transport tells. */
  message(message: Message, relatedTo: RequestId | null): void;
  /** Told by a transport that gives each request a stream of its own. */
  stream(request: RequestId, event: StreamEvent): void;
  /**
   * This request was sent and will get no answer; `why` is for people. `era`: the server does not speak the
   * connection's era.
   */
  failed(request: RequestId, why: string, cause?: 'era'): void;
  /**
   * What was sent and not answered is lost, and so is what the server asked; `why` is for people. The connection goes
   * on with the next message.
   */
  interrupted(why: string): void;
  /** The connection is gone and will not come back; `why` is for people. Not called after `close()`. */
  closed(why: string): void;
}

/** One legacy session's own connection to its server, or that of one modern request, which `close` cancels. */
export interface UpstreamConnection extends Closable {
  /**
   * Hands a message to the server. Resolves once the transport has taken it (an answer comes as an event).
   * Rejects with an UpstreamError where it could not be delivered, or where the server refused it in a way
   * that will never bring an answer.
   */
  send(allowed: AllowedMessage): Promise<void>;
}

/** How a server does, as all sessions with it find out together. Each `why` is for people. */
export interface ServerHealth {
  /** Why the server is not to be asked now; null where this request may be sent. */
  refusal(): string | null;
  /** It answered a request, with a result or an error. */
  answered(): void;
  /** It let requests down: they were not delivered, or not answered (in time). */
  failed(why: string): void;
  /** A connection to it is gone that nobody waited for just then. */
  lost(why: string): void;
  /** Its answer to `initialize`, or to `server/discover`. */
  introduced(answer: ResponseMessage, era: Era): void;
}

/** A server that sessions can be connected to. */
export interface Upstream {
  readonly name: string;
  readonly kind: 'demo' | 'stdio' | 'http';
  /** Command line or URL for people, without secrets. */
  readonly target: string;
  /** A modern connection carries one request, the first message that it is sent. */
  connect(events: UpstreamEvents, era: Era): UpstreamConnection;
  /** Whether the server is known not to speak this era: it is configured so, or said so when it was asked. */
  refuses(era: Era): boolean;
}

/** Who the clients with tokens are. */
export interface ClientDirectory {
  /** Null where no client has this token; that takes as long as if one had. The agent's id is the client's. */
  byToken(token: string): Agent | null;
}

/** The two ends of a TCP connection on this machine. */
export interface ConnectionEnds {
  readonly client: { readonly address: string; readonly port: number };
  readonly proxy: { readonly address: string; readonly port: number };
}

/** The operating system's processes, as far as it shows them. Neither question rejects; both take a moment. */
export interface ProcessTable {
  /** Whose the client's end of a connection is; null where that is not known. */
  ownerOf(ends: ConnectionEnds): Promise<CallerProcess | null>;
  /** In doubt it is. */
  isRunning(process: CallerProcess): Promise<boolean>;
}
