// A client of the modern era: it has no session, but whoever judges, counts and lists its requests sees one.
import type { SessionSummary } from '../../shared/domain.ts';
import type { ClientClaim, ParamHeaders } from '../call.ts';
import type { Refusal } from '../errors.ts';
import { errorResponse } from '../wire/error-response.ts';
import type { RequestMessage } from '../wire/json-rpc.ts';
import { ClientFacts, type SessionIdentity } from './client-facts.ts';
import type { SessionCollaborators } from './session.ts';
import type { Kept, ModernClient, RequestOutlet, ServerUse } from './session-types.ts';
import { StatelessRequest } from './stateless-request.ts';

/** Each holds a connection to the client and one to the server for as long as it likes. */
const MAX_SUBSCRIPTIONS = 16;

/**
 * Two programs that say to be the same are one here: they share what is counted. In what they are answered they never
 * meet, whatever ids they give their requests.
 */
export class StatelessClient implements Kept, ModernClient {
  readonly #identity: SessionIdentity;
  readonly #facts: ClientFacts;
  readonly #with: SessionCollaborators;
  readonly #running = new Set<StatelessRequest>();
  readonly #onClose: () => void;

  constructor(
    identity: SessionIdentity,
    claim: ClientClaim,
    collaborators: SessionCollaborators,
    onClose: () => void,
  ) {
    this.#identity = identity;
    this.#facts = new ClientFacts(identity, collaborators, claim);
    this.#with = collaborators;
    this.#onClose = onClose;
  }

  get startedAt(): number {
    return this.#facts.startedAt;
  }

  /** Now, as long as a request of it runs. */
  get lastSeenAt(): number {
    return this.#running.size > 0 ? this.#with.clock.now() : this.#facts.lastSeenAt;
  }

  /** A subscription is no call: it stays as long as it likes. */
  get use(): ServerUse {
    const calls = this.#running.size - this.#subscriptions;
    return { server: this.#with.upstream.name, calls, isStarting: false };
  }

  summary(): SessionSummary {
    return this.#facts.summary();
  }

  async receive(
    message: RequestMessage,
    paramHeaders: ParamHeaders,
    outlet: RequestOutlet,
    left: AbortSignal,
  ): Promise<void> {
    const startedMicros = this.#with.clock.monotonicMicros();
    const { id } = message;
    this.#facts.seen();
    const classified = this.#facts.callOf(message, paramHeaders);
    if (!classified.ok) {
      this.#facts.refused(message, classified.refusal);
      outlet.answer(id, errorResponse(id, classified.refusal));
      return;
    }
    const onOver = () => {
      this.#facts.seen();
      this.#running.delete(request);
    };
    const { call } = classified;
    const onForward = () => this.#facts.forwards(call);
    const request = new StatelessRequest(
      { call, id, outlet, identity: this.#identity, onForward, onOver },
      this.#with,
    );
    if (request.isSubscription && this.#subscriptions >= MAX_SUBSCRIPTIONS) {
      const refusal = { error: 'subscription_limit' } as const;
      this.#facts.refused(message, refusal, 'session');
      outlet.answer(id, errorResponse(id, refusal));
      return;
    }
    this.#running.add(request);
    left.addEventListener('abort', () => void request.cancel());
    await request.run(startedMicros);
  }

  /** Tells its subscriptions that other items may stand in the lists. */
  listsChanged(): void {
    for (const request of this.#running) request.listsChanged();
  }

  stopCalls(refusal: Refusal): void {
    for (const request of this.#running) request.stop(refusal);
  }

  async close(): Promise<void> {
    this.#onClose();
    const why = 'The session ended before the request was answered';
    await Promise.all([...this.#running].map((request) => request.end(why)));
  }

  get #subscriptions(): number {
    return [...this.#running].filter(({ isSubscription }) => isSubscription).length;
  }
}
