// What a session reads out of the messages that pass through it.
import type { ClientClaim } from '../call.ts';
import type { Message, RequestId } from '../wire/json-rpc.ts';

/** Who the client says that it is, in `clientInfo`; bounded, for it is shown and stored. */
export function claimIn(info: unknown): ClientClaim {
  if (typeof info !== 'object' || info === null) return { name: '', version: '' };
  const { title, name, version } = info as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 200) : '');
  return { name: text(title) || text(name), version: text(version) };
}

/** The version that the server's initialize result settles on. */
export function versionIn(initializeResult: unknown): string | null {
  if (typeof initializeResult !== 'object' || initializeResult === null) return null;
  const { protocolVersion } = initializeResult as Record<string, unknown>;
  return typeof protocolVersion === 'string' ? protocolVersion : null;
}

/** The token under which a request wants progress (MCP 2025-11-25, progress). */
export function progressTokenOf(message: Message): RequestId | null {
  const meta = message.kind === 'response' ? null : message.params._meta;
  if (typeof meta !== 'object' || meta === null) return null;
  const token = (meta as Record<string, unknown>).progressToken;
  return isId(token) ? token : null;
}

export function isId(value: unknown): value is RequestId {
  return typeof value === 'string' || typeof value === 'number';
}
