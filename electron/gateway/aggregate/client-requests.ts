// The client's requests that are under way, and each one's single answer.
import type { ClientOutlet } from '../session/session-types.ts';
import { errorResponse } from '../wire/error-response.ts';
import type { RequestId, RequestMessage } from '../wire/json-rpc.ts';
import type { Part } from './part.ts';

export interface ClientRequest {
  readonly method: string;
  /** The one server that answers it; null while there is none, and where it is asked of all. */
  readonly part: Part | null;
  /** Aborted when the client gives it up, while we have it ourselves. */
  readonly givenUp: AbortController | null;
}

export class ClientRequests {
  readonly #outlet: ClientOutlet;
  readonly #running = new Map<RequestId, ClientRequest>();

  constructor(outlet: ClientOutlet) {
    this.#outlet = outlet;
  }

  get ids(): RequestId[] {
    return [...this.#running.keys()];
  }

  get(id: RequestId): ClientRequest | undefined {
    return this.#running.get(id);
  }

  /** We have it in hand. The signal says when the client has given it up. */
  begin({ id, method }: RequestMessage): AbortSignal {
    const givenUp = new AbortController();
    this.#running.set(id, { method, part: null, givenUp });
    return givenUp.signal;
  }

  /** Takes it out, not to be answered by this; false where it was answered or given up already. */
  take(id: RequestId): boolean {
    return this.#running.delete(id);
  }

  /** One server has it. */
  handOver({ id, method }: RequestMessage, part: Part): void {
    this.#running.set(id, { method, part, givenUp: null });
  }

  /** Does nothing where it was answered or given up already. */
  answer(id: RequestId, json: Buffer): void {
    if (this.take(id)) this.#outlet.answer(id, json);
  }

  fail(id: RequestId, why: string): void {
    this.answer(id, errorResponse(id, { error: 'upstream', message: why }));
  }

  /** It gets no answer. */
  abandon(id: RequestId): void {
    const request = this.#running.get(id);
    if (request === undefined) return;
    this.#running.delete(id);
    this.#outlet.abandon(id);
    request.givenUp?.abort();
  }
}
