// HTTP to one server over kept-alive connections: told as bytes arrive, following redirects within its origin.
import type { ConnectionOptions } from 'node:tls';
import { Pool, type Dispatcher } from 'undici';
import type { Closable, Logger } from '../ports.ts';
import { boundIdleConnections } from './idle-connections.ts';
import { describeUrl } from './target.ts';

const MAX_REDIRECTS = 3;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** How long the head of the response may take, milliseconds; 0 for as long as it likes. */
  readonly headTimeoutMs: number;
  /** Whether it waits while `maxOpen` others like it run. Not for what one of those may itself be waiting for. */
  readonly waitsInLine?: boolean;
}

export interface ResponseHead {
  readonly status: number;
  header(name: string): string | null;
}

/**
 * Ends with one of `end` and `failed`, and with neither after `abort`. Only `sent` may be called before `open` has
 * returned.
 */
export interface ResponseHandler {
  /** The operating system has taken the whole request. Not called for a request without a body. */
  sent(): void;
  head(head: ResponseHead): void;
  data(chunk: Buffer): void;
  end(): void;
  failed(error: Error): void;
}

export interface Exchange {
  abort(): void;
}

export interface HttpClient extends Closable {
  open(request: HttpRequest, handler: ResponseHandler): Exchange;
}

export interface HttpClientOptions {
  readonly origin: string;
  /** For TCP and TLS together. */
  readonly connectTimeoutMs: number;
  /** How long a connection without a request is kept, milliseconds; less where the server says so. Else undici's 4 s. */
  readonly idleTimeoutMs?: number;
  /** How many connections without a request are kept. Else all are. */
  readonly maxIdle?: number;
  /** How many connections those requests may have that wait in line for one. Else as many as there are requests. */
  readonly maxOpen?: number;
  readonly logger: Logger;
  /** What is trusted instead of what the system trusts. */
  readonly trust?: Pick<ConnectionOptions, 'ca' | 'allowPartialTrustChain' | 'checkServerIdentity'>;
}

export function createHttpClient(client: HttpClientOptions): HttpClient {
  const { origin, connectTimeoutMs, idleTimeoutMs, logger, trust } = client;
  // Undici takes no 0.
  const keptFor = idleTimeoutMs === undefined ? undefined : Math.max(1, idleTimeoutMs);
  // No limits on silence: a server may work, and a stream may wait, for as long as their sessions do. HTTP/1.1 is
  // spoken by every server, and one request never waits there behind another.
  const options: Pool.Options = {
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    ...(keptFor === undefined ? {} : { keepAliveTimeout: keptFor, keepAliveMaxTimeout: keptFor }),
    connect: { ...trust, timeout: connectTimeoutMs },
  };
  const idle = boundIdleConnections(client.maxIdle ?? Infinity);
  const { maxOpen: connections } = client;
  const calls = new Pool(origin, {
    ...options,
    factory: idle.factory,
    ...(connections === undefined ? {} : { connections }),
  });
  // A call may wait for what is said aside: the answer to a question that it has asked, or its own cancellation.
  const asides = new Pool(origin, { ...options, factory: idle.factory });
  // Streams hold their connections for as long as a session lives. In a pool of their own they are not looked
  // through for a free connection on each call.
  const streams = new Pool(origin, { ...options, factory: idle.factory });

  function open(request: HttpRequest, handler: ResponseHandler, redirects: number): Exchange {
    const { method, url, headers, body, headTimeoutMs, waitsInLine = false } = request;
    let controller: Dispatcher.DispatchController | null = null;
    let next: Exchange | null = null;
    let redirect: URL | null = null;
    let aborted = false;
    const pool = method === 'GET' ? streams : waitsInLine ? calls : asides;
    pool.dispatch(
      { method, path: url.pathname + url.search, headers, body, headersTimeout: headTimeoutMs },
      {
        onRequestStart(started) {
          controller = started;
          if (aborted) started.abort(abortReason);
        },
        onRequestSent() {
          if (!aborted && body !== null) handler.sent();
        },
        onResponseStart(_controller, status, responseHeaders) {
          // Interim responses (RFC 9110 section 15.2) are not the answer.
          if (aborted || status < 200) return;
          redirect =
            redirects < MAX_REDIRECTS ? redirectWithin(request, status, responseHeaders.location) : null;
          if (redirect === null) handler.head({ status, header: (name) => single(responseHeaders[name]) });
          else
            logger.debug('upstream_redirected', {
              from: describeUrl(url),
              to: describeUrl(redirect),
              status,
            });
        },
        onResponseData(_controller, chunk) {
          if (!aborted && redirect === null) handler.data(chunk);
        },
        onResponseEnd() {
          idle.rested();
          if (aborted) return;
          if (redirect === null) handler.end();
          else next = open({ ...request, url: redirect }, handler, redirects + 1);
        },
        onResponseError(_controller, error) {
          // What is wrong with the request itself is told at once, from within dispatch.
          queueMicrotask(() => {
            if (!aborted) handler.failed(error);
          });
        },
      },
    );
    return {
      abort() {
        aborted = true;
        controller?.abort(abortReason);
        next?.abort();
      },
    };
  }

  return {
    open: (request, handler) => open(request, handler, 0),
    async close() {
      idle.close();
      await Promise.all([calls, asides, streams].map(async (pool) => pool.destroy()));
    },
  };
}

const abortReason = new Error('no longer wanted');

/**
 * Where a redirect leads, if it may be followed: within the origin, for the configured headers may hold
 * credentials, and with the same method (RFC 9110 section 15.4).
 */
function redirectWithin(
  { method, url }: HttpRequest,
  status: number,
  location: string | string[] | undefined,
): URL | null {
  const keepsMethod =
    status === 307 || status === 308 || (method === 'GET' && [301, 302, 303].includes(status));
  const target = single(location);
  if (!keepsMethod || target === null || !URL.canParse(target, url.href)) return null;
  const to = new URL(target, url);
  return to.origin === url.origin ? to : null;
}

function single(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
