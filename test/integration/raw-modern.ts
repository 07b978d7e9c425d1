// Messages of 2026-07-28 as bytes, and the headers that go with them.
import { type RawResponse, send } from './raw-http.ts';

export const MODERN = '2026-07-28';

/** The least that a request has to say in `_meta`. */
export const claims: Readonly<Record<string, unknown>> = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Posts a request with the headers that its body calls for; those that are given replace them, null leaves one out. */
export function postModern(
  url: string,
  body: string,
  headers: Readonly<Record<string, string | null>> = {},
): Promise<RawResponse> {
  const { method, params } = JSON.parse(body) as { method: string; params?: { name?: string } };
  const all = {
    'mcp-protocol-version': MODERN,
    'mcp-method': method,
    'mcp-name': params?.name ?? null,
    ...headers,
  };
  const given = Object.entries(all).filter((header): header is [string, string] => header[1] !== null);
  return send(url, { body, headers: Object.fromEntries(given) });
}
