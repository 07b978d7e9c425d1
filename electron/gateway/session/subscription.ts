// What the proxy itself says on the stream of a subscription (MCP 2026-07-28, subscriptions).
import type { RequestId } from '../wire/json-rpc.ts';
import { metaKeys } from '../wire/request-meta.ts';

export const SUBSCRIBE = 'subscriptions/listen';

const listChanges = {
  toolsListChanged: 'notifications/tools/list_changed',
  promptsListChanged: 'notifications/prompts/list_changed',
  resourcesListChanged: 'notifications/resources/list_changed',
} as const;

/** That other items may stand in the lists, for those lists of whose changes the client wants to hear. */
export function listChangesFor(id: RequestId, params: Readonly<Record<string, unknown>>): Buffer[] {
  const filter = (params.notifications ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(listChanges)
    .filter(([name]) => filter[name] === true)
    .map(([, method]) => json({ method, params: metaOfSubscription(id) }));
}

/** The answer to a subscription that ends because nothing more will come, and not because something went wrong. */
export function goodEnd(id: RequestId): Buffer {
  return json({ id, result: { resultType: 'complete', ...metaOfSubscription(id) } });
}

/** Its id is that of the request. */
function metaOfSubscription(id: RequestId) {
  return { _meta: { [metaKeys.subscriptionId]: id } };
}

function json(message: object): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
}
