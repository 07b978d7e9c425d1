// One request of the modern era, from its verdict to its answer, with a connection to the server for itself.
import type { Call } from '../call.ts';
import type { Refusal } from '../errors.ts';
import type { Forward } from '../verdict-path.ts';
import { errorResponse } from '../wire/error-response.ts';
import type { RequestId } from '../wire/json-rpc.ts';
import type { SessionIdentity } from './client-facts.ts';
import { Exchange } from './exchange.ts';
import type { SessionCollaborators } from './session.ts';
import type { ClientOutlet, RequestOutlet } from './session-types.ts';
import { goodEnd, listChangesFor, SUBSCRIBE } from './subscription.ts';
import { waitingClient } from './waiting-client.ts';

export interface StatelessRequestOptions {
  readonly call: Call;
  readonly id: RequestId;
  readonly outlet: RequestOutlet;
  /** Of the client that it is of. */
  readonly identity: Pick<SessionIdentity, 'transport' | 'presence'>;
  /** It goes on to its server. Called once at most. */
  readonly onForward: () => void;
  /** It was answered, or given up. Called once. */
  readonly onOver: () => void;
}

/** Answered once, or given up by its client; either way it leaves nothing behind. */
export class StatelessRequest {
  readonly #options: StatelessRequestOptions;
  readonly #with: SessionCollaborators;
  /** Aborts when it is over: what then still waits for a verdict is withdrawn. */
  readonly #over = new AbortController();
  #exchange: Exchange | null = null;
  /** A message of the server came before the answer. */
  #delivered = false;

  constructor(options: StatelessRequestOptions, collaborators: SessionCollaborators) {
    this.#options = options;
    this.#with = collaborators;
  }

  get isSubscription(): boolean {
    return this.#options.call.method === SUBSCRIBE;
  }

  /** Resolves when the server has the request, or the client its refusal. `startedMicros`: when it was read. */
  async run(startedMicros: number): Promise<void> {
    const { call, id, outlet, onForward } = this.#options;
    const answeredOnce: ClientOutlet = {
      answer: (_id, json, errorCode) => this.#answer(json, errorCode),
      deliver: (json) => {
        this.#delivered = true;
        outlet.deliver(json, id);
      },
      stream: (_id, event) => outlet.stream(id, event),
      abandon: () => undefined,
      end: () => undefined,
    };
    const forward: Forward = (allowed, recordId) => {
      onForward();
      this.#exchange = new Exchange('modern', this.#with, answeredOnce, noSession);
      return this.#exchange.forward(call, allowed, recordId, startedMicros);
    };
    const client = waitingClient(call.message, outlet, this.#options.identity);
    const refusal = await this.#with.passDown(call, this.#over.signal, forward, client);
    if (refusal !== null) this.#answer(errorResponse(id, refusal));
  }

  /** Other items may stand in the lists of its server now: its client is told where it wants to be. */
  listsChanged(): void {
    const { call, id, outlet } = this.#options;
    if (!this.#lasts) return;
    for (const change of listChangesFor(id, call.arguments)) outlet.deliver(change, id);
  }

  /** Gives it up where the server is at it: its client is told this. What it subscribed to goes on. */
  stop(refusal: Refusal): void {
    if (!this.#lasts) this.#exchange?.stopCalls(refusal);
  }

  /** Its client wants no answer any more. The server hears of that by the end of its connection. */
  async cancel(): Promise<void> {
    await this.#finish('cancelled by the client');
  }

  /** The proxy gives it up. For a subscription that is a good end (MCP 2026-07-28, graceful closure). */
  async end(why: string): Promise<void> {
    const { id, outlet } = this.#options;
    outlet.answer(id, this.#lasts ? goodEnd(id) : errorResponse(id, { error: 'upstream', message: why }));
    await this.#finish(why);
  }

  /** Whether it is a subscription, and in force: the server's first message says that. */
  get #lasts(): boolean {
    return this.isSubscription && this.#delivered;
  }

  #answer(json: Buffer, errorCode?: number): void {
    if (this.#over.signal.aborted) return;
    this.#options.outlet.answer(this.#options.id, json, errorCode);
    void this.#finish('answered');
  }

  async #finish(why: string): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#options.onOver();
    await this.#exchange?.end(why);
  }
}

/** There is no initialize, and the loss of the server is told as that of the one request. */
const noSession = { initialized: () => undefined, lost: () => undefined };
