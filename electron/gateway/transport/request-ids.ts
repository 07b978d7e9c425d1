// The ids of the requests in one body.
import type { Message, RequestId } from '../wire/json-rpc.ts';

export function requestIdsIn(messages: readonly Message[]): RequestId[] {
  return messages.flatMap((message) => (message.kind === 'request' ? [message.id] : []));
}

/** Which request a refusal of the whole body is the answer to: the only one that is in it, else none in particular. */
export function onlyOne(ids: readonly RequestId[]): RequestId | null {
  const [only = null] = ids;
  return ids.length === 1 ? only : null;
}

export function firstRepeated(ids: readonly RequestId[]): RequestId | undefined {
  const seen = new Set<RequestId>();
  return ids.find((id) => seen.size === seen.add(id).size);
}
