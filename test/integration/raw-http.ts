// HTTP as bytes: requests that no MCP library would send, answers and event streams as they arrive.
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 10_000;

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Cuts the connection. */
  readonly signal?: AbortSignal | undefined;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface EventStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The next event; rejects when none comes within 10 s, or when the stream has ended. */
  next(): Promise<EventSourceMessage>;
  /** Resolves when the other side has ended the stream. */
  ended(): Promise<void>;
  close(): void;
}

/** Sends one request and reads the answer to its end. A body makes it a POST of JSON unless told otherwise. */
export async function send(url: string | URL, options: RawRequest = {}): Promise<RawResponse> {
  const response = await open(url, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks).toString(),
  };
}

/** Opens a stream of server-sent events and reads them one by one. */
export async function openStream(url: string | URL, options: RawRequest = {}): Promise<EventStream> {
  const response = await open(url, {
    ...options,
    headers: { accept: 'text/event-stream', ...options.headers },
  });
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  response.setEncoding('utf8');
  response.on('data', (text: string) => parser.feed(text));
  // A stream that is cut off has ended like any other here.
  response.on('error', () => response.destroy());

  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    async next() {
      const deadline = performance.now() + patienceMs;
      while (performance.now() < deadline) {
        const event = events.shift();
        if (event !== undefined) return event;
        if (response.closed) throw new Error('The stream has ended without another event');
        await sleep(5);
      }
      throw new Error(`No event came within ${patienceMs} ms`);
    },
    async ended() {
      if (!response.closed) await once(response, 'close', { signal: AbortSignal.timeout(patienceMs) });
    },
    close: () => response.destroy(),
  };
}

/** Messages in an answer of Streamable HTTP, whichever of its two forms it has. */
export function messagesIn({ headers, body }: RawResponse): string[] {
  if (!(headers['content-type'] ?? '').startsWith('text/event-stream')) return body === '' ? [] : [body];
  const messages: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => data !== '' && messages.push(data) });
  parser.feed(body);
  return messages;
}

function open(url: string | URL, { method, headers, body, signal }: RawRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }),
        ...headers,
      },
      agent: false,
      signal,
    });
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
