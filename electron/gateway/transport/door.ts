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
  /** Names beside the loopback ones by which this proxy may be called: the address it listens on. */
  readonly hosts: readonly string[];
  /** Origins beside those on loopback that browsers may call from, as `https://host[:port]`. */
  readonly origins: readonly string[];
}

/**
 * Null where the request may come in. A missing Origin is fine: only browsers send one (MCP 2025-11-25,
 * transports, security warning; the check must answer 403).
 */
export function refusedAtDoor(
  headers: IncomingHttpHeaders,
  { hosts, origins }: DoorPolicy,
): Extract<ErrorName, 'forbidden_host' | 'forbidden_origin'> | null {
  const host = nameIn(headers.host);
  if (host === null || !(LOOPBACK_NAMES.has(host) || hosts.includes(host))) return 'forbidden_host';
  const { origin } = headers;
  if (origin === undefined || origins.includes(origin)) return null;
  const from = nameIn(ORIGIN.exec(origin)?.groups?.authority);
  return from !== null && LOOPBACK_NAMES.has(from) ? null : 'forbidden_origin';
}

function nameIn(authority: string | undefined): string | null {
  const name = authority === undefined ? undefined : AUTHORITY.exec(authority)?.groups?.name;
  return name === undefined ? null : name.toLowerCase();
}
