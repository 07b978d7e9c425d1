// Carries the client's lines to the proxy and what comes back to the client: each request gets one answer, no more.
import type { Logger } from '../gateway/ports.ts';
import { createTurns } from '../gateway/upstream/turns.ts';
import { errorResponse } from '../gateway/wire/error-response.ts';
import type { Message, RequestId, RequestMessage } from '../gateway/wire/json-rpc.ts';
import { readServerMessage } from '../gateway/wire/parse.ts';
import { cancelledBy, isOnly, readClientLine, type ClientLine } from './client-line.ts';
import { createLink, wordsOf, wordsOfEnd, type Locate } from './link.ts';
import { createPatience } from './patience.ts';
import type { PostEnd } from './proxy-session.ts';
import { createStateless, modernRequestIn } from './stateless.ts';

export interface Relay {
  /** One line of the client, without its line break. */
  take(bytes: Buffer): void;
  /** Ends the session with the proxy, within about a second. Nothing is written afterwards. */
  close(): Promise<void>;
}

export interface RelayOptions {
  readonly locate: Locate;
  /** Gets one message, or a batch, as it came. */
  readonly write: (message: Buffer) => void;
  readonly logger: Logger;
  /** How long a proxy that went away may take to be back, milliseconds. */
  readonly patienceMs?: number;
}

export function createRelay({ locate, write, logger, patienceMs }: RelayOptions): Relay {
  const closing = new AbortController();
  const persist = createPatience({ closing: closing.signal, logger, patienceMs });
  const link = createLink({ locate, heard, logger, persist });
  const stateless = createStateless({ locate, logger, persist });
  const turns = createTurns();
  const waiting = new Map<RequestId, ClientLine>();
  /** Breaks off a request of 2026-07-28, for which its connection is the only thing to be told by. */
  const cancellations = new Map<RequestId, AbortController>();
  let closed = false;

  /** What answers something that does not wait any more (cancelled, or failed meanwhile) is dropped. */
  function heard(bytes: Buffer, messages: readonly Message[]): void {
    const wanted = messages.filter((message) => !isAnswer(message) || waiting.delete(message.id));
    if (!closed && wanted.length > 0) write(bytes);
  }

  /** Sends a line, over a new session where the old one is found to be lost before it took the line. */
  async function send(line: ClientLine): Promise<PostEnd | null> {
    const modern = modernRequestIn(line);
    if (modern !== null) return sendAlone(line, modern);
    if (isOnly(line, 'initialize') && !link.introduced) return link.initialize(line, heard);
    if (isOnly(line, 'notifications/initialized')) {
      await link.initialized(line);
      return null;
    }
    const session = await link.current();
    if (isWithdrawn(line)) return null;
    const end = await session.post(line, heard);
    if (end.kind !== 'lost' && end.kind !== 'unsent') return end;
    const next = await link.replace(session);
    // What is no request is about something in the session that is gone.
    return line.requests.length === 0 || isWithdrawn(line) ? null : next.post(line, heard);
  }

  async function sendAlone(line: ClientLine, request: RequestMessage): Promise<PostEnd> {
    const cancellation = cancellations.get(request.id);
    try {
      return await stateless.post(line, request, heard, cancellation?.signal ?? closing.signal);
    } finally {
      if (cancellations.get(request.id) === cancellation) cancellations.delete(request.id);
    }
  }

  function isWithdrawn(line: ClientLine): boolean {
    return line.requests.length > 0 && line.requests.every((id) => waiting.get(id) !== line);
  }

  async function forward(line: ClientLine): Promise<void> {
    try {
      const end = await send(line);
      if (end === null) return;
      if (end.kind === 'refused') takeRefusal(line, end.error.message, end.body);
      else fail(line, wordsOfEnd(end));
    } catch (error) {
      if (line.requests.length === 0 && !closed) logger.warn('undelivered', { why: wordsOf(error) });
      fail(line, wordsOf(error));
    }
  }

  /** The proxy says most refusals in JSON-RPC; those are the client's to read. */
  function takeRefusal(line: ClientLine, words: string, body: Buffer): void {
    const parsed = readServerMessage(body);
    const messages = parsed.ok ? parsed.value : [];
    const isUnreadable = line.messages.length === 0;
    const isForClient = messages.some(
      (message) => isUnreadable || (isAnswer(message) && waiting.has(message.id)),
    );
    if (isForClient) heard(body, messages);
    else if (line.requests.length === 0) logger.warn('refused', { why: words });
    fail(line, words);
  }

  /** Answers the requests of a line that will get no other answer. */
  function fail(line: ClientLine, words: string): void {
    for (const id of line.requests) {
      if (waiting.get(id) !== line) continue;
      waiting.delete(id);
      if (!closed) write(errorResponse(id, { error: 'upstream', message: words }));
    }
  }

  return {
    take(bytes) {
      const line = readClientLine(bytes);
      for (const id of line.requests) waiting.set(id, line);
      const modern = modernRequestIn(line);
      if (modern !== null) cancellations.set(modern.id, new AbortController());
      const cancelled = cancelledBy(line);
      for (const id of cancelled) {
        waiting.delete(id);
        cancellations.get(id)?.abort();
      }
      // Without a session there is nobody to be told of it.
      if (cancelled.length > 0 && !link.introduced) return;
      const alone = isOnly(line, 'initialize') || isOnly(line, 'notifications/initialized');
      void turns(alone, () => forward(line));
    },
    async close() {
      closed = true;
      closing.abort();
      await Promise.all([link.close(), stateless.close()]);
    },
  };
}

function isAnswer(
  message: Message,
): message is Message & { readonly kind: 'response'; readonly id: RequestId } {
  return message.kind === 'response' && message.id !== null;
}
