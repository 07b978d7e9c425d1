// What sessions and the transports that carry them ask of each other.
import type { Socket } from 'node:net';
import type { SessionSummary } from '../../shared/domain.ts';
import type { Agent, ParamHeaders } from '../call.ts';
import type { StreamEvent } from '../ports.ts';
import type { Message, RequestId, RequestMessage } from '../wire/json-rpc.ts';

/** The way back to the client. */
export interface ClientOutlet {
  /**
   * Sends the answer to one of the client's requests: a result of the server, or an error. `errorCode`: where the
   * server answered with an error.
   */
  answer(request: RequestId, json: Buffer, errorCode?: number): void;
  /** Sends any other message; `relatedTo` is the client's request that it belongs to, where that is known. */
  deliver(json: Buffer, relatedTo: RequestId | null): void;
  /** What became of the server's stream for this request, to be done likewise where the client's has one of its own. */
  stream(request: RequestId, event: StreamEvent): void;
  /** This request will get no answer (it was cancelled): nothing needs to be kept open for it. */
  abandon(request: RequestId): void;
  /** The session is over, and each of its requests was answered or abandoned: what is still open to the client ends. */
  end(): void;
}

/** The way back to a client that has sent one request, and will have nothing more than its answer. */
export type RequestOutlet = Pick<ClientOutlet, 'answer' | 'deliver' | 'stream'>;

/** Who sent a request, as far as the door could tell. */
export interface Caller {
  readonly agent: Agent;
  /** Of the registered client whose token came with the request; null where none came. */
  readonly clientId: string | null;
  readonly sourceIp: string;
  readonly connection: Socket;
}

export type TransportKind = SessionSummary['transport'];

/** One client's session, as its transport knows it. */
export interface ClientSession {
  readonly id: string;
  /** What was agreed on in `initialize`; null until then. */
  readonly protocolVersion: string | null;
  /**
   * Takes one message of the client. Resolves when it was handed on or refused; a refused request has been answered
   * through the outlet by then. Never rejects.
   */
  receive(message: Message): Promise<void>;
  /** Ends it; all that waits is answered. */
  close(): Promise<void>;
}

/** One client of the modern era, as its transport knows it. */
export interface ModernClient {
  /**
   * Takes one request of the client. Resolves when it was handed on or refused; a refused request has been answered
   * by then. `left` aborts when the client closes the response, which is how it cancels (MCP 2026-07-28,
   * cancellation).
   */
  receive(
    request: RequestMessage,
    paramHeaders: ParamHeaders,
    outlet: RequestOutlet,
    left: AbortSignal,
  ): Promise<void>;
}

/** What one client has of one server at the moment. */
export interface ServerUse {
  readonly server: string;
  /** Requests that wait for its answer. */
  readonly calls: number;
  /** It was asked to begin, and has not answered yet. */
  readonly isStarting: boolean;
}

/** A session, or what is one to whoever counts and lists them. */
export interface Kept {
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** When its client's newest message came, Unix milliseconds. */
  readonly lastSeenAt: number;
  summary(): SessionSummary;
  /** Ends it; all that waits is answered. */
  close(): Promise<void>;
}

/** A session as whoever keeps it knows it. */
export type KeptSession = ClientSession & Kept;
