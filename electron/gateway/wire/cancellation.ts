// The notification by which either side gives up a request of its own (MCP 2025-11-25, cancellation).
import type { Message, NotificationMessage, RequestId } from './json-rpc.ts';

export function cancellation(requestId: RequestId, reason: string): NotificationMessage {
  const method = 'notifications/cancelled';
  const params = { requestId, reason };
  const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, params }));
  return { kind: 'notification', bytes, method, params };
}

/** The request that a message gives up; null where it is no cancellation of one. */
export function givenUpBy(message: Message): RequestId | null {
  if (message.kind !== 'notification' || message.method !== 'notifications/cancelled') return null;
  const { requestId } = message.params;
  return typeof requestId === 'string' || typeof requestId === 'number' ? requestId : null;
}
