// What both HTTP transports keep of a session: which requests wait for an answer, and whether it is over.
import { UpstreamError } from '../errors.ts';
import type { UpstreamEvents } from '../ports.ts';
import { givenUpBy } from '../wire/cancellation.ts';
import type { Message, RequestId, ResponseMessage } from '../wire/json-rpc.ts';
import { readServerMessage } from '../wire/parse.ts';
import { trackExchanges, type Exchanges } from './exchanges.ts';
import type { HttpServer } from './http-server.ts';

/** One message of the client on its way to the server. */
export interface Delivery {
  /** The request's id; null for notifications and answers. */
  readonly id: RequestId | null;
  /** What `send` waits for. */
  readonly taken: Promise<unknown>;
  take(): void;
  /** True once the request was answered or given up by its client: what happens to it later means nothing. */
  readonly settled: boolean;
  settle(): void;
  /** Runs when it is settled, at once where it is already. */
  whenSettled(task: () => void): void;
  /** Rejects `taken` while that is waited for; afterwards, and with a cause, tells that there will be no answer. */
  fail(error: UpstreamError, cause?: 'era'): void;
}

export interface Conversation {
  readonly exchanges: Exchanges;
  /** Rejects with why it is over, where it is. */
  assertOpen(): void;
  deliver(message: Message): Delivery;
  /** Takes what the server sent: settles what it answers, and hands it up. Returns the messages. */
  receive(bytes: Buffer, relatedTo: RequestId | null): readonly Message[];
  /** Hands up an error response that the server gave as the body of a refusal. False where it is none. */
  receiveRefusal(bytes: Buffer, delivery: Delivery): boolean;
  /** The server's side is gone. */
  lost(why: string): void;
  /** Our side is: nothing is told any more. */
  end(): void;
}

export function startConversation(server: HttpServer, events: UpstreamEvents): Conversation {
  const { name, http, logger } = server;
  const exchanges = trackExchanges(http);
  const waiting = new Map<RequestId, Delivery>();
  let over: string | null = null;

  function hand(message: Message, relatedTo: RequestId | null): void {
    if (over === null) events.message(message, relatedTo);
  }

  function deliver(message: Message): Delivery {
    const id = message.kind === 'request' ? message.id : null;
    const { promise: taken, resolve, reject } = Promise.withResolvers<undefined>();
    const afterwards: (() => void)[] = [];
    let waitedFor = true;
    let settled = false;
    const delivery: Delivery = {
      id,
      taken,
      take() {
        waitedFor = false;
        resolve(undefined);
      },
      get settled() {
        return settled;
      },
      settle() {
        if (settled) return;
        settled = true;
        if (id !== null) waiting.delete(id);
        for (const task of afterwards) task();
      },
      whenSettled(task) {
        if (settled) task();
        else afterwards.push(task);
      },
      fail(error, cause) {
        if (settled) return;
        delivery.settle();
        if (waitedFor && (cause === undefined || id === null)) {
          reject(error);
          return;
        }
        delivery.take();
        if (id !== null && over === null) events.failed(id, error.message, cause);
        else logger.debug('upstream_undelivered', { server: name, error: error.message });
      },
    };
    if (id !== null) waiting.set(id, delivery);
    // A request that its client has given up needs no answer, and no search for one.
    const given = givenUpBy(message);
    if (given !== null) waiting.get(given)?.settle();
    return delivery;
  }

  function end(why: string): void {
    over = why;
    const reason = new UpstreamError(why);
    exchanges.abortAll(reason);
    for (const delivery of waiting.values()) delivery.fail(reason);
  }

  return {
    exchanges,
    deliver,
    assertOpen() {
      if (over !== null) throw new UpstreamError(over);
    },
    receive(bytes, relatedTo) {
      const parsed = readServerMessage(bytes);
      if (!parsed.ok) {
        logger.warn('upstream_not_a_message', { server: name, error: parsed.error, bytes: bytes.length });
        return [];
      }
      for (const message of parsed.value) {
        if (message.kind === 'response' && message.id !== null) waiting.get(message.id)?.settle();
        hand(message, relatedTo);
      }
      return parsed.value;
    },
    receiveRefusal(bytes, delivery) {
      const answer = errorIn(bytes);
      if (answer === null || delivery.id === null || answer.id !== delivery.id) return false;
      delivery.take();
      delivery.settle();
      hand(answer, delivery.id);
      return true;
    },
    lost(why) {
      if (over !== null) return;
      end(why);
      events.closed(why);
    },
    end() {
      if (over === null) end('The connection was closed');
    },
  };
}

/** The error response that a body is, if it is one. */
export function errorIn(bytes: Buffer): ResponseMessage | null {
  const parsed = readServerMessage(bytes);
  const [message] = parsed.ok ? parsed.value : [];
  return message?.kind === 'response' && message.error !== null ? message : null;
}
