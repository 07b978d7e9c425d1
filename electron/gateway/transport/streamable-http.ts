// Streamable HTTP (MCP 2025-03-26 to 2025-11-25): POST, GET and DELETE on one endpoint.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '../errors.ts';
import type { Caller, ClientSession } from '../session/session-types.ts';
import type { Message, RequestId } from '../wire/json-rpc.ts';
import type { EndpointContext } from './endpoint.ts';
import { unsupportedProtocol } from '../wire/modern-versions.ts';
import { accepts, sendAccepted } from './http-exchange.ts';
import { createModernEndpoint } from './modern-http.ts';
import { isModern } from './modern-request.ts';
import { PostReply } from './post-reply.ts';
import { refusedBatch, refusedVersion, takesPriming } from './protocol-versions.ts';
import { firstRepeated, onlyOne, requestIdsIn } from './request-ids.ts';
import { StreamableOutlet } from './streamable-outlet.ts';

const SESSION_HEADER = 'mcp-session-id';

/** A session of this transport, and the way back to its client. */
interface Carried {
  readonly session: ClientSession;
  readonly outlet: StreamableOutlet;
}

export interface StreamableEndpoint {
  handle(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void>;
}

export function createStreamableEndpoint(context: EndpointContext): StreamableEndpoint {
  const outlets = new WeakMap<ClientSession, StreamableOutlet>();
  const answerModern = createModernEndpoint(context);

  return {
    async handle(request, response, caller) {
      // GET and DELETE are for sessions (MCP 2026-07-28, earlier Streamable HTTP revisions).
      const methods = context.refuses('legacy') ? ['POST'] : ['GET', 'POST', 'DELETE'];
      switch (methods.find((method) => method === request.method)) {
        case 'POST':
          await post(request, response, caller);
          return;
        case 'GET':
          listen(request, response, caller);
          return;
        case 'DELETE':
          await end(request, response, caller);
          return;
        default:
          context.refuse(
            request,
            response,
            { error: 'method_not_allowed' },
            { headers: { allow: methods.join(', ') } },
          );
      }
    },
  };

  async function post(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    if (!accepts(request, 'application/json') || !accepts(request, 'text/event-stream')) {
      context.refuse(request, response, { error: 'not_acceptable' });
      return;
    }
    const body = await context.readMessages(request, response);
    if (body === null) return;
    const { messages, batch } = body;
    if (isModern(request.headers, messages)) {
      await answerModern(request, response, caller, body);
      return;
    }
    const requests = requestIdsIn(messages);
    if (context.refuses('legacy')) {
      const refusal = unsupportedProtocol(versionIn(messages));
      context.refuse(request, response, refusal, { id: onlyOne(requests) });
      return;
    }
    const carried = isInitialize(messages, request)
      ? open(request, response, caller, onlyOne(requests))
      : find(request, response, caller, onlyOne(requests), batch);
    if (carried === null) return;

    const { session, outlet } = carried;
    const twice = requests.find((id) => outlet.expects(id)) ?? firstRepeated(requests);
    if (twice !== undefined) {
      const message = 'Invalid request: a request with this id is still running';
      context.refuse(request, response, { error: 'invalid_request', message }, { id: twice });
      return;
    }
    if (requests.length > 0) expectAnswers(carried, response, requests, batch);
    await Promise.all(messages.map((message) => session.receive(message)));
    if (requests.length === 0) sendAccepted(response, headersOf(session));
  }

  function expectAnswers(
    { session, outlet }: Carried,
    response: ServerResponse,
    requests: RequestId[],
    batch: boolean,
  ): void {
    const reply = new PostReply({
      response,
      requests,
      batch,
      headers: headersOf(session),
      newStream: () => outlet.newStream(takesPriming(session.protocolVersion)),
      onDone: () => requests.forEach((id) => outlet.forget(id, reply)),
    });
    for (const id of requests) outlet.expect(id, reply);
  }

  function listen(request: IncomingMessage, response: ServerResponse, caller: Caller): void {
    if (!accepts(request, 'text/event-stream')) {
      context.refuse(request, response, {
        error: 'not_acceptable',
        message: 'Accept must list text/event-stream',
      });
      return;
    }
    const carried = find(request, response, caller);
    if (carried === null) return;
    const { session, outlet } = carried;
    // An empty id is that of no event (HTML Standard, section 9.2.5).
    const lastEventId = String(request.headers['last-event-id'] ?? '');
    if (lastEventId === '')
      outlet.listen(response, headersOf(session), takesPriming(session.protocolVersion));
    else if (!outlet.resume(lastEventId, response, headersOf(session))) {
      const message = 'Invalid request: no stream of this session can be resumed from Last-Event-ID';
      context.refuse(request, response, { error: 'invalid_request', message });
    }
  }

  async function end(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    const carried = find(request, response, caller);
    if (carried === null) return;
    await carried.session.close();
    response.writeHead(200);
    response.end();
  }

  /** `id`: what a refusal answers. */
  function open(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    id: RequestId | null,
  ): Carried | null {
    const unsupported = refusedVersion(request.headers['mcp-protocol-version']);
    if (unsupported !== null) {
      context.refuse(request, response, unsupported, { id });
      return null;
    }
    const outlet = new StreamableOutlet();
    const session = context.openSession({ transport: 'streamable-http', caller }, () => outlet);
    if (session === null) {
      context.refuse(request, response, { error: 'session_limit' }, { id, headers: { 'retry-after': '60' } });
      return null;
    }
    outlets.set(session, outlet);
    return { session, outlet };
  }

  /** The session that the request names, or null after refusing (2025-11-25: 400 without an id, 404 for a lost one). */
  function find(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    id: RequestId | null = null,
    batch = false,
  ): Carried | null {
    const sessionId = request.headers[SESSION_HEADER];
    const version = request.headers['mcp-protocol-version'];
    const session =
      typeof sessionId === 'string'
        ? context.findSession(sessionId, { transport: 'streamable-http', caller })
        : undefined;
    const refusal = refusalFor(sessionId, version, session, batch);
    const outlet = session && outlets.get(session);
    if (refusal === null && session && outlet) return { session, outlet };
    context.refuse(request, response, refusal ?? { error: 'session_unknown' }, { id });
    return null;
  }
}

function refusalFor(
  id: unknown,
  version: string | string[] | undefined,
  session: ClientSession | undefined,
  batch: boolean,
): Refusal | null {
  const unsupported = refusedVersion(version);
  if (unsupported !== null) return unsupported;
  if (id === undefined) return { error: 'session_missing' };
  if (session === undefined) return { error: 'session_unknown' };
  return batch ? refusedBatch(session.protocolVersion) : null;
}

function headersOf({ id }: ClientSession): Record<string, string> {
  return { [SESSION_HEADER]: id };
}

/** The version that an initialize asks for. */
function versionIn([first]: readonly Message[]): string | null {
  const version = first?.kind === 'request' ? first.params.protocolVersion : null;
  return typeof version === 'string' ? version : null;
}

/** A lone initialize without a session asks for a new one. */
function isInitialize(messages: readonly Message[], request: IncomingMessage): boolean {
  const [first] = messages;
  return (
    messages.length === 1 &&
    first?.kind === 'request' &&
    first.method === 'initialize' &&
    request.headers[SESSION_HEADER] === undefined
  );
}
