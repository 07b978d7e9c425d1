// In-memory collaborators at the gateway's ports, for tests of what stands between them.
import { Socket } from 'node:net';
import type {
  Call,
  CallOutcome,
  Decision,
  Message,
  ParamHeaders,
  RequestId,
  SessionHistory,
  Verdict,
} from '../../../electron/gateway/call.ts';
import { UpstreamError } from '../../../electron/gateway/errors.ts';
import type {
  CallWriter,
  ClientDirectory,
  Clock,
  Era,
  Logger,
  PolicyEngine,
  ProcessTable,
  RateLimiter,
  RefusedMessage,
  ServerHealth,
  StreamEvent,
  Upstream,
  UpstreamConnection,
  UpstreamEvents,
} from '../../../electron/gateway/ports.ts';
import type { ClosableUpstream } from '../../../electron/gateway/upstream/connections.ts';
import { classify, type CallContext } from '../../../electron/gateway/router/classify.ts';
import type { Caller } from '../../../electron/gateway/session/session-types.ts';
import type { NotificationMessage, RequestMessage } from '../../../electron/gateway/wire/json-rpc.ts';
import { readClientBody, readServerMessage } from '../../../electron/gateway/wire/parse.ts';
import type { AuditEvent } from '../../../electron/shared/audit-events.ts';

export const clock: Clock = { now: () => Date.now(), monotonicMicros: () => performance.now() * 1000 };

export const agent = {
  id: 'agent-1',
  name: 'Agent',
  capabilities: ['read:*'],
  model: '',
  publisher: '',
  tags: [],
};

/** A caller without a token, on a connection of its own that was never opened. */
export function callerOf(change: Partial<Caller> = {}): Caller {
  return { agent, clientId: null, sourceIp: '127.0.0.1', connection: new Socket(), ...change };
}

/** Clients by their tokens; each is an agent by its id. */
export function clientsBy(ids: Readonly<Record<string, string>>): ClientDirectory {
  return {
    byToken(token) {
      const id = Object.hasOwn(ids, token) ? ids[token] : undefined;
      return id === undefined ? null : { ...agent, id };
    },
  };
}

/** A system that shows no processes. */
export const noProcesses: ProcessTable = {
  ownerOf: () => Promise.resolve(null),
  isRunning: () => Promise.resolve(true),
};

/** A message as a client would send it; `text` is JSON. */
export function clientMessage(text: string): Message {
  const read = readClientBody(Buffer.from(text));
  const message = read.ok ? read.value.messages[0] : undefined;
  if (message === undefined) throw new Error(`not a message: ${text}`);
  return message;
}

export function request(id: RequestId, method: string, params: object = {}): RequestMessage {
  return clientMessage(JSON.stringify({ jsonrpc: '2.0', id, method, params })) as RequestMessage;
}

export function notification(method: string, params: object = {}): NotificationMessage {
  return clientMessage(JSON.stringify({ jsonrpc: '2.0', method, params })) as NotificationMessage;
}

/** Of a session that has called nothing yet. */
export const noHistory: SessionHistory = { calls: [], truncated: false };

export const callContext: CallContext = {
  at: 1_750_000_000_000,
  server: 'files',
  agent,
  clientId: null,
  client: { name: 'Some Client', version: '1' },
  process: null,
  session: {
    id: 'sess_1',
    requestCount: 1,
    startedAt: 0,
    cumulativeReads: 0,
    cumulativeWrites: 0,
    history: noHistory,
  },
  sourceIp: '127.0.0.1',
  paramHeaders: { 'mcp-param-region': 'north' },
};

export function callOf(message: RequestMessage | NotificationMessage): Call {
  const classified = classify(message, callContext);
  if (!classified.ok) throw new Error(classified.refusal.message);
  return classified.call;
}

export function toolCall(tool = 'read_file', args: object = {}): Call {
  return callOf(request(1, 'tools/call', { name: tool, arguments: args }));
}

export function decision(change: Partial<Decision> = {}): Decision {
  return {
    allow: true,
    ask: false,
    violations: [],
    matchedRule: null,
    requiredCapability: null,
    message: null,
    ...change,
  };
}

/** A limiter without limits. */
export const noLimits: RateLimiter = { take: () => null, forget: () => undefined };

/** Decides as it is told by `decide`, which tests replace, and lists what that would not deny. */
export class FakePolicy implements PolicyEngine {
  readonly seen: Call[] = [];
  lists: (call: Call, isTemplate: boolean) => boolean;
  decide: (call: Call) => Decision;

  constructor(answer: (call: Call) => Decision = () => decision()) {
    this.lists = (call) => answer(call).allow || answer(call).ask;
    this.decide = (call) => {
      this.seen.push(call);
      return answer(call);
    };
  }

  /** Nothing was answered for always, unless a test says otherwise. */
  standing: PolicyEngine['standing'] = () => null;

  overview(): never {
    throw new Error('not asked for here');
  }

  close(): void {
    this.seen.length = 0;
  }
}

export interface LoggedCall {
  readonly id: number;
  readonly call: Call;
  readonly verdict: Verdict;
  readonly refusal: { code: number; message: string } | null;
  /** Every outcome that was reported: more than one is a defect. */
  readonly outcomes: CallOutcome[];
}

