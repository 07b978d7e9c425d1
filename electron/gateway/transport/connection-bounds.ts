// What a connection may cost whoever keeps it open: headers, time and numbers are bounded, and what is no HTTP is
// answered and ended.
import type { Server, ServerOptions, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { errors, type ErrorName } from '../errors.ts';
import type { Clock, Logger } from '../ports.ts';
import { errorResponse } from '../wire/error-response.ts';

export interface ConnectionBounds {
  /** How long a client may take to send one request, milliseconds. */
  readonly requestTimeoutMs: number;
  /** How long a client may take nothing of what is written to it, milliseconds. */
  readonly writeTimeoutMs: number;
  /** How long an idle connection is kept, milliseconds. */
  readonly idleTimeoutMs: number;
  /** Connections that may be open at once; further ones are closed as they come. */
  readonly maxConnections: number;
}

/** All headers of a request together, its first line included. */
const MAX_HEADER_BYTES = 16 * 1024;
/** How far apart Node looks for requests that take too long, milliseconds: at most, and at least. */
const CHECK_EVERY_MS = { most: 5_000, least: 100 };
/** Between two notices of too many connections, milliseconds. */
const NOTICE_EVERY_MS = 60_000;

export function connectionOptions({
  requestTimeoutMs,
  idleTimeoutMs,
}: Pick<ConnectionBounds, 'requestTimeoutMs' | 'idleTimeoutMs'>): ServerOptions {
  const checkEvery = Math.max(CHECK_EVERY_MS.least, requestTimeoutMs / 4);
  return {
    keepAliveTimeout: idleTimeoutMs,
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(CHECK_EVERY_MS.most, checkEvery),
    maxHeaderSize: MAX_HEADER_BYTES,
    // A header that may come once is not one of the two that came, but both: no Host, Authorization or type is that.
    joinDuplicateHeaders: true,
    noDelay: true,
  };
}

/** What can't be read as a request, and why. */
export type Unreadable = Extract<ErrorName, 'not_http' | 'headers_too_large' | 'request_timeout'>;

export interface ConnectionGuard {
  /** Ends the connection of a client that stops reading this response. An event stream without events is no stop. */
  watch(response: ServerResponse): void;
}

/**
 * Bounds what comes to the server.
 *
 * @param onUnreadable is told of everything that gets an answer although it was no request.
 */
export function guardConnections(
  server: Server,
  { maxConnections, writeTimeoutMs }: Pick<ConnectionBounds, 'maxConnections' | 'writeTimeoutMs'>,
  {
    headers,
    clock,
    logger,
    onUnreadable,
  }: {
    /** Of each answer. */
    readonly headers: Readonly<Record<string, string>>;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly onUnreadable: (why: Unreadable, socket: Socket) => void;
  },
): ConnectionGuard {
  /** A client may ask for more before it has its first answer. */
  const open = new WeakMap<Duplex, Set<ServerResponse>>();

  server.maxConnections = maxConnections;
  let noticed = -Infinity;
  server.on('drop', () => {
    if (clock.now() - noticed < NOTICE_EVERY_MS) return;
    noticed = clock.now();
    logger.warn('connections_full', { limit: maxConnections });
  });

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const why = whyUnreadable(error.code);
    const begun = [...(open.get(socket) ?? [])].some(({ headersSent }) => headersSent);
    // A connection on which nothing was ever sent has asked for nothing.
    const silent = !(socket instanceof Socket) || socket.bytesRead === 0;
    if (why === null || begun || silent || !socket.writable) {
      socket.destroy();
      return;
    }
    onUnreadable(why, socket);
    const body = errorResponse(null, { error: why });
    const { http } = errors[why];
    const lines = Object.entries({
      'content-type': 'application/json',
      'content-length': body.length,
      connection: 'close',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${http} ${reasonPhrases[why]}\r\n${lines.join('')}\r\n${body.toString()}`, () =>
      socket.destroy(),
    );
  });

  return {
    watch(response) {
      const { socket } = response.req;
      const responses = open.get(socket) ?? new Set();
      open.set(socket, responses.add(response));
      response.on('close', () => responses.delete(response));
      // Node takes what the operating system takes of a write in progress for a sign of life.
      response.setTimeout(writeTimeoutMs, () => {
        if (socket.writableLength === 0) return;
        logger.info('client_reads_not', { unread: socket.writableLength });
        socket.destroy();
      });
    },
  };
}

const reasonPhrases: Readonly<Record<Unreadable, string>> = {
  not_http: 'Bad Request',
  headers_too_large: 'Request Header Fields Too Large',
  request_timeout: 'Request Timeout',
};

/** Null for what went wrong below HTTP, where no answer would be understood. */
function whyUnreadable(code: string | undefined): Unreadable | null {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  return code?.startsWith('HPE_') === true ? 'not_http' : null;
}
