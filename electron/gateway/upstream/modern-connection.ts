// One request over Streamable HTTP of 2026-07-28: a POST that stands for itself, without a session.
import type { AllowedMessage } from '../call.ts';
import { UpstreamError } from '../errors.ts';
import type { UpstreamConnection, UpstreamEvents } from '../ports.ts';
import { modernHeaders } from '../wire/modern-headers.ts';
import type { RequestMessage, ResponseMessage } from '../wire/json-rpc.ts';
import { errorIn, startConversation } from './conversation.ts';
import type { EraFinding } from './era-finding.ts';
import { DISCOVER, eraOfAnswer, eraOfRefusal } from './era-signs.ts';
import type { HttpServer } from './http-server.ts';
import { postMessage } from './post-message.ts';

const PARAM_HEADER = 'mcp-param-';

/**
 * `send` resolves when the request has left. `close` before the answer ends the exchange, which is how the server
 * hears that the request is cancelled (MCP 2026-07-28, cancellation).
 */
export function openModernConnection(
  server: HttpServer,
  events: UpstreamEvents,
  finding: EraFinding,
): UpstreamConnection {
  const { name, url, logger } = server;
  const conversation = startConversation(server, {
    ...events,
    message(message, relatedTo) {
      if (message.kind === 'notification') events.message(message, relatedTo);
      else if (message.kind === 'response' && message.id === asked?.id) answer(asked, message);
      // Servers of this era ask nothing, and answer what they were asked (MCP 2026-07-28, receiving messages).
      else logger.warn('upstream_unasked', { server: name, kind: message.kind });
    },
  });
  let asked: RequestMessage | null = null;
  /** Of the response; null where that is a stream, which says nothing by its status. */
  let status: number | null = null;

  function answer({ id, method }: RequestMessage, message: ResponseMessage): void {
    // A large result is not parsed for what is known already.
    const era = isInDoubt(method) ? eraOfAnswer(method, message) : null;
    if (era !== null) finding.learn('modern', era === 'modern');
    if (finding.refuses('modern')) events.failed(id, `${name} does not speak MCP 2026-07-28`, 'era');
    else {
      if (status !== null) events.stream(id, { kind: 'status', http: status });
      events.message(message, id);
    }
  }

  /** A server that has shown what it is, is not taken for another over one refusal. */
  function isInDoubt(method: string): boolean {
    return finding.configured === 'auto' && (method === DISCOVER || !finding.speaks('modern'));
  }

  async function post({ message, paramHeaders }: AllowedMessage): Promise<void> {
    conversation.assertOpen();
    if (message.kind === 'response') throw new UpstreamError('Modern servers take no answers');
    if (asked !== null) throw new UpstreamError('The connection has carried its request');
    if (message.kind === 'request') asked = message;
    const delivery = conversation.deliver(message);
    postMessage(server, conversation.exchanges, delivery, {
      url,
      headers: {
        ...ofParams(paramHeaders),
        ...server.headers,
        accept: 'application/json, text/event-stream',
        ...modernHeaders(message),
      },
      sent: message,
      answered: asked !== null,
      untilAcknowledged: asked === null,
      accepted(head) {
        status = head.status;
      },
      message: (bytes) => void conversation.receive(bytes, delivery.id),
      stream(event) {
        // Streams of this era are not resumed: there is nothing else to say of them.
        if (event.kind !== 'opened' || delivery.id === null) return;
        status = null;
        events.stream(delivery.id, event);
      },
      over(error) {
        if (!delivery.settled) delivery.fail(error());
      },
      refused(error, body) {
        const said = errorIn(body);
        const era = isInDoubt(message.method) ? eraOfRefusal(message.method, error.status, said) : null;
        if (era !== null) finding.learn('modern', era === 'modern');
        if (era !== 'legacy' && said !== null && said.id !== null && said.id === asked?.id) {
          status = error.status;
          conversation.receiveRefusal(body, delivery);
        } else delivery.fail(error, era === 'legacy' ? 'era' : undefined);
      },
    });
    await delivery.taken;
  }

  return { send: post, close: () => conversation.end() };
}

/** The only headers that ever come from a client. */
function ofParams(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(PARAM_HEADER)));
}
