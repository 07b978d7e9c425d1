// Everything between a message that was allowed and its answer: the connection to the server, and what waits on it.
import type { AllowedMessage, Call } from '../call.ts';
import { errors, UpstreamError } from '../errors.ts';
import type { CallLog, Clock, Logger, Upstream, UpstreamConnection, UpstreamEvents } from '../ports.ts';
import { allowAnswer, allowCancellation } from '../verdict-path.ts';
import { errorResponse } from '../wire/error-response.ts';
import type { Message, NotificationMessage, RequestId, ResponseMessage } from '../wire/json-rpc.ts';
import { isId, progressTokenOf } from './message-facts.ts';
import { PendingRequests } from './pending-requests.ts';
import type { ClientOutlet } from './session-types.ts';

/** At most so many requests of a server wait for a client's answer; further ones are dropped. */
const MAX_SERVER_REQUESTS = 1000;

export interface ExchangeCollaborators {
  readonly upstream: Upstream;
  readonly log: CallLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a server may take for a request that shows no progress, milliseconds. */
  readonly requestTimeoutMs: number;
  /** The server let a request down (why), or answered one (null). */
  readonly onServer: (trouble: string | null) => void;
}

export interface ExchangeEvents {
  /** `initialize` was answered: with a result, or not. */
  readonly initialized: (result: ResponseMessage | null) => void;
  /** The server is gone, and will not come back. */
  readonly lost: (why: string) => void;
}

/** Completes the record of each message that it forwards, exactly once. */
export class Exchange {
  readonly #with: ExchangeCollaborators;
  readonly #outlet: ClientOutlet;
  readonly #on: ExchangeEvents;
  readonly #connection: UpstreamConnection;
  readonly #pending: PendingRequests;
  /** Ids of the server's own requests that the client has yet to answer. */
  readonly #serverRequests = new Set<RequestId>();
  #ended = false;

  constructor(collaborators: ExchangeCollaborators, outlet: ClientOutlet, events: ExchangeEvents) {
    this.#with = collaborators;
    this.#outlet = outlet;
    this.#on = events;
    this.#pending = new PendingRequests(collaborators.log, collaborators.clock);
    const heard: UpstreamEvents = {
      message: (message, relatedTo) => this.#fromServer(message, relatedTo),
      stream: (request, event) => this.#outlet.stream(request, event),
      failed: (request, why) => this.#fail(request, why),
      closed: (why) => this.#lost(why),
    };
    this.#connection = collaborators.upstream.connect(heard, 'legacy');
  }

  isPending(request: RequestId): boolean {
    return this.#pending.has(request);
  }

  /** Hands a call to the server. Whatever becomes of it reaches client and log; never rejects. */
  async forward(call: Call, allowed: AllowedMessage, recordId: number, startedMicros: number): Promise<void> {
    const { message, method } = call;
    const id = message.kind === 'request' ? message.id : null;
    if (id !== null) {
      const progressToken = progressTokenOf(message);
      const deadline = this.#deadline(id);
      this.#pending.add(id, { recordId, method, startedMicros, progressToken, deadline });
    } else if (method === 'notifications/cancelled' && message.kind === 'notification') {
      this.#cancel(message.params.requestId);
    }
    try {
      await this.#connection.send(allowed);
      if (id === null) this.#completeNotification(recordId, startedMicros, null);
    } catch (error) {
      const why = this.#wordsFor(error);
      if (id === null) this.#completeNotification(recordId, startedMicros, why);
      else this.#fail(id, why);
    }
  }

  /** Hands on the client's answer to a request of the server; one that was never asked is dropped. */
  async answerServer(answer: ResponseMessage): Promise<void> {
    if (answer.id === null || !this.#serverRequests.delete(answer.id)) {
      this.#with.logger.warn('answer_to_nothing', { server: this.#with.upstream.name });
      return;
    }
    await this.#sendAside(allowAnswer(answer));
  }

