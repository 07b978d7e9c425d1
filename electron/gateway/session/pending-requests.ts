// The client's requests that were forwarded and wait for the server's answer.
import type { Call, CallOutcome } from '../call.ts';
import type { CallLog, Clock } from '../ports.ts';
import type { RequestId, ResponseMessage } from '../wire/json-rpc.ts';
import type { Deadline } from './deadline.ts';
import { isId } from './message-facts.ts';

export interface PendingRequest {
  readonly recordId: number;
  readonly call: Call;
  /** Monotonic microseconds at which the request was read. */
  readonly startedMicros: number;
  readonly progressToken: RequestId | null;
  readonly deadline: Deadline;
}

/** So many requests that got no answer are remembered, for a line about the answer that comes too late. */
const REMEMBERED = 100;

/** Completes the audit record of each request exactly once, however it ends. */
export class PendingRequests {
  readonly #byId = new Map<RequestId, PendingRequest>();
  /** The calls' own ids, by what the client called them. */
  readonly #givenUp = new Map<RequestId, string>();
  readonly #log: CallLog;
  readonly #clock: Clock;

  constructor(log: CallLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  has(id: RequestId): boolean {
    return this.#byId.has(id);
  }

  get count(): number {
    return this.#byId.size;
  }

  get ids(): RequestId[] {
    return [...this.#byId.keys()];
  }

  /** Those that the policy was asked about. */
  get checked(): { readonly id: RequestId; readonly call: Call }[] {
    return [...this.#byId].flatMap(([id, { call }]) => (call.treatment === 'enforce' ? [{ id, call }] : []));
  }

  /** The own ids of the calls that wait. */
  get requestIds(): string[] {
    return [...this.#byId.values()].map(({ call }) => call.requestId);
  }

  /** The own id of a call that was given up, as long as it is remembered. */
  givenUp(id: RequestId | null): string | null {
    return (id === null ? undefined : this.#givenUp.get(id)) ?? null;
  }

  add(id: RequestId, request: PendingRequest): void {
    this.#byId.set(id, request);
  }

  /** Gives the request that asked for progress under this token more time; null where none did. */
  progress(token: unknown): RequestId | null {
    if (!isId(token)) return null;
    for (const [id, request] of this.#byId) {
      if (request.progressToken !== token) continue;
      request.deadline.progress();
      return id;
    }
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
      answer: response,
    });
  }

  /** Takes a request out that will get no answer. Undefined where nothing with that id waits. */
  fail(
    id: RequestId,
    status: 'cancelled' | 'upstream_error',
    code: number | null,
    message: string,
    timedOut = false,
  ): PendingRequest | undefined {
    const outcome = { status, responseBytes: null, errorCode: code, errorMessage: message };
    const ended = this.#end(id, timedOut ? { ...outcome, timedOut } : outcome);
    if (ended !== undefined) this.#remember(id, ended.call.requestId);
    return ended;
  }

  #remember(id: RequestId, requestId: string): void {
    const [oldest] = this.#givenUp.keys();
    if (this.#givenUp.size >= REMEMBERED && oldest !== undefined) this.#givenUp.delete(oldest);
    this.#givenUp.set(id, requestId);
  }

  #end(id: RequestId, outcome: Omit<CallOutcome, 'latencyMicros'>): PendingRequest | undefined {
    const request = this.#byId.get(id);
    if (request === undefined) return undefined;
    this.#byId.delete(id);
    request.deadline.end();
    const latencyMicros = this.#clock.monotonicMicros() - request.startedMicros;
    this.#log.complete(request.recordId, { ...outcome, latencyMicros });
    return request;
  }
}
