// One client session: its identity and counters, its own connection to the server, and what waits on it.
import type { SessionSummary } from '../../shared/domain.ts';
import type { Agent, Call, ClientClaim } from '../call.ts';
import { errors, type Refusal, UpstreamError } from '../errors.ts';
import type { CallLog, Clock, Logger, Upstream, UpstreamConnection } from '../ports.ts';
import { classify } from '../router/classify.ts';
import { effectOf } from '../router/effect.ts';
import { newRequestId } from '../router/request-id.ts';
import { allowAnswer, type VerdictPath } from '../verdict-path.ts';
import { errorResponse, refusalMessage } from '../wire/error-response.ts';
import type {
  Message,
  NotificationMessage,
  RequestId,
  RequestMessage,
  ResponseMessage,
} from '../wire/json-rpc.ts';
import { claimIn, isId, progressTokenOf, versionIn } from './message-facts.ts';
import { PendingRequests } from './pending-requests.ts';
import type { ClientOutlet, TransportKind } from './session-types.ts';

/** At most so many requests of a server wait for a client's answer; further ones are dropped. */
const MAX_SERVER_REQUESTS = 1000;

export interface SessionCollaborators {
  readonly upstream: Upstream;
  readonly passDown: VerdictPath;
  readonly log: CallLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a server may take for a request that shows no progress, milliseconds. */
  readonly requestTimeoutMs: number;
  /** The server let a request down (why), or answered one (null). */
  readonly onServer: (trouble: string | null) => void;
}

export interface SessionIdentity {
  readonly id: string;
  readonly transport: TransportKind;
  readonly agent: Agent;
  readonly sourceIp: string;
}

/** The state between a client and a server. Made by the session store, ended by `close`. */
export class Session {
  readonly id: string;
  readonly transport: TransportKind;
  readonly startedAt: number;
  lastSeenAt: number;

  readonly #identity: SessionIdentity;
  readonly #outlet: ClientOutlet;
  readonly #with: SessionCollaborators;
  readonly #connection: UpstreamConnection;
  readonly #pending: PendingRequests;
  /** Requests that wait for a verdict, each with what withdraws it. */
  readonly #undecided = new Map<RequestId, AbortController>();
  /** Ids of the server's own requests that the client has yet to answer. */
  readonly #serverRequests = new Set<RequestId>();
  /** Ends what waits for a verdict and has no id by which it could be withdrawn: notifications. */
  readonly #ending = new AbortController();
  readonly #onClose: (session: Session) => void;
  #client: ClientClaim = { name: '', version: '' };
  #protocolVersion: string | null = null;
  #requests = 0;
  #reads = 0;
  #writes = 0;
  #closed = false;

