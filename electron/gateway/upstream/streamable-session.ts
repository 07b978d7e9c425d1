// What a Streamable HTTP session is on the wire: an id and a protocol version in every header, a DELETE at its end.
import { z } from 'zod';
import type { ResponseHead } from './http-client.ts';
import type { HttpServer } from './http-server.ts';
import { DELETE_TIMEOUT_MS } from './limits.ts';

/** What may stand in these headers (MCP 2025-11-25, transports, session management). */
const VISIBLE_ASCII = /^[\x21-\x7e]{1,1024}$/u;
const initializeResult = z.looseObject({ protocolVersion: z.string().regex(VISIBLE_ASCII) });

export interface StreamableSession {
  /** Null where the server keeps no session, or has none any more. */
  readonly id: string | null;
  headers(accept: string): Record<string, string>;
  /** Takes the id from the response to `initialize`. */
  start(head: ResponseHead): void;
  /** Takes the version from the result of `initialize`. */
  agree(result: unknown): void;
  /** The server has forgotten it: there is nothing to delete. */
  forget(): void;
  /** Tells the server, if there is a session, and waits for it a second at most. */
  delete(): Promise<void>;
}

export function createStreamableSession({ name, url, http, headers, logger }: HttpServer): StreamableSession {
  let id: string | null = null;
  let version: string | null = null;

  function currentHeaders(accept: string): Record<string, string> {
    return {
      ...headers,
      accept,
      ...(id === null ? {} : { 'mcp-session-id': id }),
      ...(version === null ? {} : { 'mcp-protocol-version': version }),
    };
  }

  return {
    get id() {
      return id;
    },
    headers: currentHeaders,
    start(head) {
      const given = head.header('mcp-session-id');
      if (given === null) return;
      if (VISIBLE_ASCII.test(given)) id = given;
      else logger.warn('upstream_session_id_unusable', { server: name });
    },
    agree(result) {
      const parsed = initializeResult.safeParse(result);
      if (parsed.success) version = parsed.data.protocolVersion;
      else logger.warn('upstream_version_unusable', { server: name });
    },
    forget: () => (id = null),
    async delete() {
      if (id === null) return;
      const request = {
        method: 'DELETE',
        url,
        headers: currentHeaders('*/*'),
        body: null,
        headTimeoutMs: 0,
      } as const;
      id = null;
      await new Promise<void>((resolve) => {
        const done = (outcome: string | number): void => {
          clearTimeout(timer);
          logger.debug('upstream_session_deleted', { server: name, outcome });
          resolve();
        };
        const exchange = http.open(request, {
          sent: () => undefined,
          head: (head) => done(head.status),
          data: () => undefined,
          end: () => undefined,
          failed: (error) => done(error.message),
        });
        const timer = setTimeout(() => {
          exchange.abort();
          done('timeout');
        }, DELETE_TIMEOUT_MS);
      });
    },
  };
}
