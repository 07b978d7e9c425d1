// What a request names in its first line: a path, and before it the token of a client that can't send headers.
import { clientTokenPrefix } from '../../shared/client-token.ts';

/** Clients that can't send headers have it in the URL that they are given, as `/c/TOKEN` before the path. */
const TOKEN_PREFIX = /^\/c\/(?<token>[^/]+)(?=\/)/u;
/** Where none is accepted, a token is known by these names, or by its look. */
const TOKEN_PARAMETERS: ReadonlySet<string> = new Set(['access_token', 'api_key', 'apikey', 'auth', 'token']);

export interface RequestTarget {
  /** Without the token, and without the query. */
  readonly path: string;
  readonly token: string | null;
  /** What stands before the path: `/c/TOKEN`, or nothing. */
  readonly prefix: string;
  readonly query: string;
}

export function targetOf(url: string): RequestTarget {
  const mark = url.indexOf('?');
  const whole = mark === -1 ? url : url.slice(0, mark);
  const query = mark === -1 ? '' : url.slice(mark + 1);
  const { 0: prefix = '', groups } = TOKEN_PREFIX.exec(whole) ?? {};
  return { path: whole.slice(prefix.length), token: groups?.token ?? null, prefix, query };
}

/** Queries end up in histories and logs (RFC 6750, section 5.3), so that a token in one is no secret any more. */
export function hasTokenInQuery({ query }: RequestTarget): boolean {
  if (query === '') return false;
  return [...new URLSearchParams(query)].some(
    ([name, value]) => TOKEN_PARAMETERS.has(name.toLowerCase()) || value.startsWith(clientTokenPrefix),
  );
}

/** The path as it may be logged: without what could be a token, wherever it stands, and without the query. */
export function shownPath(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  return path.replaceAll(/(\/(?:c|%63)\/)[^/]+/giu, '$1…').replaceAll(/mcpp_[\w-]*/giu, 'mcpp_…');
}