  constructor(
    identity: SessionIdentity,
    outlet: ClientOutlet,
    collaborators: SessionCollaborators,
    onClose: (session: Session) => void,
  ) {
    this.id = identity.id;
    this.transport = identity.transport;
    this.#identity = identity;
    this.#outlet = outlet;
    this.#with = collaborators;
    this.#onClose = onClose;
    this.#pending = new PendingRequests(collaborators.log, collaborators.clock);
    this.startedAt = this.lastSeenAt = collaborators.clock.now();
    this.#connection = collaborators.upstream.connect({
      message: (message, relatedTo) => this.#fromServer(message, relatedTo),
      closed: (why) => this.#lost(why),
    });
  }

  /** What client and server agreed on in `initialize`; null until then. */
  get protocolVersion(): string | null {
    return this.#protocolVersion;
  }

  summary(): SessionSummary {
    return {
      id: this.id,
      transport: this.transport,
      client: this.#client.name,
      agentId: this.#identity.agent.id,
      server: this.#with.upstream.name,
      startedAt: this.startedAt,
      lastSeenAt: this.lastSeenAt,
      requests: this.#requests,
    };
  }

  /**
   * Takes one message of the client down its path. Resolves when it was handed to the server or refused;
   * a refused request has been answered through the outlet by then. Never rejects.
   */
  async receive(message: Message): Promise<void> {
    this.lastSeenAt = this.#with.clock.now();
    if (message.kind === 'response') await this.#answerServer(message);
    else await this.#call(message);
  }

  /** Ends the session: all that waits is answered, waiting calls are withdrawn, the server is let go. */
  async close(): Promise<void> {
    await this.#end('The session ended before the request was answered');
  }

  async #end(why: string): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const id of this.#pending.ids) {
      this.#pending.fail(id, 'cancelled', null, why);
      this.#outlet.answer(id, errorResponse(id, { error: 'upstream', message: why }));
    }
    for (const [id, withdrawal] of this.#undecided) {
      withdrawal.abort();
      this.#outlet.answer(id, errorResponse(id, { error: 'upstream', message: why }));
    }
    this.#ending.abort();
    this.#outlet.end();
    this.#onClose(this);
    await this.#connection.close();
  }

  async #call(message: RequestMessage | NotificationMessage): Promise<void> {
    const startedMicros = this.#with.clock.monotonicMicros();
    const id = message.kind === 'request' ? message.id : null;
    if (id !== null && (this.#pending.has(id) || this.#undecided.has(id))) {
      this.#refuse(message, { error: 'invalid_request', message: 'a request with this id is still running' });
      return;
    }
    if (message.method === 'initialize') this.#client = claimIn(message);
    const cancels = message.method === 'notifications/cancelled' && id === null;
    if (cancels && this.#withdraw(message.params.requestId)) return;

    this.#requests += 1;
    const classified = classify(message, this.#context());
    if (!classified.ok) {
      this.#refuse(message, classified.refusal);
      return;
    }
    const { call } = classified;
    this.#count(call);

    const withdrawal = id === null ? this.#ending : new AbortController();
    if (id !== null) this.#undecided.set(id, withdrawal);
    const forward = async (allowed: Parameters<UpstreamConnection['send']>[0], recordId: number) => {
      const request = {
        recordId,
        method: call.method,
        startedMicros,
        progressToken: progressTokenOf(message),
      };
      if (id !== null) {
        this.#undecided.delete(id);
        this.#pending.add(id, { ...request, deadline: this.#deadline(id) });
      }
      if (cancels) this.#cancelPending(message.params.requestId);
      try {
        await this.#connection.send(allowed);
        if (id === null) this.#completeNotification(recordId, startedMicros, null);
      } catch (error) {
        const reason = wordsFor(error, this.#with.logger);
        if (id === null) this.#completeNotification(recordId, startedMicros, reason);
        else this.#failRequest(id, reason);
      }
    };
    const refusal = await this.#with.passDown(call, withdrawal.signal, forward);
    if (id === null) return;
    this.#undecided.delete(id);
    if (refusal === null) return;
    if (withdrawal.signal.aborted) this.#outlet.abandon(id);
    else this.#answerWithError(id, call.method, refusal);
  }

  #context() {
    const { agent, sourceIp } = this.#identity;
    return {
      at: this.lastSeenAt,
      server: this.#with.upstream.name,
      agent,
      client: this.#client,
      sourceIp,
      session: {
        id: this.id,
        requestCount: this.#requests,
        startedAt: this.startedAt,
        cumulativeReads: this.#reads,
        cumulativeWrites: this.#writes,
      },
    };
  }

  #count(call: Call): void {
    const effect = effectOf(call);
    if (effect === 'read') this.#reads += 1;
    else if (effect === 'write') this.#writes += 1;
  }

  /** A message that never became a call: answered, and recorded. */
  #refuse(message: RequestMessage | NotificationMessage, refusal: Refusal): void {
    const errorMessage = refusalMessage(refusal);
    this.#with.log.refused({
      requestId: newRequestId(),
      at: this.lastSeenAt,
      sessionId: this.id,
      server: this.#with.upstream.name,
      method: message.method,
      reason: 'malformed',
      errorCode: errors[refusal.error].code,
      errorMessage,
      sourceIp: this.#identity.sourceIp,
    });
    if (message.kind === 'request') this.#outlet.answer(message.id, errorResponse(message.id, refusal));
  }

  /** Withdraws a call that still waits for its verdict: the server never heard of it. */
  #withdraw(requestId: unknown): boolean {
    const controller = isId(requestId) ? this.#undecided.get(requestId) : undefined;
    controller?.abort();
    return controller !== undefined;
  }

  #cancelPending(requestId: unknown): void {
    if (!isId(requestId)) return;
    const request = this.#pending.fail(requestId, 'cancelled', null, 'cancelled by the client');
    if (request !== undefined) this.#outlet.abandon(requestId);
  }

  #completeNotification(recordId: number, startedMicros: number, failure: string | null): void {
    this.#with.log.complete(recordId, {
      status: failure === null ? 'ok' : 'upstream_error',
      latencyMicros: this.#with.clock.monotonicMicros() - startedMicros,
      responseBytes: null,
      errorCode: failure === null ? null : errors.upstream.code,
      errorMessage: failure,
    });
  }

  #failRequest(id: RequestId, reason: string): void {
    const refusal: Refusal = { error: 'upstream', message: reason };
    const request = this.#pending.fail(id, 'upstream_error', errors.upstream.code, reason);
    this.#with.onServer(reason);
    if (request !== undefined) this.#answerWithError(id, request.method, refusal);
  }

  /** A session that could not be initialized is of no use to anybody. */
  #answerWithError(id: RequestId, method: string, refusal: Refusal): void {
    this.#outlet.answer(id, errorResponse(id, refusal));
    if (method === 'initialize') void this.close();
  }

  async #answerServer(answer: ResponseMessage): Promise<void> {
    if (answer.id === null || !this.#serverRequests.delete(answer.id)) {
      this.#with.logger.warn('answer_to_nothing', { session: this.id });
      return;
    }
    try {
      await this.#connection.send(allowAnswer(answer));
    } catch (error) {
      this.#with.logger.warn('answer_undelivered', {
        session: this.id,
        error: wordsFor(error, this.#with.logger),
      });
    }
  }

  #fromServer(message: Message, relatedTo: RequestId | null): void {
    if (this.#closed) return;
    switch (message.kind) {
      case 'response':
        this.#fromServerAnswer(message);
        return;
      case 'request':
        if (this.#serverRequests.size >= MAX_SERVER_REQUESTS) {
          this.#with.logger.warn('too_many_server_requests', { session: this.id });
          return;
        }
        this.#serverRequests.add(message.id);
        this.#outlet.deliver(message.bytes, relatedTo);
        return;
      case 'notification': {
        const asked = message.method === 'notifications/progress' ? message.params.progressToken : undefined;
        const request = this.#pending.byProgressToken(asked);
        if (request !== null) this.#pending.get(request)?.deadline?.refresh();
        if (message.method === 'notifications/cancelled' && isId(message.params.requestId)) {
          this.#serverRequests.delete(message.params.requestId);
        }
        this.#outlet.deliver(message.bytes, relatedTo ?? request);
      }
    }
  }

  #fromServerAnswer(message: ResponseMessage): void {
    const request = this.#pending.answer(message);
    if (request === undefined || message.id === null) {
      this.#with.logger.debug('late_answer', { session: this.id });
      return;
    }
    this.#with.onServer(null);
    this.#outlet.answer(message.id, message.bytes);
    if (request.method !== 'initialize') return;
    if (message.error === null) this.#protocolVersion = versionIn(message.result);
    else void this.close();
  }

  /** Fails a request whose server shows no sign of life; one that waits for the client itself is given time. */
  #deadline(id: RequestId): NodeJS.Timeout {
    const { requestTimeoutMs } = this.#with;
    const timer = setTimeout(() => {
      if (this.#serverRequests.size > 0) timer.refresh();
      else this.#failRequest(id, `The MCP server did not answer within ${requestTimeoutMs / 1000} s`);
    }, requestTimeoutMs);
    return timer;
  }

  #lost(why: string): void {
    this.#with.logger.warn('upstream_lost', { session: this.id, server: this.#with.upstream.name, why });
    this.#with.onServer(why);
    for (const id of this.#pending.ids) this.#failRequest(id, why);
    void this.#end(why);
  }
}

function wordsFor(error: unknown, logger: Logger): string {
  if (error instanceof UpstreamError) return error.message;
  logger.error('upstream_send_failed', { error: String(error) });
  return errors.upstream.message;
}
