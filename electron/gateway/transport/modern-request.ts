// What a POST of the modern era has to be before it is a request: its headers, its body, and that they say the same.
import type { IncomingHttpHeaders } from 'node:http';
import type { ParamHeaders } from '../call.ts';
import type { Refusal } from '../errors.ts';
import type { Message, RequestMessage } from '../wire/json-rpc.ts';
import { decodedValue, nameInBody } from '../wire/modern-headers.ts';
import { FIRST_MODERN_VERSION, speaksModern, unsupportedProtocol } from '../wire/modern-versions.ts';
import { metaKeys, metaOf } from '../wire/request-meta.ts';
import type { ClientBody } from '../wire/parse.ts';
import { isObject } from '../wire/json-object.ts';

const VERSION = /^\d{4}-\d{2}-\d{2}$/u;
const PARAM_HEADER = 'mcp-param-';

/** What only clients with a session can ask for (MCP 2026-07-28, changelog). */
const ENDED: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
]);

export type ReadModernRequest =
  | { readonly ok: true; readonly request: RequestMessage; readonly paramHeaders: ParamHeaders }
  | { readonly ok: false; readonly refusal: Refusal };

/** Whether a POST is to be taken as one of the modern era: one message that claims a version, or the header, is enough. */
export function isModern(headers: IncomingHttpHeaders, messages: readonly Message[]): boolean {
  const version = headerOf(headers, 'mcp-protocol-version') ?? '';
  return (VERSION.test(version) && version >= FIRST_MODERN_VERSION) || messages.some(claimsVersion);
}

/**
 * Checked in the order in which it helps the client most: first what it claims, then whether the headers say the same
 * (MCP 2026-07-28, basic, _meta; transports, server validation). Values of Mcp-Param headers are for the server, who
 * alone knows what they repeat.
 */
export function readModernRequest(headers: IncomingHttpHeaders, body: ClientBody): ReadModernRequest {
  const [message] = body.messages;
  if (body.batch || message?.kind !== 'request') {
    return refused({ error: 'invalid_request', message: 'Invalid request: the body must be one request' });
  }
  const refusal = refusedMeta(message) ?? refusedHeaders(headers, message) ?? refusedMethod(message);
  return refusal === null
    ? { ok: true, request: message, paramHeaders: paramHeadersIn(headers) }
    : refused(refusal);
}

function refusedMeta({ params }: RequestMessage): Refusal | null {
  const meta = metaOf(params);
  const missing =
    typeof meta[metaKeys.protocolVersion] !== 'string'
      ? metaKeys.protocolVersion
      : !isObject(meta[metaKeys.clientCapabilities])
        ? metaKeys.clientCapabilities
        : null;
  if (missing === null) return null;
  return { error: 'invalid_params', message: `Invalid params: _meta must have "${missing}"` };
}

function refusedHeaders(headers: IncomingHttpHeaders, message: RequestMessage): Refusal | null {
  const claimed = String(metaOf(message.params)[metaKeys.protocolVersion]);
  const name = nameInBody(message);
  const version = headerOf(headers, 'mcp-protocol-version');
  const method = headerOf(headers, 'mcp-method');
  if (version !== undefined && version !== claimed) return mismatch('MCP-Protocol-Version');
  if (method !== undefined && method !== message.method) return mismatch('Mcp-Method');
  if (!speaksModern(claimed)) return unsupportedProtocol(claimed);
  if (version === undefined) return missing('MCP-Protocol-Version');
  if (method === undefined) return missing('Mcp-Method');
  if (name === null) return null;
  const given = headerOf(headers, 'mcp-name');
  if (given === undefined) return missing('Mcp-Name');
  return decodedValue(given) === name ? null : mismatch('Mcp-Name');
}

function refusedMethod({ method }: RequestMessage): Refusal | null {
  return ENDED.has(method) ? { error: 'method_not_found' } : null;
}

/** Of names and size there is a bound already: Node's, on all headers together. */
function paramHeadersIn(headers: IncomingHttpHeaders): ParamHeaders {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(PARAM_HEADER) && typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

function claimsVersion(message: Message): boolean {
  return message.kind !== 'response' && metaKeys.protocolVersion in metaOf(message.params);
}

function mismatch(header: string): Refusal {
  return {
    error: 'header_mismatch',
    message: `Header mismatch: ${header} and the body say different things`,
  };
}

function missing(header: string): Refusal {
  return { error: 'header_mismatch', message: `Header mismatch: ${header} is missing` };
}

function refused(refusal: Refusal): ReadModernRequest {
  return { ok: false, refusal };
}

/** Node has joined what came more than once. */
function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
