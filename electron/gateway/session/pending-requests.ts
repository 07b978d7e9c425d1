// The client's requests that were forwarded and wait for the server's answer.
import type { CallOutcome } from '../call.ts';
import type { CallLog, Clock } from '../ports.ts';
import type { RequestId, ResponseMessage } from '../wire/json-rpc.ts';

export interface PendingRequest {
  readonly recordId: number;
  readonly method: string;
  /** Monotonic microseconds at which the request was read. */
  readonly startedMicros: number;
  readonly progressToken: RequestId | null;
  readonly deadline: NodeJS.Timeout;
}

/** Completes the audit record of each request exactly once, however it ends. */
export class PendingRequests {
  readonly #byId = new Map<RequestId, PendingRequest>();
  readonly #log: CallLog;
  readonly #clock: Clock;

  constructor(log: CallLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  has(id: RequestId): boolean {
    return this.#byId.has(id);
  }

  get ids(): RequestId[] {
    return [...this.#byId.keys()];
  }

  add(id: RequestId, request: PendingRequest): void {
    this.#byId.set(id, request);
  }

  get(id: RequestId): PendingRequest | undefined {
    return this.#byId.get(id);
  }

  /** The request that asked for progress under this token, if any. */
  byProgressToken(token: unknown): RequestId | null {
    if (typeof token !== 'string' && typeof token !== 'number') return null;
    for (const [id, request] of this.#byId) if (request.progressToken === token) return id;
    return null;
  }

  /** Takes a request out with the server's answer. Undefined where nothing with that id waits. */
  answer(response: ResponseMessage): PendingRequest | undefined {
    const { id, error, bytes } = response;
    if (id === null) return undefined;
    return this.#end(id, {
      status: error === null ? 'ok' : 'error',
      responseBytes: bytes.length,
      errorCode: error?.code ?? null,
      errorMessage: error?.message ?? null,
    });
  }

  /** Takes a request out that will get no answer. Undefined where nothing with that id waits. */
  fail(
    id: RequestId,
    status: 'cancelled' | 'upstream_error',
    code: number | null,
    message: string,
  ): PendingRequest | undefined {
    return this.#end(id, { status, responseBytes: null, errorCode: code, errorMessage: message });
  }

  #end(id: RequestId, outcome: Omit<CallOutcome, 'latencyMicros'>): PendingRequest | undefined {
    const request = this.#byId.get(id);
    if (request === undefined) return undefined;
    this.#byId.delete(id);
    clearTimeout(request.deadline);
    const latencyMicros = this.#clock.monotonicMicros() - request.startedMicros;
    this.#log.complete(request.recordId, { ...outcome, latencyMicros });
    return request;
  }
}
