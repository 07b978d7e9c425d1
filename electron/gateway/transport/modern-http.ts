// Streamable HTTP of 2026-07-28: each POST is one request that says all about itself, and has its response for itself.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../session/session-types.ts';
import type { ClientBody } from '../wire/parse.ts';
import type { EndpointContext } from './endpoint.ts';
import { sendAccepted } from './http-exchange.ts';
import { ModernReply } from './modern-reply.ts';
import { readModernRequest } from './modern-request.ts';
import { onlyOne, requestIdsIn } from './request-ids.ts';

/** Answers a POST whose body was read, and is of this era. */
export type AnswerModern = (
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
  body: ClientBody,
) => Promise<void>;

export function createModernEndpoint(context: EndpointContext): AnswerModern {
  return async function answer(request, response, caller, body) {
    const id = onlyOne(requestIdsIn(body.messages));
    // Before anything else: whatever is wrong with the request, its client should fall back.
    if (context.refuses('modern')) {
      context.refuse(request, response, { error: 'legacy_only' }, { id });
      return;
    }
    // Clients that send this over any transport do so here, too. What cancels is the end of the response, and ids of
    // other clients may be the same.
    if (isCancellation(body)) {
      sendAccepted(response);
      return;
    }
    const read = readModernRequest(request.headers, body);
    if (!read.ok) {
      context.refuse(request, response, read.refusal, { id });
      return;
    }
    const client = context.modernClient({ transport: 'stateless', caller }, read.request);
    if (client === null) {
      context.refuse(request, response, { error: 'session_limit' }, { id, headers: { 'retry-after': '60' } });
      return;
    }
    const reply = new ModernReply(response);
    await client.receive(read.request, read.paramHeaders, reply, reply.left);
  };
}

function isCancellation({ messages: [message], batch }: ClientBody): boolean {
  return !batch && message?.kind === 'notification' && message.method === 'notifications/cancelled';
}
