// Everything between a message that was allowed and its answer: the connection to the server, and what waits on it.
import type { AllowedMessage, Call } from '../call.ts';
import { errors, type Refusal, UpstreamError } from '../errors.ts';
import type {
  CallLog,
  Clock,
  Era,
  Logger,
  ServerHealth,
  Upstream,
  UpstreamConnection,
  UpstreamEvents,
} from '../ports.ts';
import { allowAnswer, allowCancellation } from '../verdict-path.ts';
import { cancellation } from '../wire/cancellation.ts';
import { errorResponse, refusalMessage } from '../wire/error-response.ts';
import type { Message, NotificationMessage, RequestId, ResponseMessage } from '../wire/json-rpc.ts';
import { unsupportedProtocol } from '../wire/modern-versions.ts';
import { ClientLists, type ListChange } from './client-lists.ts';
import { type Deadline, noDeadline, startDeadline } from './deadline.ts';
import type { Listing } from './listing.ts';
import { isId, progressTokenOf } from './message-facts.ts';
import { PendingRequests } from './pending-requests.ts';
import { createServerRequests } from './server-requests.ts';
import type { ClientOutlet } from './session-types.ts';
import { SUBSCRIBE } from './subscription.ts';

/** How a modern server introduces itself (MCP 2026-07-28, discovery). */
const DISCOVER = 'server/discover';

export interface ExchangeCollaborators {
  readonly upstream: Upstream;
  readonly listing: Listing;
  readonly log: CallLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a server may take for a request that shows no progress, milliseconds. */
  readonly requestTimeoutMs: number;
  /** How long it may take for one that does, milliseconds; null for as long as it likes. */
  readonly maxRequestTimeMs: number | null;
  readonly health: ServerHealth;
}

export interface ExchangeEvents {
  /** `initialize` was answered: with a result, or not. */
  readonly initialized: (result: ResponseMessage | null) => void;
  /** The server is gone, and will not come back. */
  readonly lost: (why: string) => void;
}

/** Completes the record of each message that it forwards, exactly once. */
export class Exchange {
  readonly #era: Era;
  readonly #with: ExchangeCollaborators;
  readonly #outlet: ClientOutlet;
  readonly #on: ExchangeEvents;
  readonly #connection: UpstreamConnection;
  readonly #pending: PendingRequests;
  readonly #serverRequests = createServerRequests();
  readonly #lists: ClientLists;
  #ended = false;

  constructor(era: Era, collaborators: ExchangeCollaborators, outlet: ClientOutlet, events: ExchangeEvents) {
    this.#era = era;
    this.#with = collaborators;
    this.#outlet = outlet;
    this.#on = events;
    this.#lists = new ClientLists(collaborators.listing);
    this.#pending = new PendingRequests(collaborators.log, collaborators.clock);
    const heard: UpstreamEvents = {
      message: (message, relatedTo) => this.#fromServer(message, relatedTo),
      stream: (request, event) => this.#outlet.stream(request, event),
      failed: (request, why, cause) =>
        cause === 'era' ? this.#misfit(request) : this.#letDown(request, why),
      interrupted: (why) => this.#interrupted(why),
      closed: (why) => this.#lost(why),
    };
    this.#connection = collaborators.upstream.connect(heard, era);
  }

  isPending(request: RequestId): boolean {
    return this.#pending.has(request);
  }

  /** How many requests the server is at. */
  get calls(): number {
    return this.#pending.count;
  }

  /** Hands a call to the server. Whatever becomes of it reaches client and log; never rejects. */
  async forward(call: Call, allowed: AllowedMessage, recordId: number, startedMicros: number): Promise<void> {
    const { message, method } = call;
    this.#lists.asked(call);
    const id = message.kind === 'request' ? message.id : null;
    if (id !== null) {
      const progressToken = progressTokenOf(message);
      const deadline = method === SUBSCRIBE ? noDeadline : this.#deadline(id, call);
      this.#pending.add(id, { recordId, call, startedMicros, progressToken, deadline });
      const refusal = this.#with.health.refusal();
      if (refusal !== null) {
        this.#fail(id, refusal);
        return;
      }
    } else if (method === 'notifications/cancelled' && message.kind === 'notification') {
      this.#cancel(message.params.requestId);
    }
    try {
      await this.#connection.send(allowed);
      if (id === null) this.#completeNotification(recordId, startedMicros, null);
    } catch (error) {
      const why = this.#wordsFor(error, call.requestId);
      if (id === null) this.#completeNotification(recordId, startedMicros, why);
      else if (isHeldBack(error)) this.#fail(id, why);
      else this.#letDown(id, why);
    }
  }

