// One session with the proxy over Streamable HTTP: lines go out as POSTs, and all that comes back is handed up.
import { UpstreamError } from '../gateway/errors.ts';
import type { Logger } from '../gateway/ports.ts';
import {
  followEventStream,
  type EventStream,
  type EventStreamOptions,
} from '../gateway/upstream/event-stream.ts';
import { trackExchanges } from '../gateway/upstream/exchanges.ts';
import { createHttpClient } from '../gateway/upstream/http-client.ts';
import { HttpStatusError, networkError } from '../gateway/upstream/http-failure.ts';
import { MAX_MESSAGE_BYTES } from '../gateway/upstream/limits.ts';
import { readPostResponse, type BodyReader, type ResumePoint } from '../gateway/upstream/post-response.ts';
import { createStreamableSession } from '../gateway/upstream/streamable-session.ts';
import type { Message } from '../gateway/wire/json-rpc.ts';
import { pinned } from '../main/program/pinned-certificate.ts';
import { readServerMessage } from '../gateway/wire/parse.ts';
import { isOnly, type ClientLine } from './client-line.ts';

/** How the proxy is called in what people read. */
export const PROXY_NAME = 'MCP Proxy Desktop';

const ENDED = `${PROXY_NAME} ended its response`;
const CONNECT_TIMEOUT_MS = 5000;
/** The rest of an answer whose stream was suspended is asked for again so many times, over about a minute. */
const RESUME_ATTEMPTS = 6;
/** For what wants no answer, only that it was taken. */
const ACKNOWLEDGE_TIMEOUT_MS = 30_000;
/** Calls that run when the session is lost have so long to hear of it themselves. */
const RETIREMENT_MS = 2000;

/** Takes what came in one piece: a message, or a batch, as its bytes and as what they say. */
export type Heard = (bytes: Buffer, messages: readonly Message[]) => void;

/** How a POST ended. */
export type PostEnd =
  /** The response is at its end; `why` is for requests that it left without an answer. */
  | { readonly kind: 'over'; readonly why: string }
  | { readonly kind: 'refused'; readonly error: HttpStatusError; readonly body: Buffer }
  /** The proxy does not know the session, and has done nothing. */
  | { readonly kind: 'lost'; readonly error: UpstreamError }
  /** The line has not left. */
  | { readonly kind: 'unsent'; readonly error: UpstreamError };

export interface PostExtras {
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the exchange off. */
  readonly signal?: AbortSignal;
}

export interface ProxySession {
  /** Never rejects. Posts don't wait for each other. */
  post(line: ClientLine, heard: Heard, extras?: PostExtras): Promise<PostEnd>;
  /** Opens the stream for what the server says by itself, and keeps it open. */
  listen(): void;
  /** The proxy has lost it: what still runs may end, for a moment. */
  retire(): void;
  /** Ends everything at once, and tells the proxy; that takes a second at most. */
  close(): Promise<void>;
}

export interface ProxySessionOptions {
  readonly url: URL;
  /** What to trust there, PEM; null for what the system trusts. */
  readonly certificate: string | null;
  /** Presented with every request; null for none. */
  readonly token: string | null;
  readonly logger: Logger;
  /** For what comes on the stream of `listen`. */
  readonly heard: Heard;
  /** The stream of `listen` has found the session to be lost. */
  readonly lost: () => void;
}