export class MemoryLog implements CallWriter {
  readonly calls: LoggedCall[] = [];
  readonly refusals: RefusedMessage[] = [];
  readonly events: AuditEvent[] = [];
  /** Set to make `record` reject, as a full disk would. */
  broken = false;
  failure = new Error('database or disk is full');
  readonly #onRecord: () => void;

  constructor(onRecord: () => void = () => undefined) {
    this.#onRecord = onRecord;
  }

  async record(call: Call, verdict: Verdict, refusal: LoggedCall['refusal']): Promise<number> {
    await Promise.resolve();
    if (this.broken) throw this.failure;
    this.#onRecord();
    const id = this.calls.length + 1;
    this.calls.push({ id, call, verdict, refusal, outcomes: [] });
    return id;
  }

  refused(message: RefusedMessage): number {
    return this.refusals.push(message);
  }

  complete(id: number, outcome: CallOutcome): Promise<void> {
    this.calls[id - 1]?.outcomes.push(outcome);
    return Promise.resolve();
  }

  note(event: AuditEvent): Promise<void> {
    this.events.push(event);
    return Promise.resolve();
  }

  close(): void {
    this.broken = true;
  }

  /** What was recorded of calls with this method. */
  of(method: string): LoggedCall[] {
    return this.calls.filter(({ call }) => call.method === method);
  }
}

/** One session's connection: keeps what was sent, and says what the test lets the server say. */
export class FakeConnection implements UpstreamConnection {
  readonly sent: Message[] = [];
  closed = false;
  /** Set to make `send` reject. */
  failure: Error | null = null;
  /** Called with each message that is sent; the server's part in a test. */
  onSend: (message: Message) => void = () => undefined;
  /** The headers that came with the newest message. */
  paramHeaders: ParamHeaders = {};
  readonly era: Era;
  readonly #events: UpstreamEvents;

  constructor(events: UpstreamEvents, era: Era) {
    this.#events = events;
    this.era = era;
  }

  send: UpstreamConnection['send'] = async ({ message, paramHeaders }) => {
    await Promise.resolve();
    if (this.closed) throw new UpstreamError('The connection was closed');
    if (this.failure !== null) throw this.failure;
    this.sent.push(message);
    this.paramHeaders = paramHeaders;
    this.onSend(message);
  };

  close(): void {
    this.closed = true;
  }

  /** The server says this, JSON text or an object. */
  says(message: object | string, relatedTo: RequestId | null = null): void {
    const text = typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message });
    const read = readServerMessage(Buffer.from(text));
    if (!read.ok) throw new Error(`not a message: ${text}`);
    for (const each of read.value) this.#events.message(each, relatedTo);
  }

  /** Something became of the stream on which the server answers this request. */
  streams(request: RequestId, event: StreamEvent): void {
    this.#events.stream(request, event);
  }

  /** The server let this request down. */
  fails(request: RequestId, why: string, cause?: 'era'): void {
    this.#events.failed(request, why, cause);
  }

  /** The server is gone, and is started again for the next message. */
  interrupted(why: string): void {
    this.#events.interrupted(why);
  }

  /** The server is gone. */
  lost(why: string): void {
    this.#events.closed(why);
  }

  /** The methods that were sent, in order; `response` for answers. */
  get methods(): string[] {
    return this.sent.map((message) => (message.kind === 'response' ? 'response' : message.method));
  }
}

/** Of a server that is always asked; `heard` gets each trouble, or null for an answer. */
export function healthOf(heard: (trouble: string | null) => void = () => undefined): ServerHealth {
  return {
    refusal: () => null,
    answered: () => heard(null),
    failed: heard,
    lost: heard,
    introduced: () => undefined,
  };
}

export interface FakeUpstream extends Upstream {
  readonly connections: FakeConnection[];
  /** Called with each new connection. */
  onConnect: (connection: FakeConnection) => void;
  /** The era that it is known not to speak. */
  refused: Era | null;
}

export function fakeUpstream(name = 'files'): FakeUpstream {
  const upstream: FakeUpstream = {
    name,
    kind: 'stdio',
    target: 'files --here',
    connections: [],
    onConnect: () => undefined,
    refused: null,
    connect(events, era) {
      const connection = new FakeConnection(events, era);
      upstream.connections.push(connection);
      upstream.onConnect(connection);
      return connection;
    },
    refuses: (era) => upstream.refused === era,
  };
  return upstream;
}

/** It has nothing to close, and nothing runs of it. */
export function closable(upstream: Upstream): ClosableUpstream {
  return { ...upstream, close: () => undefined, interrupt: () => Promise.resolve() };
}

export interface LogLine {
  readonly event: string;
  readonly fields: Record<string, unknown>;
}

export function recordingLogger(): Logger & { readonly lines: LogLine[]; readonly events: string[] } {
  const lines: LogLine[] = [];
  const note = (event: string, fields: Record<string, unknown> = {}): void =>
    void lines.push({ event, fields });
  return {
    lines,
    get events() {
      return lines.map(({ event }) => event);
    },
    debug: note,
    info: note,
    warn: note,
    error: note,
  };
}