  /** Tells the client of those of its lists in which other items may stand now. */
  listsChanged(why: ListChange): void {
    for (const notification of this.#lists.changed(why)) this.#outlet.deliver(notification, null);
  }

  /** Hands on the client's answer to a request of the server; one that was never asked is dropped. */
  async answerServer(answer: ResponseMessage): Promise<void> {
    if (answer.id === null || !this.#serverRequests.take(answer.id)) {
      this.#with.logger.warn('answer_to_nothing', { server: this.#with.upstream.name });
      return;
    }
    await this.#sendAside(allowAnswer(answer));
  }

  /** Gives up the calls that the server is at: this is what their client is told, and the server is asked to stop. */
  stopCalls(refusal: Refusal): void {
    const why = refusalMessage(refusal);
    for (const { id, call } of this.#pending.checked) {
      this.#pending.fail(id, 'cancelled', errors[refusal.error].code, why);
      this.#outlet.answer(id, errorResponse(id, refusal));
      // A request of the modern era is cancelled by the end of its connection.
      if (this.#era === 'legacy') void this.#sendAside(allowCancellation(id, call, why));
    }
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
        if (this.#era === 'modern')
          this.#with.logger.warn('upstream_unasked', { server: this.#with.upstream.name });
        else if (this.#serverRequests.add(message.id)) this.#outlet.deliver(message.bytes, relatedTo);
        else this.#with.logger.warn('too_many_server_requests', { server: this.#with.upstream.name });
        return;
      case 'notification':
        if (!this.#lists.hides(message)) this.#notified(message, relatedTo);
    }
  }

  #answered(message: ResponseMessage): void {
    const request = this.#pending.answer(message);
    if (request === undefined || message.id === null) {
      const requestId = this.#pending.givenUp(message.id);
      this.#with.logger.debug('late_answer', { requestId, server: this.#with.upstream.name });
      return;
    }
    this.#with.health.answered();
    this.#outlet.answer(message.id, this.#lists.answered(request.call, message), message.error?.code);
    const { method } = request.call;
    if (method === 'initialize' || method === DISCOVER) this.#with.health.introduced(message, this.#era);
    if (method === 'initialize') this.#on.initialized(message.error === null ? message : null);
  }

  #notified({ method, params, bytes }: NotificationMessage, relatedTo: RequestId | null): void {
    if (method === 'notifications/cancelled' && isId(params.requestId)) {
      this.#serverRequests.take(params.requestId);
    }
    const progressing =
      method === 'notifications/progress' ? this.#pending.progress(params.progressToken) : null;
    this.#outlet.deliver(bytes, relatedTo ?? progressing);
  }

  #cancel(requestId: unknown): void {
    if (!isId(requestId)) return;
    const request = this.#pending.fail(requestId, 'cancelled', null, 'cancelled by the client');
    if (request !== undefined) this.#outlet.abandon(requestId);
  }

  /** Gives up a request that takes too long, and tells its server so. */
  #deadline(id: RequestId, call: Call): Deadline {
    return startDeadline({
      silenceMs: this.#with.requestTimeoutMs,
      longestMs: this.#with.maxRequestTimeMs,
      isExcused: () => this.#serverRequests.size > 0,
      expired: (why) => {
        this.#letDown(id, why, true);
        // Initialize may not be cancelled (MCP 2025-11-25, cancellation); a modern request is by its connection's end.
        if (this.#era === 'legacy' && call.method !== 'initialize')
          void this.#sendAside(allowCancellation(id, call, why));
      },
    });
  }

  /** Answers a request that will get no answer of its server. */
  #fail(id: RequestId, why: string, timedOut = false): void {
    this.#refuse(id, { error: 'upstream', message: why }, timedOut);
  }

  /** The server is of the other era, and so its client has to be. Nobody is at fault. */
  #misfit(id: RequestId): void {
    const refusal = this.#era === 'modern' ? ({ error: 'legacy_only' } as const) : unsupportedProtocol(null);
    this.#outlet.stream(id, { kind: 'status', http: errors[refusal.error].http });
    this.#refuse(id, refusal);
  }

  #refuse(id: RequestId, refusal: Refusal, timedOut = false): void {
    const { code } = errors[refusal.error];
    const request = this.#pending.fail(id, 'upstream_error', code, refusalMessage(refusal), timedOut);
    if (request === undefined) return;
    this.#outlet.answer(id, errorResponse(id, refusal));
    if (request.call.method === 'initialize') this.#on.initialized(null);
  }

  /** Fails a request that the server has let down. */
  #letDown(id: RequestId, why: string, timedOut = false): void {
    if (!this.#pending.has(id)) return;
    this.#with.health.failed(why);
    this.#fail(id, why, timedOut);
  }

  #lost(why: string): void {
    this.#warnOfAll('upstream_lost', why);
    this.#failAll(why);
    this.#on.lost(why);
  }

  #interrupted(why: string): void {
    this.#warnOfAll('upstream_interrupted', why);
    this.#failAll(why);
    for (const id of this.#serverRequests.takeAll()) {
      this.#outlet.deliver(cancellation(id, why).bytes, null);
    }
  }

  /** One line, with the calls that it is about. */
  #warnOfAll(event: string, why: string): void {
    const { requestIds } = this.#pending;
    this.#with.logger.warn(event, { requestIds, server: this.#with.upstream.name, why });
  }

  /** One failure of the server, however many requests it let down by it. */
  #failAll(why: string): void {
    const { ids } = this.#pending;
    if (ids.length > 0) this.#with.health.failed(why);
    else this.#with.health.lost(why);
    for (const id of ids) this.#fail(id, why);
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
        requestId: allowed.requestId,
        server: this.#with.upstream.name,
        error: this.#wordsFor(error, allowed.requestId),
      });
    }
  }

  /** `requestId` of the call that was not sent; null for what is no call. */
  #wordsFor(error: unknown, requestId: string | null): string {
    if (error instanceof UpstreamError) return error.message;
    this.#with.logger.error('upstream_send_failed', { requestId, error: String(error) });
    return errors.upstream.message;
  }
}

/** It was not even tried: no fault of the server. */
function isHeldBack(error: unknown): boolean {
  return error instanceof UpstreamError && error.fate === 'held_back';
}
