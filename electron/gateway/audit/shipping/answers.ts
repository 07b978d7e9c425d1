// What a collector answers. The SDK's exporter tells whether it was good, and keeps the rest to itself; Node tells all of it
// (nodejs.org/api/diagnostics_channel.html#http).
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Agent, IncomingMessage } from 'node:http';

export interface CollectorAnswer {
  readonly status: number;
  /** The header Retry-After; null where there is none. */
  readonly retryAfter: string | null;
  /** Its text, up to a bound: whole once the exporter has told its result. */
  text(): string;
}

export interface HeardAnswers {
  /** To the newest request; null where it had none. */
  last(): CollectorAnswer | null;
  close(): void;
}

const REQUEST = 'http.client.request.start';
const ANSWER = 'http.client.response.finish';

/** Nothing that is of use here is longer, bytes. */
const mostBytes = 64 * 1024;

/** Listens to what is answered over this agent, in this thread. */
export function hearAnswers(agent: Agent): HeardAnswers {
  let last: CollectorAnswer | null = null;
  const isOurs = (message: unknown): message is { readonly response: IncomingMessage } =>
    (message as { readonly request: { readonly agent: unknown } }).request.agent === agent;

  function onRequest(message: unknown): void {
    if (isOurs(message)) last = null;
  }

  function onAnswer(message: unknown): void {
    if (!isOurs(message)) return;
    const { response } = message;
    const parts: Buffer[] = [];
    let bytes = 0;
    response.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= mostBytes) parts.push(part);
    });
    last = {
      status: response.statusCode ?? 0,
      retryAfter: response.headers['retry-after'] ?? null,
      text: () => Buffer.concat(parts).toString('utf8'),
    };
  }

  subscribe(REQUEST, onRequest);
  subscribe(ANSWER, onAnswer);
  return {
    last: () => last,
    close() {
      unsubscribe(REQUEST, onRequest);
      unsubscribe(ANSWER, onAnswer);
    },
  };
}
