// Messages that a session with several servers sends by itself, to its servers and to its client.
import { newRequestId } from '../router/request-id.ts';
import type { NotificationMessage, RequestId, RequestMessage } from '../wire/json-rpc.ts';

type Params = Readonly<Record<string, unknown>>;

/** Its id is none that a client could choose or a server guess. */
export function ownRequest(method: string, params: Params): RequestMessage {
  const id = newRequestId();
  return { kind: 'request', id, method, params, bytes: written({ id, method, params }) };
}

export function ownNotification(method: string, params: Params = {}): NotificationMessage {
  return { kind: 'notification', method, params, bytes: written({ method, params }) };
}

export function ownResult(id: RequestId, result: object): Buffer {
  return written({ id, result });
}

function written(message: object): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
}
