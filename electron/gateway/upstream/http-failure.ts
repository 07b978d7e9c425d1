// What went wrong between us and an HTTP server, in words for people.
import { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import type { Hide } from './hide-secrets.ts';
import type { ResponseHead } from './http-client.ts';
import { describeUrl } from './target.ts';

const MAX_WORDS = 300;

/** The server answered, but not with what was asked for. */
export class HttpStatusError extends UpstreamError {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/**
 * `server` is the configured name; the error's own words never hold the URL's query or our headers. `hide` takes
 * these out of the server's words.
 */
export function statusError(
  server: string,
  url: URL,
  head: ResponseHead,
  body: Buffer,
  hide: Hide = (words) => words,
): HttpStatusError {
  const { status } = head;
  const words = wordsIn(head, body, hide);
  const said = words === null ? '' : `: ${words}`;
  return new HttpStatusError(`${server} answered HTTP ${status}${said}${advice(status, url, head)}`, status);
}

/** Refusals of servers that know POST here not at all, or only for something older. */
export function suggestsOlderServer(status: number): boolean {
  return [400, 404, 405, 406, 410, 415, 422, 501].includes(status);
}

function advice(status: number, url: URL, head: ResponseHead): string {
  const location = head.header('location');
  if (status >= 300 && status < 400 && location !== null && URL.canParse(location, url.href)) {
    return `. It has moved to ${describeUrl(new URL(location, url))}: configure that URL`;
  }
  if (status === 401 || status === 403)
    return '. Configure the headers that it wants, for example Authorization';
  if (status === 404) return `. Check the path of ${describeUrl(url)}`;
  return '';
}

const errorBody = z.union([
  z.looseObject({ error: z.looseObject({ message: z.string() }) }).transform(({ error }) => error.message),
  z.looseObject({ error_description: z.string() }).transform((body) => body.error_description),
  z.looseObject({ message: z.string() }).transform((body) => body.message),
  z.looseObject({ error: z.string() }).transform((body) => body.error),
]);

/** What the server says in JSON (JSON-RPC, OAuth, the usual frameworks) or plain text; pages of HTML say nothing. */
function wordsIn(head: ResponseHead, body: Buffer, hide: Hide): string | null {
  const type = mediaType(head);
  const text = body.toString('utf8');
  const words = type === 'application/json' ? wordsInJson(text) : type === 'text/plain' ? text.trim() : '';
  return words === '' ? null : hide(words).slice(0, MAX_WORDS);
}

function wordsInJson(text: string): string {
  try {
    return errorBody.safeParse(JSON.parse(text)).data ?? '';
  } catch {
    // Called JSON and is none: then there are no words.
    return '';
  }
}

/** `text/event-stream; charset=utf-8` is `text/event-stream`. */
export function mediaType(head: ResponseHead): string {
  return (head.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** An error of the network, in words. */
export function networkError(server: string, url: URL, error: Error): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const fate = neverConnected.has(codeOf(error)) ? 'undelivered' : 'unknown';
  const words = networkWords(url, error);
  return new UpstreamError(`${server} could not be reached: ${words}`, { cause: error, fate });
}

/** Codes of errors that come before there is a connection on which anything could be sent. */
const neverConnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

function networkWords(url: URL, error: Error): string {
  const code = codeOf(error);
  const where = describeUrl(url);
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${where}. Is the server running?`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host ${url.hostname} was not found`;
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return `${url.host} did not take the connection in time`;
    case 'UND_ERR_HEADERS_TIMEOUT':
      return `${where} did not answer in time`;
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return `${url.host} broke the connection`;
    default:
      return error.message === '' ? code : error.message;
  }
}
