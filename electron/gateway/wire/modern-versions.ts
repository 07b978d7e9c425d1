// The versions of the modern era that are spoken here, and what is said to a client that speaks another one.
import type { Refusal } from '../errors.ts';

/** Versions are dates: what is not older than this has its claims in each request. */
export const FIRST_MODERN_VERSION = '2026-07-28';

const SPOKEN: readonly string[] = [FIRST_MODERN_VERSION];

export function speaksModern(version: string): boolean {
  return SPOKEN.includes(version);
}

/**
 * Clients choose from `supported`, or, where they are of the legacy era, show the message to their user (MCP
 * 2026-07-28, versioning). `requested` is null where the client named none.
 */
export function unsupportedProtocol(requested: string | null): Refusal & { readonly message: string } {
  return {
    error: 'unsupported_protocol',
    message: `Unsupported protocol version: this server speaks MCP ${SPOKEN.join(', ')}`,
    data: { supported: SPOKEN, ...(requested === null ? {} : { requested }) },
  };
}
