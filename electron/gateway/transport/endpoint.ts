// What both HTTP transports share: reading a body, finding sessions, and refusing with a record.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Agent } from '../call.ts';
import { type ErrorName, errors, type Refusal } from '../errors.ts';
import type { CallLog, Clock, RefusedMessage, Upstream } from '../ports.ts';
import { newRequestId } from '../router/request-id.ts';
import type { Session } from '../session/session.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { ClientOutlet, TransportKind } from '../session/session-types.ts';
import { refusalMessage } from '../wire/error-response.ts';
import type { RequestId } from '../wire/json-rpc.ts';
import { type ClientBody, readClientBody } from '../wire/parse.ts';
import { mediaTypeOf, readBody, sendRefusal } from './http-exchange.ts';

export interface EndpointOptions {
  readonly sessions: SessionStore;
  readonly log: CallLog;
  readonly clock: Clock;
  /** The one server that sessions opened here talk to. */
  readonly server: Upstream;
  /** Who a caller is that has not said so. */
  readonly defaultAgent: Agent;
  /** Longest body that is read, bytes. */
  readonly maxBodyBytes: number;
}

export interface EndpointContext {
  openSession(
    transport: TransportKind,
    request: IncomingMessage,
    outlet: (id: string) => ClientOutlet,
  ): Session | null;
  findSession(id: string): Session | undefined;
  /** The messages in the body, or null after refusing. */
  readMessages(request: IncomingMessage, response: ServerResponse): Promise<ClientBody | null>;
  readonly refuse: Refuse;
}

/** Ends the exchange with an error, and records that. */
export type Refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  headers?: Record<string, string>,
  id?: RequestId | null,
) => void;

/** @param server the name that the record is given; empty where no server was asked for. */
export function createRefuse({ log, clock }: Pick<EndpointOptions, 'log' | 'clock'>, server: string): Refuse {
  return (request, response, refusal, headers = {}, id = null) => {
    log.refused({
      requestId: newRequestId(),
      at: clock.now(),
      sessionId: '',
      server,
      method: `${request.method ?? ''} ${pathOf(request)}`,
      reason: reasonFor(refusal.error),
      errorCode: errors[refusal.error].code,
      errorMessage: refusalMessage(refusal),
      sourceIp: addressOf(request),
    });
    sendRefusal(response, refusal, id, headers);
  };
}

export function createEndpointContext(options: EndpointOptions): EndpointContext {
  const { sessions, server, defaultAgent, maxBodyBytes } = options;
  const refuse = createRefuse(options, server.name);

  return {
    refuse,
    openSession: (transport, request, outlet) =>
      sessions.open({ server, transport, agent: defaultAgent, sourceIp: addressOf(request) }, outlet),
    findSession: (id) => sessions.find(id, server),

    async readMessages(request, response) {
      if (mediaTypeOf(request) !== 'application/json') {
        refuse(request, response, { error: 'unsupported_media_type' });
        return null;
      }
      const body = await readBody(request, maxBodyBytes);
      if (body === null) {
        const message = `Invalid request: the message is larger than ${maxBodyBytes} bytes`;
        refuse(request, response, { error: 'too_large', message }, { connection: 'close' });
        return null;
      }
      const read = readClientBody(body);
      if (read.ok) return read.value;
      const message = errors[read.error].message + (read.message === undefined ? '' : `: ${read.message}`);
      refuse(request, response, { error: read.error, message }, {}, read.id);
      return null;
    },
  };
}

/** The path alone: a query may hold what must not be logged. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

function reasonFor(error: ErrorName): RefusedMessage['reason'] {
  switch (error) {
    case 'session_missing':
    case 'session_unknown':
    case 'session_limit':
      return 'session';
    case 'parse_error':
    case 'invalid_request':
    case 'duplicate_key':
    case 'too_large':
      return 'malformed';
    default:
      return 'door';
  }
}
