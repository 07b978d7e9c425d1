// One HTTP request and its response, with the few moves that every endpoint makes on them.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Refusal } from '../errors.ts';
import { errorResponse } from '../wire/error-response.ts';
import type { RequestId } from '../wire/json-rpc.ts';
import { streamHeaders } from '../wire/sse.ts';

/** Of every response, whoever sends it. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
} as const;

/**
 * Reads a body up to `limit` bytes; null where it is longer (the rest is left unread: answer, and close the
 * connection). Rejects where the client goes away.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= limit) return;
      request.pause();
      resolve(null);
    });
    request.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)),
    );
    request.on('error', reject);
    request.on('close', () => {
      if (!request.readableEnded) reject(new Error('the client went away before its request was complete'));
    });
  });
}

/** Up to here head and body are one text, and leave in one write: Latin-1 keeps each byte. Larger ones are not copied. */
const SMALL_BYTES = 16 * 1024;

export function sendJson(
  response: ServerResponse,
  status: number,
  json: Buffer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': json.length,
    ...headers,
  });
  if (json.length > SMALL_BYTES) response.end(json);
  else response.end(json.toString('latin1'), 'latin1');
}

/** Ends the exchange with an error of the catalogue, as a JSON-RPC error and the HTTP status that goes with it. */
export function sendRefusal(
  response: ServerResponse,
  refusal: Refusal,
  id: RequestId | null = null,
  headers: Record<string, string> = {},
): void {
  sendJson(response, errors[refusal.error].http, errorResponse(id, refusal), headers);
}

/** A stream without an event: how a request is let go that gets no answer. 202 would be for what never wants one. */
export function sendEmptyStream(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(200, { ...streamHeaders, ...headers });
  response.end();
}

/** 202 without a body: what was posted needs no answer here (MCP 2025-11-25, Streamable HTTP). */
export function sendAccepted(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(202, headers);
  response.end();
}

export function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** The media ranges of an Accept header that take each media type. */
const TAKEN_BY = {
  'application/json': /(?:^|,)\s*(?:application\/json|application\/\*|\*\/\*)\s*(?:[;,]|$)/iu,
  'text/event-stream': /(?:^|,)\s*(?:text\/event-stream|text\/\*|\*\/\*)\s*(?:[;,]|$)/iu,
};

/** Whether the Accept header takes this media type; a missing header takes everything (RFC 9110 section 12.5.1). */
export function accepts(
  request: Pick<IncomingMessage, 'headers'>,
  mediaType: keyof typeof TAKEN_BY,
): boolean {
  const header = request.headers.accept;
  return header === undefined || TAKEN_BY[mediaType].test(header);
}