  /** Answers all that waits with an error, and lets the server go. */
  async end(why: string): Promise<void> {
    this.#ended = true;
    for (const id of this.#pending.ids) {
      this.#pending.fail(id, 'cancelled', null, why);
      this.#outlet.answer(id, errorResponse(id, { error: 'upstream', message: why }));
    }
    await this.#connection.close();
  }

  #fromServer(message: Message, relatedTo: RequestId | null): void {
    if (this.#ended) return;
    switch (message.kind) {
      case 'response':
        this.#answered(message);
        return;
      case 'request':
        if (this.#serverRequests.size >= MAX_SERVER_REQUESTS) {
          this.#with.logger.warn('too_many_server_requests', { server: this.#with.upstream.name });
          return;
        }
        this.#serverRequests.add(message.id);
        this.#outlet.deliver(message.bytes, relatedTo);
        return;
      case 'notification': {
        const noticed = this.#notice(message);
        this.#outlet.deliver(message.bytes, relatedTo ?? noticed);
      }
    }
  }

  #answered(message: ResponseMessage): void {
    const request = this.#pending.answer(message);
    if (request === undefined || message.id === null) {
      this.#with.logger.debug('late_answer', { server: this.#with.upstream.name });
      return;
    }
    this.#with.onServer(null);
    this.#outlet.answer(message.id, message.bytes);
    if (request.method === 'initialize') this.#on.initialized(message.error === null ? message : null);
  }

  /** Draws what follows for us from a notification: gives the request that it is about, where that is known. */
  #notice({ method, params }: NotificationMessage): RequestId | null {
    if (method === 'notifications/cancelled' && isId(params.requestId)) {
      this.#serverRequests.delete(params.requestId);
    }
    if (method !== 'notifications/progress') return null;
    const id = this.#pending.byProgressToken(params.progressToken);
    if (id !== null) this.#pending.get(id)?.deadline.refresh();
    return id;
  }

  #cancel(requestId: unknown): void {
    if (!isId(requestId)) return;
    const request = this.#pending.fail(requestId, 'cancelled', null, 'cancelled by the client');
    if (request !== undefined) this.#outlet.abandon(requestId);
  }

  /** Gives up a request whose server shows no sign of life; one that waits for the client itself is given time. */
  #deadline(id: RequestId): NodeJS.Timeout {
    const { requestTimeoutMs } = this.#with;
    const timer = setTimeout(() => {
      if (this.#serverRequests.size > 0) {
        timer.refresh();
        return;
      }
      const why = `The MCP server did not answer within ${requestTimeoutMs / 1000} s`;
      this.#fail(id, why);
      void this.#sendAside(allowCancellation(id, why));
    }, requestTimeoutMs);
    return timer;
  }

  #fail(id: RequestId, why: string): void {
    const request = this.#pending.fail(id, 'upstream_error', errors.upstream.code, why);
    if (request === undefined) return;
    this.#with.onServer(why);
    this.#outlet.answer(id, errorResponse(id, { error: 'upstream', message: why }));
    if (request.method === 'initialize') this.#on.initialized(null);
  }

  #lost(why: string): void {
    this.#with.logger.warn('upstream_lost', { server: this.#with.upstream.name, why });
    this.#with.onServer(why);
    for (const id of this.#pending.ids) this.#fail(id, why);
    this.#on.lost(why);
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

  /** Sends what nobody waits for. */
  async #sendAside(allowed: AllowedMessage): Promise<void> {
    try {
      await this.#connection.send(allowed);
    } catch (error) {
      this.#with.logger.warn('undelivered', {
        server: this.#with.upstream.name,
        error: this.#wordsFor(error),
      });
    }
  }

  #wordsFor(error: unknown): string {
    if (error instanceof UpstreamError) return error.message;
    this.#with.logger.error('upstream_send_failed', { error: String(error) });
    return errors.upstream.message;
  }
}
