// What a session asks of the transport that carries it.
import type { StreamEvent } from '../ports.ts';
import type { RequestId } from '../wire/json-rpc.ts';

/** The way back to the client. */
export interface ClientOutlet {
  /** Sends the answer to one of the client's requests: a result of the server, or an error. */
  answer(request: RequestId, json: Buffer): void;
  /** Sends any other message; `relatedTo` is the client's request that it belongs to, where that is known. */
  deliver(json: Buffer, relatedTo: RequestId | null): void;
  /** What became of the server's stream for this request, to be done likewise where the client's has one of its own. */
  stream(request: RequestId, event: StreamEvent): void;
  /** This request will get no answer (it was cancelled): nothing needs to be kept open for it. */
  abandon(request: RequestId): void;
  /** The session is over, and each of its requests was answered or abandoned: what is still open to the client ends. */
  end(): void;
}

export type TransportKind = 'sse' | 'streamable-http';
