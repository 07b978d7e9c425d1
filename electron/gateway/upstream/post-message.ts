// One message on its way to a server as a POST: the frame that the HTTP transports have in common.
import type { Message } from '../wire/json-rpc.ts';
import type { Delivery } from './conversation.ts';
import type { Exchanges } from './exchanges.ts';
import type { Exchange, ResponseHead } from './http-client.ts';
import { networkError } from './http-failure.ts';
import type { HttpServer } from './http-server.ts';
import { needsPlace } from './places.ts';
import { readPostResponse, type BodyReader, type PostResponse } from './post-response.ts';

export interface OutgoingPost extends Pick<PostResponse, 'message' | 'stream' | 'over' | 'refused'> {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Whose bytes are the body. */
  readonly sent: Message;
  /** Whether the answer belongs into the response. */
  readonly answered: boolean;
  /** The server has to have taken the message before the delivery has; else it is enough that it has left. */
  readonly untilAcknowledged: boolean;
  /** The server has taken it. */
  readonly accepted?: (head: ResponseHead) => void;
}

/** Takes the delivery when it should be, and fails it where the connection does; all else is the transport's. */
export function postMessage(
  { name, hide, maxMessageBytes, timeoutMs }: HttpServer,
  exchanges: Exchanges,
  delivery: Delivery,
  post: OutgoingPost,
): Exchange {
  const { url, sent, answered, untilAcknowledged, accepted, message, stream, over, refused } = post;
  let reader: BodyReader | null = null;
  const exchange = exchanges.open(
    {
      method: 'POST',
      url,
      headers: { ...post.headers, 'content-type': 'application/json' },
      body: sent.bytes,
      headTimeoutMs: delivery.id === null ? timeoutMs : 0,
      waitsInLine: needsPlace(sent),
    },
    {
      sent() {
        if (!untilAcknowledged) delivery.take();
      },
      head(head) {
        if (head.status >= 200 && head.status < 300) {
          accepted?.(head);
          delivery.take();
        }
        reader = readPostResponse(head, answered, {
          server: name,
          url,
          hide,
          maxBytes: maxMessageBytes,
          message,
          stream,
          over,
          refused,
          abort: () => exchange.abort(),
        });
      },
      data: (chunk) => reader?.push(chunk),
      end: () => reader?.end(),
      failed(error) {
        if (reader === null) delivery.fail(networkError(name, url, error));
        else reader.broken(error);
      },
    },
  );
  return exchange;
}
