// One client session: each of its messages' way to a verdict, from its initialize on.
import type { SessionSummary } from '../../shared/domain.ts';
import type { Refusal } from '../errors.ts';
import type { Forward, VerdictPath } from '../verdict-path.ts';
import { errorResponse } from '../wire/error-response.ts';
import type { Message, NotificationMessage, RequestId, RequestMessage } from '../wire/json-rpc.ts';
import { ClientFacts, type SessionIdentity } from './client-facts.ts';
import type { ListChange } from './client-lists.ts';
import { Exchange, type ExchangeCollaborators } from './exchange.ts';
import { claimIn, isId, versionIn } from './message-facts.ts';
import type { ClientOutlet, KeptSession, ServerUse } from './session-types.ts';
import { waitingClient } from './waiting-client.ts';

export interface SessionCollaborators extends ExchangeCollaborators {
  readonly passDown: VerdictPath;
}

/** Made by the session store, ended by `close`, by the loss of its server, or by a failed initialize. */
export class Session implements KeptSession {
  readonly id: string;

  readonly #identity: SessionIdentity;
  readonly #facts: ClientFacts;
  readonly #outlet: ClientOutlet;
  readonly #with: SessionCollaborators;
  readonly #exchange: Exchange;
  /** Requests that wait for a verdict, each with what withdraws it. */
  readonly #undecided = new Map<RequestId, AbortController>();
  /** Ends what waits for a verdict and has no id by which it could be withdrawn: notifications. */
  readonly #ending = new AbortController();
  readonly #onClose: (session: Session) => void;
  /** The client has sent its initialize. */
  #introduced = false;
  #protocolVersion: string | null = null;

  constructor(
    identity: SessionIdentity,
    outlet: ClientOutlet,
    collaborators: SessionCollaborators,
    onClose: (session: Session) => void,
  ) {
    this.id = identity.id;
    this.#identity = identity;
    this.#facts = new ClientFacts(identity, collaborators);
    this.#outlet = outlet;
    this.#with = collaborators;
    this.#onClose = onClose;
    this.#exchange = new Exchange('legacy', collaborators, outlet, {
      initialized: (result) => this.#initialized(result?.result ?? null),
      lost: (why) => void this.#end(why),
    });
  }

  /** What client and server agreed on in `initialize`; null until then. */
  get protocolVersion(): string | null {
    return this.#protocolVersion;
  }

  /** What it has of its server at the moment. */
  get use(): ServerUse {
    const { name: server } = this.#with.upstream;
    const isStarting = this.#introduced && this.#protocolVersion === null;
    return { server, calls: this.#exchange.calls, isStarting };
  }

  get startedAt(): number {
    return this.#facts.startedAt;
  }

  get lastSeenAt(): number {
    return this.#facts.lastSeenAt;
  }

  summary(): SessionSummary {
    return this.#facts.summary();
  }

  /**
   * Takes one message of the client down its path. Resolves when it was handed to the server or refused;
   * a refused request has been answered through the outlet by then. Never rejects.
   */
  async receive(message: Message): Promise<void> {
    this.#facts.seen();
    if (message.kind === 'response') await this.#exchange.answerServer(message);
    else await this.#call(message);
  }

  /** Tells the client of those of its lists in which other items may stand now. */
  listsChanged(why: ListChange): void {
    this.#exchange.listsChanged(why);
  }

  stopCalls(refusal: Refusal): void {
    this.#exchange.stopCalls(refusal);
  }

  /** Ends the session: all that waits is answered, waiting calls are withdrawn, the server is let go. */
  async close(): Promise<void> {
    await this.#end('The session ended before the request was answered');
  }

  async #call(message: RequestMessage | NotificationMessage): Promise<void> {
    const startedMicros = this.#with.clock.monotonicMicros();
    const id = message.kind === 'request' ? message.id : null;
    const unfit = this.#unfit(message);
    if (unfit !== null) {
      this.#refuse(message, { error: 'invalid_request', message: `Invalid request: ${unfit}` });
      return;
    }
    if (message.method === 'initialize') {
      this.#introduced = true;
      this.#facts.introduce(claimIn(message.params.clientInfo));
    }
    if (id === null && message.method === 'notifications/cancelled' && this.#withdraw(message)) return;

    const classified = this.#facts.callOf(message);
    if (!classified.ok) {
      this.#refuse(message, classified.refusal);
      return;
    }
    const { call } = classified;
    const withdrawal = id === null ? this.#ending : new AbortController();
    if (id !== null) this.#undecided.set(id, withdrawal);
    const forward: Forward = (allowed, recordId) => {
      if (id !== null) this.#undecided.delete(id);
      this.#facts.forwards(call);
      return this.#exchange.forward(call, allowed, recordId, startedMicros);
    };
    const client = waitingClient(message, this.#outlet, this.#identity);
    const refusal = await this.#with.passDown(call, withdrawal.signal, forward, client);
    if (id === null || refusal === null) return;
    this.#undecided.delete(id);
    if (withdrawal.signal.aborted) {
      this.#outlet.abandon(id);
      return;
    }
    this.#outlet.answer(id, errorResponse(id, refusal));
    if (call.method === 'initialize') this.#initialized(null);
  }

  /** Why a message does not fit into the session as it stands; null where it does. */
  #unfit(message: RequestMessage | NotificationMessage): string | null {
    if (
      message.kind === 'request' &&
      (this.#undecided.has(message.id) || this.#exchange.isPending(message.id))
    ) {
      return 'a request with this id is still running';
    }
    // Who calls, and what was agreed on, stays what it was when calls were judged by it.
    if (message.method === 'initialize' && this.#introduced) return 'the session is initialized already';
    return null;
  }

  /** A message that never became a call: answered, and recorded. */
  #refuse(message: RequestMessage | NotificationMessage, refusal: Refusal): void {
    this.#facts.refused(message, refusal);
    if (message.kind === 'request') this.#outlet.answer(message.id, errorResponse(message.id, refusal));
  }

  /** Withdraws a call that still waits for its verdict: the server never heard of it, nor will of this. */
  #withdraw({ params }: NotificationMessage | RequestMessage): boolean {
    const controller = isId(params.requestId) ? this.#undecided.get(params.requestId) : undefined;
    controller?.abort();
    return controller !== undefined;
  }

  /** A session that could not be initialized is of no use to anybody. */
  #initialized(result: unknown): void {
    if (result === null) void this.close();
    else this.#protocolVersion = versionIn(result);
  }

  async #end(why: string): Promise<void> {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    for (const [id, withdrawal] of this.#undecided) {
      withdrawal.abort();
      this.#outlet.answer(id, errorResponse(id, { error: 'upstream', message: why }));
    }
    const ended = this.#exchange.end(why);
    this.#outlet.end();
    this.#onClose(this);
    await ended;
  }
}
