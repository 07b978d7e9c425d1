// One session over HTTP+SSE (MCP 2024-11-05, transports): a stream for what comes, POSTs for what is sent.
import { UpstreamError } from '../errors.ts';
import type { UpstreamConnection, UpstreamEvents } from '../ports.ts';
import type { Message } from '../wire/json-rpc.ts';
import { startConversation } from './conversation.ts';
import { readEventSource } from './event-source.ts';
import type { HttpServer } from './http-server.ts';
import { postMessage } from './post-message.ts';
import { describeUrl } from './target.ts';
import { createTurns } from './turns.ts';

/**
 * The first `send` opens the stream, as does the next one where that failed. `send` resolves when a request has
 * left, for notifications and answers when the server has acknowledged them. When the stream ends, so does the
 * session: this transport has no way to find it again.
 */
export function openSseConnection(server: HttpServer, events: UpstreamEvents): UpstreamConnection {
  const { name, maxMessageBytes, timeoutMs } = server;
  const conversation = startConversation(server, events);
  const turns = createTurns();
  let endpoint: Promise<URL> | null = null;

  async function post(message: Message): Promise<void> {
    conversation.assertOpen();
    endpoint ??= openStream().catch((error: unknown) => {
      endpoint = null;
      throw error;
    });
    const url = await endpoint;
    conversation.assertOpen();

    const delivery = conversation.deliver(message);
    postMessage(server, conversation.exchanges, delivery, {
      url,
      headers: { ...server.headers, accept: '*/*' },
      sent: message,
      // The answer comes on the stream.
      answered: false,
      untilAcknowledged: delivery.id === null,
      message: () => undefined,
      stream: () => undefined,
      over: (error) => delivery.fail(error()),
      refused(error, bytes) {
        if (!conversation.receiveRefusal(bytes, delivery)) delivery.fail(error);
      },
    });
    await delivery.taken;
  }

  /** Resolves to where messages are to be posted. */
  function openStream(): Promise<URL> {
    const { url } = server;
    const { promise, resolve, reject } = Promise.withResolvers<URL>();
    let opened = false;
    const exchange = conversation.exchanges.open(
      {
        method: 'GET',
        url,
        headers: { ...server.headers, accept: 'text/event-stream' },
        body: null,
        headTimeoutMs: 0,
      },
      readEventSource({
        server: name,
        url,
        hide: server.hide,
        maxBytes: maxMessageBytes,
        opened: () => undefined,
        event(type, data) {
          if (type === 'endpoint' && !opened) open(data.toString('utf8'));
          else if (type === 'message' && opened) conversation.receive(data, null);
        },
        broke: fail,
        refused: fail,
        abort: () => exchange.abort(),
      }),
    );
    const timer = setTimeout(() => {
      const why = `${name} did not open a session within ${timeoutMs / 1000} s`;
      fail(new UpstreamError(why, { fate: 'undelivered' }));
    }, timeoutMs);

    function open(address: string): void {
      const target = URL.canParse(address, url.href) ? new URL(address, url) : null;
      if (target?.origin === url.origin) {
        opened = true;
        clearTimeout(timer);
        resolve(target);
        return;
      }
      // Whoever can name another place could have our messages and headers sent there.
      const where = target === null ? 'no URL' : describeUrl(target);
      fail(
        new UpstreamError(`${name} wants its messages sent to another origin (${where}), which is refused`),
      );
    }

    function fail(error: UpstreamError): void {
      clearTimeout(timer);
      exchange.abort();
      if (opened) conversation.lost(error.message);
      else reject(error);
    }

    return promise;
  }

  return {
    send: async ({ message }) =>
      turns(message.kind === 'notification' && message.method === 'notifications/initialized', async () =>
        post(message),
      ),
    close: () => conversation.end(),
  };
}
