// One session over Streamable HTTP (MCP 2025-03-26 to 2025-11-25, transports): POSTs and a listening GET.
import type { StreamEvent, UpstreamConnection, UpstreamEvents } from '../ports.ts';
import type { Message } from '../wire/json-rpc.ts';
import { UpstreamError } from '../errors.ts';
import { startConversation, type Delivery } from './conversation.ts';
import { followEventStream, type EventStream, type EventStreamOptions } from './event-stream.ts';
import { HttpStatusError } from './http-failure.ts';
import type { HttpServer } from './http-server.ts';
import { postMessage } from './post-message.ts';
import type { ResumePoint } from './post-response.ts';
import { createStreamableSession } from './streamable-session.ts';
import { createTurns } from './turns.ts';

/** The rest of a broken answer is asked for again so many times, over about a minute. */
const RESUME_ATTEMPTS = 6;

/**
 * `send` resolves when a request has left; for a notification, an answer and the first message of all when the
 * server has acknowledged it. What goes wrong with a request later is told by `events.failed`. Requests don't
 * wait for each other, but nothing overtakes the first message or `notifications/initialized`.
 */
export function openStreamableConnection(server: HttpServer, events: UpstreamEvents): UpstreamConnection {
  const { name, url, hide, maxMessageBytes, logger } = server;
  const conversation = startConversation(server, events);
  const session = createStreamableSession(server);
  const turns = createTurns();
  let established = false;
  let listening: EventStream | null = null;
  let closing: Promise<void> | null = null;

  async function post(message: Message): Promise<void> {
    conversation.assertOpen();
    const delivery = conversation.deliver(message);
    const isRequest = delivery.id !== null;
    postMessage(server, conversation.exchanges, delivery, {
      url,
      headers: session.headers('application/json, text/event-stream'),
      sent: message,
      answered: isRequest,
      untilAcknowledged: !isRequest || !established,
      accepted(head) {
        established = true;
        if (isCalled(message, 'initialize')) session.start(head);
      },
      message: (bytes) => receive(bytes, message, delivery),
      stream: (event) => tell(delivery, event),
      over: (error, resume) => afterEnd(delivery, error, resume),
      refused: (error, bytes) => refused(delivery, error, bytes),
    });
    await delivery.taken;
    if (isCalled(message, 'notifications/initialized')) listen();
  }

  function receive(bytes: Buffer, asked: Message, delivery: Delivery): void {
    for (const message of conversation.receive(bytes, delivery.id)) {
      const isResult = message.kind === 'response' && message.id === delivery.id && message.error === null;
      if (isResult && isCalled(asked, 'initialize')) session.agree(message.result);
    }
  }

  function refused(delivery: Delivery, error: HttpStatusError, body: Buffer): void {
    const inSession = session.id !== null;
    if (inSession && error.status === 404) delivery.fail(lose());
    else if (conversation.receiveRefusal(body, delivery)) established = true;
    else if (inSession && saysSessionIsLost(error.status, body)) delivery.fail(lose());
    else delivery.fail(error);
  }

  function afterEnd(delivery: Delivery, error: () => UpstreamError, resume: ResumePoint | null): void {
    if (delivery.settled) return;
    if (resume === null) {
      delivery.fail(error());
      return;
    }
    // A connection that broke is mended here; what the server does on purpose, the client sees.
    if (resume.ended) tell(delivery, { kind: 'suspended' });
    resumeAnswer(delivery, resume);
  }

  function tell(delivery: Delivery, event: StreamEvent): void {
    if (delivery.id !== null && !delivery.settled) events.stream(delivery.id, event);
  }

  /** Goes on with the stream of one request's answer, from the last event that arrived. */
  function resumeAnswer(delivery: Delivery, { lastEventId, retryMs }: ResumePoint): void {
    const stream = followEventStream({
      ...streams,
      lastEventId,
      retryMs,
      begin: 'later',
      maxFailures: RESUME_ATTEMPTS,
      message: (bytes) => conversation.receive(bytes, delivery.id),
      gaveUp(error) {
        if (session.id !== null && error instanceof HttpStatusError && error.status === 404) lose();
        else delivery.fail(error);
      },
    });
    delivery.whenSettled(() => stream.stop());
  }

  /** Opens the stream for what the server says by itself. Not every server offers one. */
  function listen(): void {
    listening ??= followEventStream({
      ...streams,
      lastEventId: '',
      retryMs: null,
      begin: 'now',
      maxFailures: Infinity,
      message: (bytes) => conversation.receive(bytes, null),
      gaveUp(error, opened) {
        // Before it ever opened, a 404 may as well mean that GET is not served here.
        if (opened && error instanceof HttpStatusError && error.status === 404) lose();
        else logger.debug('upstream_listens_not', { server: name, error: error.message });
      },
    });
  }

  const streams: Pick<EventStreamOptions, 'server' | 'url' | 'hide' | 'maxBytes' | 'open'> = {
    server: name,
    url,
    hide,
    maxBytes: maxMessageBytes,
    open(lastEventId, handler) {
      const headers = {
        ...session.headers('text/event-stream'),
        ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
      };
      return conversation.exchanges.open(
        { method: 'GET', url, headers, body: null, headTimeoutMs: 0 },
        handler,
      );
    },
  };

  /** Ends it all; the error is for whoever noticed. */
  function lose(): UpstreamError {
    const why = `${name} has lost the session: connect again`;
    session.forget();
    listening?.stop();
    conversation.lost(why);
    return new UpstreamError(why);
  }

  async function shutDown(): Promise<void> {
    listening?.stop();
    conversation.end();
    await session.delete();
  }

  return {
    send: async ({ message }) =>
      turns(!established || isCalled(message, 'notifications/initialized'), async () => post(message)),
    close: () => (closing ??= shutDown()),
  };
}

function isCalled(message: Message, method: string): boolean {
  return message.kind !== 'response' && message.method === method;
}

/**
 * The specification wants a 404 for that. Servers made after the SDK's examples answer 400 with a message about the
 * session instead, as the error of no request in particular.
 */
function saysSessionIsLost(status: number, body: Buffer): boolean {
  return status === 400 && /\bsession\b/iu.test(body.toString('utf8', 0, 1000));
}
