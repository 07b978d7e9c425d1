// HTTP+SSE (MCP 2024-11-05): one stream that is the session, and POSTs that name it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../session/session-types.ts';
import { unsupportedProtocol } from '../wire/modern-versions.ts';
import { endpointEvent } from '../wire/sse.ts';
import type { EndpointContext } from './endpoint.ts';
import { EventStream } from './event-stream.ts';
import { accepts, sendAccepted } from './http-exchange.ts';
import { refusedBatch } from './protocol-versions.ts';
import { onlyOne, requestIdsIn } from './request-ids.ts';

export interface SseEndpoint {
  /** `GET /` and `GET …/sse`: opens the stream and tells where to post. */
  open(request: IncomingMessage, response: ServerResponse, caller: Caller, messagePath: string): void;
  /** `POST …/message?sessionId=…`: 202 at once; the answer comes on the stream. */
  post(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    sessionId: string | null,
  ): Promise<void>;
}

export function createSseEndpoint(context: EndpointContext): SseEndpoint {
  return {
    open(request, response, caller, messagePath) {
      if (!accepts(request, 'text/event-stream')) {
        context.refuse(request, response, {
          error: 'not_acceptable',
          message: 'Accept must list text/event-stream',
        });
        return;
      }
      if (context.refuses('legacy')) {
        context.refuse(request, response, unsupportedProtocol(null));
        return;
      }
      const client = { transport: 'sse', caller } as const;
      const session = context.openSession(client, (id) => {
        const stream = new EventStream(response, {}, () => void context.findSession(id, client)?.close());
        stream.sendRaw(endpointEvent(`${messagePath}?sessionId=${id}`));
        return {
          answer: (_request, json) => stream.send(json),
          deliver: (json) => stream.send(json),
          stream: () => undefined,
          abandon: () => undefined,
          end: () => stream.end(),
        };
      });
      if (session === null)
        context.refuse(request, response, { error: 'session_limit' }, { headers: { 'retry-after': '60' } });
    },

    async post(request, response, caller, sessionId) {
      if (sessionId === null) {
        context.refuse(request, response, { error: 'session_missing' });
        return;
      }
      const session = context.findSession(sessionId, { transport: 'sse', caller });
      if (session === undefined) {
        context.refuse(request, response, { error: 'session_unknown' });
        return;
      }
      const body = await context.readMessages(request, response);
      if (body === null) return;
      const refusal = body.batch ? refusedBatch(session.protocolVersion) : null;
      if (refusal !== null) {
        context.refuse(request, response, refusal, { id: onlyOne(requestIdsIn(body.messages)) });
        return;
      }
      sendAccepted(response);
      await Promise.all(body.messages.map((message) => session.receive(message)));
    },
  };
}
