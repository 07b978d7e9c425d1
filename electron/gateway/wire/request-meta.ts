// The members of a modern request's `_meta` that belong to the protocol (MCP 2026-07-28, basic, _meta).
import { isObject } from './json-object.ts';

export const metaKeys = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
} as const;

/** `_meta` of a message's params or result; empty where there is none. */
export function metaOf(holder: unknown): Readonly<Record<string, unknown>> {
  const meta = isObject(holder) ? holder._meta : null;
  return isObject(meta) ? meta : {};
}

/** The version that a request claims to be of. Only modern requests claim one. */
export function claimedVersion(params: unknown): string | null {
  const version = metaOf(params)[metaKeys.protocolVersion];
  return typeof version === 'string' ? version : null;
}
