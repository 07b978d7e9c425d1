// Ids on a channel that clients share: each request goes under an id of the proxy's, and what comes back has the
// client's again. Only the bytes of ids are exchanged; all others stay as they were written.
import type { Message, NotificationMessage, RequestId, RequestMessage } from '../wire/json-rpc.ts';
import { valueAt, withValues } from '../wire/json-spans.ts';
import { readServerMessage } from '../wire/parse.ts';
import { metaKeys, metaOf } from '../wire/request-meta.ts';

/** How a client has called its request, and the progress of it, in the bytes that it wrote. */
export interface ClientIds {
  readonly id: RequestId;
  readonly written: Buffer;
  /** The bytes of its progress token; null where it wants no progress. */
  readonly token: Buffer | null;
  /** Whether its answer names it a second time, as the subscription that it ends. */
  readonly subscribes: boolean;
}

const path = (...names: string[]): Buffer[] => names.map((name) => Buffer.from(name));
const places = {
  id: path('id'),
  /** Where a request asks for progress. */
  wantedToken: path('params', '_meta', 'progressToken'),
  token: path('params', 'progressToken'),
  cancelled: path('params', 'requestId'),
  subscription: path('params', '_meta', metaKeys.subscriptionId),
  endedSubscription: path('result', '_meta', metaKeys.subscriptionId),
} as const;

/** The request under its wire id, which is its progress token too. */
export function underWireId(
  request: RequestMessage,
  wireId: number,
): { readonly renamed: RequestMessage; readonly client: ClientIds } {
  const { id, method, bytes } = request;
  const value = Buffer.from(String(wireId));
  const token = valueAt(bytes, places.wantedToken);
  const ids = [
    { path: places.id, value },
    { path: places.wantedToken, value },
  ];
  return {
    renamed: { ...request, id: wireId, bytes: withValues(bytes, ids) },
    client: {
      id,
      token,
      written: valueAt(bytes, places.id) ?? Buffer.from(JSON.stringify(id)),
      subscribes: method === 'subscriptions/listen',
    },
  };
}

/** The wire id that a message of the server names; null where it names none. */
export function namedWireId(message: Message): number | null {
  const named = message.kind === 'notification' ? idNamedBy(message) : message.id;
  return typeof named === 'number' ? named : null;
}

function idNamedBy({ method, params }: NotificationMessage): unknown {
  switch (method) {
    case 'notifications/progress':
      return params.progressToken;
    case 'notifications/cancelled':
      return params.requestId;
    default:
      return metaOf(params)[metaKeys.subscriptionId];
  }
}

/** The message with the client's ids in the places where it names the wire id. */
export function underClientIds(message: Message, { id, written, token, subscribes }: ClientIds): Message {
  if (message.kind === 'response') {
    const ids = [
      { path: places.id, value: written },
      ...(subscribes ? [{ path: places.endedSubscription, value: written }] : []),
    ];
    return {
      kind: 'response',
      id,
      error: message.error,
      bytes: withValues(message.bytes, ids),
      // A large one is parsed only where somebody asks for it.
      get result() {
        return message.result;
      },
    };
  }
  const bytes = withValues(message.bytes, [
    ...(message.method === 'notifications/progress' && token !== null
      ? [{ path: places.token, value: token }]
      : []),
    ...(message.method === 'notifications/cancelled' ? [{ path: places.cancelled, value: written }] : []),
    { path: places.subscription, value: written },
  ]);
  // What is read from it has to be what is written in it; notifications are small.
  const [renamed = message] = readAgain(bytes);
  return renamed;
}

function readAgain(bytes: Buffer): readonly Message[] {
  const parsed = readServerMessage(bytes);
  return parsed.ok ? parsed.value : [];
}
