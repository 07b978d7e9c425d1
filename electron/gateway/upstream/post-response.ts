// The response to a POST of Streamable HTTP: nothing, one JSON body, a stream of events, or a refusal.
import { UpstreamError } from '../errors.ts';
import type { StreamEvent } from '../ports.ts';
import { gatherBytes } from '../wire/gathered-bytes.ts';
import { createEventReader } from './event-reader.ts';
import type { ResponseHead } from './http-client.ts';
import type { Hide } from './hide-secrets.ts';
import { mediaType, networkError, statusError, type HttpStatusError } from './http-failure.ts';
import { MAX_ERROR_BODY_BYTES } from './limits.ts';

/** Takes the body of one response, as its bytes arrive. */
export interface BodyReader {
  push(chunk: Buffer): void;
  end(): void;
  /** The connection broke before the end. */
  broken(error: Error): void;
}

/** Where a stream that ended too early goes on (MCP 2025-11-25, transports, resumability). */
export interface ResumePoint {
  readonly lastEventId: string;
  readonly retryMs: number | null;
  /** Whether the server ended it in good order, rather than the connection broke. */
  readonly ended: boolean;
}

export interface PostResponse {
  readonly server: string;
  readonly url: URL;
  readonly maxBytes: number;
  readonly hide?: Hide | undefined;
  /** A message, or a batch of them, as it stands in the response. */
  message(bytes: Buffer): void;
  /** The body is a stream of events, or something is said of that stream. */
  stream(event: StreamEvent): void;
  /**
   * No more is to come. That is an error only where an answer is still waited for, so it is made only when it is
   * asked for: an error collects its stack, and most calls have been answered by now.
   */
  over(error: () => UpstreamError, resume: ResumePoint | null): void;
  /** The status says no; the body may say why. */
  refused(error: HttpStatusError, body: Buffer): void;
  /** Ends the response from our side. */
  abort(): void;
}

/** `expected`: the POST was a request, so that an answer belongs into the response. */
export function readPostResponse(head: ResponseHead, expected: boolean, response: PostResponse): BodyReader {
  const { server, url, maxBytes, hide } = response;
  if (head.status < 200 || head.status >= 300) {
    return wholeBody(MAX_ERROR_BODY_BYTES, response, (body) => {
      response.refused(statusError(server, url, head, body, hide), body);
    });
  }
  if (!expected) return ignoredBody(head, response);
  switch (mediaType(head)) {
    case 'text/event-stream':
      response.stream({ kind: 'opened' });
      return eventBody(response);
    case 'application/json':
      return wholeBody(maxBytes, response, (body) => {
        response.message(body);
        response.over(() => new UpstreamError(`${server} sent a response without the answer`), null);
      });
    default:
      return wholeBody(MAX_ERROR_BODY_BYTES, response, () => {
        const type = mediaType(head) || 'nothing';
        response.over(
          () => new UpstreamError(`${server} answered HTTP ${head.status} with ${type} instead of JSON`),
          null,
        );
      });
  }
}

function eventBody(response: PostResponse): BodyReader {
  const { server, url, maxBytes } = response;
  let lastEventId = '';
  let retryMs: number | null = null;
  const over = (error: () => UpstreamError, ended: boolean): void =>
    response.over(error, lastEventId === '' ? null : { lastEventId, retryMs, ended });
  const reader = createEventReader({
    maxBytes,
    event(type, data) {
      // An event without data primes the stream with an id.
      if (type === 'message' && data.length > 0) response.message(data);
    },
    lastId: (id) => (lastEventId = id),
    retry(ms) {
      retryMs = ms;
      response.stream({ kind: 'retry', ms });
    },
    tooLarge() {
      response.over(() => tooLarge(server, maxBytes), null);
      response.abort();
    },
  });
  return {
    push: (chunk) => reader.push(chunk),
    end: () => over(() => new UpstreamError(`${server} ended its stream without the answer`), true),
    broken: (error) => over(() => networkError(server, url, error), false),
  };
}

function wholeBody(maxBytes: number, response: PostResponse, whole: (body: Buffer) => void): BodyReader {
  const { server, url } = response;
  const body = gatherBytes(maxBytes);
  return {
    push(chunk) {
      if (body.length + chunk.length <= maxBytes) {
        body.push(chunk);
        return;
      }
      response.over(() => tooLarge(server, maxBytes), null);
      response.abort();
    },
    end: () => whole(body.take()),
    broken: (error) => response.over(() => networkError(server, url, error), null),
  };
}

/** Notifications and answers are acknowledged without a body; one that comes all the same is not waited for. */
function ignoredBody(head: ResponseHead, response: PostResponse): BodyReader {
  let length = 0;
  return {
    push(chunk) {
      length += chunk.length;
      if (length > MAX_ERROR_BODY_BYTES || mediaType(head) === 'text/event-stream') response.abort();
    },
    end: () => undefined,
    broken: () => undefined,
  };
}

function tooLarge(server: string, maxBytes: number): UpstreamError {
  return new UpstreamError(`${server} sent a message of more than ${maxBytes} bytes`);
}
