// The HTTP headers that repeat what a modern message says in its body (MCP 2026-07-28, transports, request metadata).
import { isUtf8 } from 'node:buffer';
import type { NotificationMessage, RequestMessage } from './json-rpc.ts';
import { claimedVersion } from './request-meta.ts';

/** Which of the params a method has in Mcp-Name; those of tasks stand in their extension (SEP-2663). */
const nameSources: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

const ENCODED_START = '=?base64?';
const ENCODED_END = '?=';
/** Visible ASCII, with space and tab inside. */
const PLAIN = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/u;

/** What stands in Mcp-Name for this message; null where the method has no such header, or the params no such text. */
export function nameInBody({ method, params }: RequestMessage | NotificationMessage): string | null {
  const source = nameSources.get(method);
  const name = source === undefined ? null : params[source];
  return typeof name === 'string' ? name : null;
}

/** The three standard headers, in lower case, for a message that claims to be of a modern version. */
export function modernHeaders(message: RequestMessage | NotificationMessage): Record<string, string> {
  const version = claimedVersion(message.params);
  const name = nameInBody(message);
  return {
    ...(version === null ? {} : { 'mcp-protocol-version': headerValue(version) }),
    'mcp-method': headerValue(message.method),
    ...(name === null ? {} : { 'mcp-name': headerValue(name) }),
  };
}

/** A text as the value of a header: itself where that is safe, else encoded (value encoding, ibid.). */
export function headerValue(text: string): string {
  const looksEncoded = text.startsWith(ENCODED_START) && text.endsWith(ENCODED_END);
  if (PLAIN.test(text) && !looksEncoded) return text;
  return ENCODED_START + Buffer.from(text).toString('base64') + ENCODED_END;
}

/** The text that stands in a header; null where nothing that a client may send is behind it. */
export function decodedValue(value: string): string | null {
  if (!value.startsWith(ENCODED_START) || !value.endsWith(ENCODED_END)) {
    return PLAIN.test(value) ? value : null;
  }
  const encoded = value.slice(ENCODED_START.length, -ENCODED_END.length);
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && isUtf8(bytes) ? bytes.toString() : null;
}
