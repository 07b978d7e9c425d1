// What pages of the allowed origins are told so that their browsers let them in (Fetch Standard, CORS protocol).
import type { IncomingMessage } from 'node:http';

/** Whatever is asked for, these are the answer: nothing of a request comes back in it. */
const preflightHeaders = {
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id',
  'access-control-max-age': '600',
} as const;

const responseHeaders = {
  vary: 'origin',
  'access-control-expose-headers': 'mcp-session-id, www-authenticate',
} as const;

/**
 * For every response to a page of one of these origins; null for everybody else, so that browsers keep the response
 * from the page. Credentials of the browser's own are never allowed: a token has to be the page's.
 */
export function corsHeaders(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  origins: readonly string[],
): { readonly headers: Readonly<Record<string, string>>; readonly isPreflight: boolean } | null {
  const { origin } = headers;
  if (origin === undefined || !origins.includes(origin)) return null;
  const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
  const allowed = { 'access-control-allow-origin': origin, ...responseHeaders };
  return { headers: isPreflight ? { ...allowed, ...preflightHeaders } : allowed, isPreflight };
}
