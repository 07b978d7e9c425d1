// One line of the client: its bytes, which are what is sent, and what has to be known of them to carry the answer back.
import { givenUpBy } from '../gateway/wire/cancellation.ts';
import type { Message, RequestId } from '../gateway/wire/json-rpc.ts';
import { readServerMessage } from '../gateway/wire/parse.ts';

export interface ClientLine {
  readonly bytes: Buffer;
  /** None where the line can't be read: then the proxy is the one to say what is wrong with it. */
  readonly messages: readonly Message[];
  /** Each wants an answer. */
  readonly requests: readonly RequestId[];
}

/** Reads leniently: what is refused, the proxy refuses, and by the same rules for every client. */
export function readClientLine(bytes: Buffer): ClientLine {
  const parsed = readServerMessage(bytes);
  const messages = parsed.ok ? parsed.value : [];
  const requests = messages.flatMap((message) => (message.kind === 'request' ? [message.id] : []));
  return { bytes, messages, requests };
}

/** Whether the line is this one message. */
export function isOnly(
  { messages }: ClientLine,
  method: 'initialize' | 'notifications/initialized',
): boolean {
  const [message] = messages;
  return messages.length === 1 && message?.kind !== 'response' && message?.method === method;
}

/** The requests that the line takes back. */
export function cancelledBy({ messages }: ClientLine): RequestId[] {
  return messages.map(givenUpBy).filter((id) => id !== null);
}
