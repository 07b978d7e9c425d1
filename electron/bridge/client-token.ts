// The token that the bridge presents for its client, from a file or the environment.
import { readFile } from 'node:fs/promises';
import { UpstreamError } from '../gateway/errors.ts';
import type { Locate, ProxyAddress } from './link.ts';

/** What can stand behind "Bearer" (RFC 6750, section 2.1). */
const TOKEN = /^[\w.~+/-]+=*$/u;

export type FoundToken =
  { readonly found: true; readonly token: string | null } | { readonly found: false; readonly why: string };

export type FindToken = () => Promise<FoundToken>;

/** Reads a file anew each time, because a token may be changed while the client runs. No words hold the token. */
export function createFindToken(file: string | null, fromEnvironment: string | undefined): FindToken {
  if (file === null) {
    const found = checked(fromEnvironment ?? '', 'MCP_PROXY_TOKEN');
    return () => Promise.resolve(found);
  }
  return async () => {
    try {
      const found = checked(await readFile(file, 'utf8'), file);
      return found.found && found.token === null ? { found: false, why: `${file} is empty.` } : found;
    } catch (error) {
      return { found: false, why: `The token can't be read: ${String(error)}` };
    }
  };
}

/** The way to the proxy with what is to be presented there. */
export function withToken(locate: () => Promise<ProxyAddress>, findToken: FindToken): Locate {
  return async () => {
    const presented = await findToken();
    if (!presented.found) throw new UpstreamError(presented.why);
    return { ...(await locate()), token: presented.token };
  };
}

function checked(text: string, source: string): FoundToken {
  const token = text.trim();
  if (token === '') return { found: true, token: null };
  return TOKEN.test(token) ? { found: true, token } : { found: false, why: `${source} holds no token.` };
}
