// What both HTTP transports share: reading a body, finding sessions, and refusing with a record.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorName, errors, type Refusal } from '../errors.ts';
import type { CallLog, Clock, Era, RefusedMessage } from '../ports.ts';
import { newRequestId } from '../router/request-id.ts';
import type { SessionClient } from '../session/session-store.ts';
import type { ClientOutlet, ClientSession, ModernClient } from '../session/session-types.ts';
import { refusalMessage } from '../wire/error-response.ts';
import type { RequestId, RequestMessage } from '../wire/json-rpc.ts';
import { type ClientBody, readClientBody } from '../wire/parse.ts';
import { traceHeadersIn } from '../wire/trace-context.ts';
import { mediaTypeOf, readBody, sendRefusal } from './http-exchange.ts';
import { shownPath } from './request-target.ts';

/** What sessions are opened with at one address: a server, or all of them together. */
export interface Served {
  readonly name: string;
  /** Null where no session can be opened any more. */
  open(client: SessionClient, outlet: (sessionId: string) => ClientOutlet): ClientSession | null;
  /** Whether no client of this era can be served here. */
  refuses(era: Era): boolean;
  /** The client that sent this request of the modern era; null as above. */
  modernClient(client: SessionClient, request: RequestMessage): ModernClient | null;
  /** The session with this id, where it was opened here, by the same client over the same transport. */
  find(id: string, client: SessionClient): ClientSession | undefined;
}

export interface EndpointOptions {
  readonly log: CallLog;
  readonly clock: Clock;
  readonly served: Served;
  /** Longest body that is read, bytes. */
  readonly maxBodyBytes: number;
}

export interface EndpointContext {
  readonly openSession: Served['open'];
  readonly findSession: Served['find'];
  readonly refuses: Served['refuses'];
  readonly modernClient: Served['modernClient'];
  /** The messages in the body, or null after refusing. */
  readMessages(request: IncomingMessage, response: ServerResponse): Promise<ClientBody | null>;
  readonly refuse: Refuse;
}

/** Ends the exchange with an error, and records that. */
export type Refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  answer?: RefusalAnswer,
) => void;

export interface RefusalAnswer {
  /** The request that is refused, where it could be read. */
  readonly id?: RequestId | null;
  readonly headers?: Record<string, string>;
}

type Recording = Pick<EndpointOptions, 'log' | 'clock'>;

/** @param server the name that the record is given; empty where no server was asked for. */
export function createRefuse(recording: Recording, server: string): Refuse {
  return (request, response, refusal, { id = null, headers = {} } = {}) => {
    const method = `${request.method ?? ''} ${pathOf(request)}`;
    recordRefusal(recording, { server, method, refusal, sourceIp: addressOf(request) });
    sendRefusal(response, refusal, id, headers);
  };
}

/** Writes down that something was refused before it was a message. */
export function recordRefusal(
  { log, clock }: Recording,
  { refusal, ...refused }: Pick<RefusedMessage, 'server' | 'method' | 'sourceIp'> & { refusal: Refusal },
): void {
  log.refused({
    ...refused,
    requestId: newRequestId(),
    at: clock.now(),
    sessionId: '',
    reason: reasonFor(refusal.error),
    errorCode: errors[refusal.error].code,
    errorMessage: refusalMessage(refusal),
  });
}

export function createEndpointContext(options: EndpointOptions): EndpointContext {
  const { served, maxBodyBytes } = options;
  const refuse = createRefuse(options, served.name);

  return {
    refuse,
    openSession: (client, outlet) => served.open(client, outlet),
    findSession: (id, client) => served.find(id, client),
    refuses: (era) => served.refuses(era),
    modernClient: (client, request) => served.modernClient(client, request),

    async readMessages(request, response) {
      if (mediaTypeOf(request) !== 'application/json') {
        refuse(request, response, { error: 'unsupported_media_type' });
        return null;
      }
      const body = await readBody(request, maxBodyBytes);
      if (body === null) {
        const message = `Invalid request: the message is larger than ${maxBodyBytes} bytes`;
        refuse(request, response, { error: 'too_large', message }, { headers: { connection: 'close' } });
        return null;
      }
      const read = readClientBody(body);
      if (read.ok) return withTraceHeaders(read.value, request.headers);
      const message = errors[read.error].message + (read.message === undefined ? '' : `: ${read.message}`);
      refuse(request, response, { error: read.error, message }, { id: read.id });
      return null;
    },
  };
}

/** The messages, which know the trace that their HTTP request says to be of. */
function withTraceHeaders(body: ClientBody, headers: IncomingHttpHeaders): ClientBody {
  const traceHeaders = traceHeadersIn(headers);
  if (traceHeaders === null) return body;
  return { ...body, messages: body.messages.map((message) => ({ ...message, traceHeaders })) };
}

/** The path as it may be logged. */
export function pathOf(request: IncomingMessage): string {
  return shownPath(request.url ?? '/');
}

export function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

function reasonFor(error: ErrorName): RefusedMessage['reason'] {
  switch (error) {
    case 'session_missing':
    case 'session_unknown':
    case 'session_limit':
      return 'session';
    case 'api_unauthorized':
    case 'api_locked':
    case 'token_missing':
    case 'token_wrong':
    case 'token_in_query':
      return 'token';
    case 'method_not_found':
    case 'legacy_only':
    case 'unsupported_protocol':
    case 'unsupported_version':
      return 'version';
    case 'parse_error':
    case 'invalid_params':
    case 'header_mismatch':
    case 'invalid_request':
    case 'duplicate_key':
    case 'too_large':
    case 'not_http':
    case 'headers_too_large':
    case 'request_timeout':
      return 'malformed';
    default:
      return 'door';
  }
}
