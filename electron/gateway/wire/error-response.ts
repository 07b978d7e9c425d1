// Turns a refusal into the JSON-RPC error response that a client reads.
import { errors, type Refusal } from '../errors.ts';
import type { RequestId } from './json-rpc.ts';

/** What a refusal says, in words: the catalogue's message, or the one that was given. */
export function refusalMessage(refusal: Refusal): string {
  return refusal.message ?? errors[refusal.error].message;
}

/** The response's bytes. `id` is null where the request's own could not be read (JSON-RPC 2.0 section 5). */
export function errorResponse(id: RequestId | null, refusal: Refusal): Buffer {
  const error = {
    code: errors[refusal.error].code,
    message: refusalMessage(refusal),
    ...(refusal.data === undefined ? {} : { data: refusal.data }),
  };
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error }));
}
