// What is asked of every HTTP request before anything is read of it: Host and Origin (DNS rebinding, browsers).
import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorName } from '../errors.ts';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * `HOST[:PORT]`. Anything that URL parsing would have to mend (user info, paths, trailing dots, other number
 * notations for an address) does not match, and is refused.
 */
const AUTHORITY = /^(?<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?<port>\d{1,5}))?$/iu;
const ORIGIN = /^https?:\/\/(?<authority>[^/]+)$/iu;

export interface DoorPolicy {
  /** Names beside the loopback ones by which this proxy may be called. */
  readonly hosts: readonly string[];
  /** Origins beside those on loopback that browsers may call from, as `https://host[:port]`. */
  readonly origins: readonly string[];
}

/**
 * Null where the request may come in. A missing Origin is fine: only browsers send one (MCP 2025-11-25,
 * transports, security warning; the check must answer 403).
 *
 * @param reachedAt the address of ours that the client has connected to. It may be called by that, too: an address
 *   can't be made to mean another machine, as a name can.
 */
export function refusedAtDoor(
  headers: IncomingHttpHeaders,
  { hosts, origins }: DoorPolicy,
  reachedAt?: string,
): Extract<ErrorName, 'forbidden_host' | 'forbidden_origin'> | null {
  const host = nameIn(headers.host);
  if (host === null) return 'forbidden_host';
  if (!LOOPBACK_NAMES.has(host) && !hosts.includes(host) && host !== asHost(reachedAt))
    return 'forbidden_host';
  const { origin } = headers;
  if (origin === undefined || origins.includes(origin)) return null;
  const from = nameIn(ORIGIN.exec(origin)?.groups?.authority);
  return from !== null && LOOPBACK_NAMES.has(from) ? null : 'forbidden_origin';
}

/** An address of a socket as it stands in a Host header (RFC 3986 section 3.2.2). */
function asHost(address: string | undefined): string | undefined {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/u, '');
  return plain?.includes(':') === true ? `[${plain}]` : plain;
}

function nameIn(authority: string | undefined): string | null {
  const name = authority === undefined ? undefined : AUTHORITY.exec(authority)?.groups?.name;
  return name === undefined ? null : name.toLowerCase();
}
