// The catalogue of all errors that the proxy answers with: name, JSON-RPC code, HTTP status, message.

interface CatalogueEntry {
  /** JSON-RPC error code (JSON-RPC 2.0 section 5.1; -3200x are those of the Go proxy that came before). */
  readonly code: number;
  /** Status of the HTTP response where the error ends the whole request. */
  readonly http: number;
  /** What the caller reads; says what to do where something can be done. */
  readonly message: string;
}

export const errors = {
  parse_error: { code: -32700, http: 400, message: 'Parse error: the body is not valid JSON' },
  invalid_request: { code: -32600, http: 400, message: 'Invalid request' },
  duplicate_key: {
    code: -32600,
    http: 400,
    message: 'Invalid request: an object in the message has the same key twice',
  },
  too_large: { code: -32600, http: 413, message: 'Invalid request: the message is too large' },
  not_http: { code: -32600, http: 400, message: 'Invalid request: this is not HTTP/1.1' },
  headers_too_large: { code: -32600, http: 431, message: 'Invalid request: the headers are too large' },
  request_timeout: { code: -32600, http: 408, message: 'Invalid request: it took too long to arrive' },
  method_not_found: { code: -32601, http: 404, message: 'Method not found' },
  invalid_params: { code: -32602, http: 400, message: 'Invalid params' },
  internal: { code: -32603, http: 500, message: 'Internal error of the proxy' },
  policy_violation: { code: -32001, http: 200, message: 'Policy violation' },
  rate_limited: { code: -32003, http: 200, message: 'Rate limit exceeded' },
  upstream: { code: -32004, http: 502, message: 'The MCP server could not be reached' },
  stopping: { code: -32004, http: 503, message: 'MCP Proxy Desktop is being stopped: no new calls begin' },
  paused: {
    code: -32001,
    http: 200,
    message: 'MCP Proxy Desktop is paused: resume it from the tray or the window',
  },
  audit_unavailable: {
    code: -32603,
    http: 503,
    message: 'The call was not forwarded, because its audit record could not be written',
  },
  forbidden_host: { code: -32600, http: 403, message: 'This Host is not served here' },
  forbidden_origin: { code: -32600, http: 403, message: 'Requests from this Origin are not accepted' },
  api_unauthorized: {
    code: -32600,
    http: 401,
    message:
      'The admin API wants its token as "Authorization: Bearer …": it is in the file api-token of the user-data folder',
  },
  api_locked: {
    code: -32600,
    http: 429,
    message: 'Too many wrong tokens for the admin API: try again in a minute, with the right one',
  },
  token_missing: {
    code: -32002,
    http: 401,
    message:
      'A token is needed here: register this client in MCP Proxy Desktop, and let it present the token',
  },
  token_wrong: { code: -32002, http: 401, message: 'This token is not that of a registered client' },
  token_in_query: {
    code: -32002,
    http: 401,
    message:
      'A token is not accepted in the query of a URL: send it as Authorization: Bearer, or in the path',
  },
  server_unknown: { code: -32600, http: 404, message: 'No server of this name is served here' },
  not_found: { code: -32600, http: 404, message: 'Not found' },
  sse_not_served: {
    code: -32600,
    http: 404,
    message: 'HTTP+SSE is not served here (server.transport): use Streamable HTTP at /mcp',
  },
  method_not_allowed: { code: -32600, http: 405, message: 'Method not allowed' },
  unsupported_media_type: { code: -32600, http: 415, message: 'Content-Type must be application/json' },
  not_acceptable: {
    code: -32600,
    http: 406,
    message: 'Accept must list application/json and text/event-stream',
  },
  session_missing: { code: -32600, http: 400, message: 'The request names no session' },
  session_unknown: { code: -32600, http: 404, message: 'Session not found: initialize again' },
  session_limit: { code: -32600, http: 503, message: 'Too many sessions: close some clients and try again' },
  subscription_limit: {
    code: -32600,
    http: 503,
    message: 'Too many subscriptions: end one, or ask for more in one of them',
  },
  legacy_only: {
    code: -32600,
    http: 400,
    message: 'This server speaks an older version of MCP: begin with initialize',
  },
  unsupported_protocol: { code: -32022, http: 400, message: 'Unsupported protocol version' },
  header_mismatch: { code: -32020, http: 400, message: 'Header mismatch' },
  unsupported_version: { code: -32600, http: 400, message: 'Unsupported MCP-Protocol-Version' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorName = keyof typeof errors;

/** An expected refusal: which error of the catalogue, and what is said beyond its message. */
export interface Refusal {
  readonly error: ErrorName;
  /** Replaces the catalogue's message where more can be said. */
  readonly message?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * What became of a message that brought an UpstreamError: the server may have acted on it, it was tried and certainly
 * did not get there, or it was not even tried.
 */
export type Fate = 'unknown' | 'undelivered' | 'held_back';

/** A server could not be reached, or will not answer. `message` is for people and holds no secrets. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly fate: Fate;

  constructor(message: string, options: ErrorOptions & { readonly fate?: Fate } = {}) {
    super(message, options);
    this.fate = options.fate ?? 'unknown';
  }
}

/** The configuration can't be used; `message` names file, key and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
