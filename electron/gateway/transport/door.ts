// What is asked of every HTTP request before anything is read of it: Host and Origin (DNS rebinding, web pages).
import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorName } from '../errors.ts';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * `HOST[:PORT]`. Anything that URL parsing would have to mend (user info, paths, trailing dots, other number
 * notations for an address) does not match, and is refused.
 */
const AUTHORITY = /^(?<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?<port>\d{1,5}))?$/iu;
const ORIGIN = /^https?:\/\/(?<authority>[^/]+)$/iu;

/** A browser sends no Origin with a GET of a page's images, scripts and frames, but this (Fetch Metadata, W3C). */
const FETCH_SITE = 'sec-fetch-site';
/** The user alone, from the address bar; and pages of this server, of which there are none. */
const HARMLESS_SITES = new Set<unknown>(['none', 'same-origin']);

export interface DoorPolicy {
  /** Names beside the loopback ones by which this proxy may be called. */
  readonly hosts: readonly string[];
  /** Origins that browsers may call from, as `https://host[:port]`. */
  readonly origins: readonly string[];
}

/** Our end of the connection that a request came on. */
export interface ReachedAt {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/**
 * Null where the request may come in. A missing Origin is fine, for programs send none (MCP 2025-11-25, transports,
 * security warning; the check must answer 403). Pages of other servers on this machine are as foreign as any: what a
 * developer has running on another port is often somebody else's code.
 */
export function refusedAtDoor(
  headers: IncomingHttpHeaders,
  { hosts, origins }: DoorPolicy,
  reachedAt: ReachedAt,
): Extract<ErrorName, 'forbidden_host' | 'forbidden_origin'> | null {
  const host = authorityIn(headers.host);
  if (host === null) return 'forbidden_host';
  // An address can't be made to mean another machine, as a name can: this proxy may be called by its own.
  const known =
    LOOPBACK_NAMES.has(host.name) || hosts.includes(host.name) || host.name === asHost(reachedAt.address);
  if (!known) return 'forbidden_host';
  const { origin } = headers;
  if (origin === undefined) {
    const site = headers[FETCH_SITE];
    return site === undefined || HARMLESS_SITES.has(site) ? null : 'forbidden_origin';
  }
  if (origins.includes(origin)) return null;
  const from = authorityIn(ORIGIN.exec(origin)?.groups?.authority);
  const isOurs = from !== null && LOOPBACK_NAMES.has(from.name) && Number(from.port) === reachedAt.port;
  return isOurs ? null : 'forbidden_origin';
}

/** An address of a socket as it stands in a Host header (RFC 3986 section 3.2.2). */
function asHost(address: string | undefined): string | undefined {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/u, '');
  return plain?.includes(':') === true ? `[${plain}]` : plain;
}

/** `port` is empty where none is written. */
function authorityIn(text: string | undefined): { readonly name: string; readonly port: string } | null {
  const groups = text === undefined ? undefined : AUTHORITY.exec(text)?.groups;
  return groups?.name === undefined ? null : { name: groups.name.toLowerCase(), port: groups.port ?? '' };
}