export function openProxySession(options: ProxySessionOptions): ProxySession {
  const { url, certificate, token, logger, heard, lost } = options;
  const http = createHttpClient({
    origin: url.origin,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    logger,
    ...(certificate === null ? {} : { trust: pinned(certificate) }),
  });
  const exchanges = trackExchanges(http);
  const session = createStreamableSession({
    name: PROXY_NAME,
    url,
    // A compressed body would not be the bytes that the message is made of.
    headers: {
      'accept-encoding': 'identity',
      'user-agent': 'mcp-proxy-desktop-bridge',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    http,
    logger,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    timeoutMs: ACKNOWLEDGE_TIMEOUT_MS,
  });
  /** Ends the wait for an answer whose stream is suspended. */
  const suspended = new Set<(why: UpstreamError) => void>();
  let listening: EventStream | null = null;

  async function post(line: ClientLine, hear: Heard, { headers, signal }: PostExtras = {}): Promise<PostEnd> {
    const { promise, resolve } = Promise.withResolvers<PostEnd>();
    const expectsAnswer = line.requests.length > 0 || line.messages.length === 0;
    const inSession = session.id !== null;
    let sent = false;
    let body: BodyReader | null = null;
    let rest: EventStream | null = null;
    const unanswered = new Set(line.requests);
    const over = (why: string): void => resolve({ kind: 'over', why });
    const take = (bytes: Buffer): void => {
      for (const message of receive(bytes, line, hear))
        if (message.kind === 'response' && message.id !== null) unanswered.delete(message.id);
    };
    // Where a server suspends its stream, the proxy does so too (MCP 2025-11-25, transports).
    const resume = ({ lastEventId, retryMs }: ResumePoint): void => {
      const finish = (why: UpstreamError): void => {
        suspended.delete(finish);
        rest?.stop();
        over(why.message);
      };
      suspended.add(finish);
      rest = follow({
        lastEventId,
        retryMs,
        begin: 'later',
        maxFailures: RESUME_ATTEMPTS,
        message(bytes) {
          take(bytes);
          if (unanswered.size === 0) finish(new UpstreamError(ENDED));
        },
        gaveUp: finish,
      });
    };

    const exchange = exchanges.open(
      {
        method: 'POST',
        url,
        headers: {
          ...session.headers('application/json, text/event-stream'),
          ...headers,
          'content-type': 'application/json',
        },
        body: line.bytes,
        headTimeoutMs: expectsAnswer ? 0 : ACKNOWLEDGE_TIMEOUT_MS,
      },
      {
        sent: () => (sent = true),
        head(head) {
          if (isOnly(line, 'initialize')) session.start(head);
          body = readPostResponse(head, expectsAnswer, {
            server: PROXY_NAME,
            url,
            maxBytes: MAX_MESSAGE_BYTES,
            message: take,
            stream: () => undefined,
            over(error, point) {
              // A broken answer is not asked for again: on this machine it is the proxy itself that has gone.
              if (unanswered.size > 0 && point?.ended === true) resume(point);
              // An error collects its stack, and nearly always nobody waits any more.
              else over(unanswered.size > 0 ? error().message : ENDED);
            },
            refused(error, bytes) {
              if (inSession && error.status === 404) resolve({ kind: 'lost', error });
              else resolve({ kind: 'refused', error, body: bytes });
            },
            abort() {
              exchange.abort();
              over(`${PROXY_NAME} sent what was not asked for`);
            },
          });
        },
        data: (chunk) => body?.push(chunk),
        end() {
          body?.end();
          if (rest === null) over(ENDED);
        },
        failed(cause) {
          const error = networkError(PROXY_NAME, url, cause);
          body?.broken(cause);
          if (body === null && !sent) resolve({ kind: 'unsent', error });
          else over(error.message);
        },
      },
    );
    const withdraw = (): void => {
      exchange.abort();
      over('The request was cancelled');
    };
    if (signal?.aborted === true) withdraw();
    else signal?.addEventListener('abort', withdraw, { once: true });
    return promise;
  }

  function receive(bytes: Buffer, asked: ClientLine | null, hear: Heard): readonly Message[] {
    const parsed = readServerMessage(bytes);
    if (!parsed.ok) {
      // The client would take it for a line that broke off.
      logger.warn('not_a_message', { error: parsed.error, bytes: bytes.length });
      return [];
    }
    const answer = parsed.value.find((message) => message.kind === 'response' && message.error === null);
    if (asked !== null && isOnly(asked, 'initialize') && answer?.kind === 'response')
      session.agree(answer.result);
    hear(bytes, parsed.value);
    return parsed.value;
  }

  function follow(options: Omit<EventStreamOptions, 'server' | 'url' | 'maxBytes' | 'open'>): EventStream {
    return followEventStream({
      server: PROXY_NAME,
      url,
      maxBytes: MAX_MESSAGE_BYTES,
      open(lastEventId, handler) {
        const resumed = lastEventId === '' ? {} : { 'last-event-id': lastEventId };
        const headers = { ...session.headers('text/event-stream'), ...resumed };
        return exchanges.open({ method: 'GET', url, headers, body: null, headTimeoutMs: 0 }, handler);
      },
      ...options,
    });
  }

  function listen(): void {
    listening ??= follow({
      lastEventId: '',
      retryMs: null,
      begin: 'now',
      maxFailures: Infinity,
      message: (bytes) => void receive(bytes, null, heard),
      gaveUp(error) {
        if (error instanceof HttpStatusError && error.status === 404) lost();
        else logger.warn('does_not_listen', { why: error.message });
      },
    });
  }

  async function end(): Promise<void> {
    const why = new UpstreamError(`${PROXY_NAME} has lost the session: call again`);
    listening?.stop();
    for (const finish of suspended) finish(why);
    exchanges.abortAll(why);
    await session.delete();
    await http.close();
  }

  return {
    post,
    listen,
    retire() {
      listening?.stop();
      session.forget();
      setTimeout(() => void end(), RETIREMENT_MS).unref();
    },
    close: end,
  };
}
