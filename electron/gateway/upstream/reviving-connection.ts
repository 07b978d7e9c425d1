// A session that outlives the process of its server: where that has died, the next message starts it again.
import { UpstreamError } from '../errors.ts';
import type { Logger, UpstreamConnection, UpstreamEvents } from '../ports.ts';
import { givenUpBy } from '../wire/cancellation.ts';
import type { Message, NotificationMessage, RequestId } from '../wire/json-rpc.ts';
import type { Interruptible } from './connections.ts';
import { changingLists, createSessionMemory } from './session-memory.ts';
import { NotTheSameError, startReplay, type SessionReplay } from './session-replay.ts';
import { assertMayStart, createStartBackoff } from './start-backoff.ts';

export interface RevivingOptions {
  readonly name: string;
  /** Makes the connection to a process that its first message starts. */
  readonly open: (events: UpstreamEvents) => UpstreamConnection;
  /** How long a new process may take until it is where the last one was, milliseconds. */
  readonly reviveTimeoutMs: number;
  readonly logger: Logger;
}

/**
 * A death is told by `interrupted`; the next message starts a new process, as soon as it may be. The connection is over
 * (`closed`) where a process dies before it has answered `initialize`, or where a new one does not answer it as the
 * last one did.
 */
export function openRevivingConnection(
  { name, open, reviveTimeoutMs, logger }: RevivingOptions,
  events: UpstreamEvents,
): UpstreamConnection & Interruptible {
  const memory = createSessionMemory();
  const backoff = createStartBackoff();
  /** The process that is started or runs; null after its death. */
  let current: UpstreamConnection | null = null;
  /** The same, once it knows what it has to. */
  let ready: UpstreamConnection | null = null;
  let replay: SessionReplay | null = null;
  let reviving: Promise<UpstreamConnection> | null = null;
  let death = '';
  let over: string | null = null;
  /** Ids of the requests that wait for a new process. */
  const waiting = new Set<unknown>();
  const leaving = new Set<Promise<void>>();

  function begin(): UpstreamConnection {
    const connection = open({
      ...events,
      message(message, relatedTo) {
        if (connection === current) hear(message, relatedTo);
      },
      closed: (why) => died(connection, why),
    });
    current = connection;
    backoff.started(performance.now());
    return connection;
  }

  function hear(message: Message, relatedTo: RequestId | null): void {
    if (replay?.take(message) === true) return;
    if (message.kind === 'response') memory.answered(message);
    events.message(message, relatedTo);
  }

  function died(connection: UpstreamConnection, why: string): void {
    if (connection !== current) return;
    backoff.died(performance.now());
    letGo(connection, why);
    if (memory.handshake === null) end(why);
    else events.interrupted(`${why}. It is started again for the next call`);
  }

  function letGo(connection: UpstreamConnection, why: string): void {
    death = why;
    current = ready = null;
    memory.interrupted();
    replay?.fail(why);
    const left = Promise.resolve(connection.close()).finally(() => leaving.delete(left));
    leaving.add(left);
  }

  function end(why: string): void {
    over = why;
    events.closed(why);
  }

  async function revive(): Promise<UpstreamConnection> {
    assertMayStart(backoff, death);
    logger.warn('upstream_restarts', { server: name, why: death });
    const connection = begin();
    const late = setTimeout(() => {
      died(connection, `${name} was started again, but was not ready within ${reviveTimeoutMs / 1000} s`);
    }, reviveTimeoutMs);
    replay = startReplay(connection, memory, (method, why) =>
      logger.warn('upstream_forgot', { server: name, method, why }),
    );
    try {
      const result = await replay.done;
      ready = connection;
      // It may offer other things than the last one did.
      for (const list of changingLists(result)) events.message(listChanged(list), null);
      return connection;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (connection === current) letGo(connection, why);
      if (error instanceof NotTheSameError) end(why);
      // Whatever waited for the process did not get there.
      throw new UpstreamError(why, { cause: error, fate: 'undelivered' });
    } finally {
      clearTimeout(late);
      replay = null;
    }
  }

  function reviveOnce(): Promise<UpstreamConnection> {
    return (reviving ??= revive().finally(() => {
      reviving = null;
    }));
  }

  /** Resolves to a process that knows what it has to; rejects where the message is not to be sent any more. */
  async function waitForProcess(message: Message): Promise<UpstreamConnection> {
    const id = message.kind === 'request' ? message.id : null;
    if (id !== null) waiting.add(id);
    try {
      const connection = await reviveOnce();
      if (id !== null && !waiting.has(id)) {
        throw new UpstreamError('It was cancelled before it was sent', { fate: 'held_back' });
      }
      return connection;
    } finally {
      waiting.delete(id);
    }
  }

  return {
    async send(allowed) {
      if (over !== null) throw new UpstreamError(over);
      const { message } = allowed;
      if (concernsThePast(message)) {
        if (!waiting.delete(givenUpBy(message))) await current?.send(allowed);
        return;
      }
      if (memory.handshake === null) ready ??= begin();
      const connection = ready ?? (await waitForProcess(message));
      memory.sent(allowed);
      await connection.send(allowed);
    },
    async interrupt(why, again) {
      if (over !== null) return;
      backoff.forget();
      if (current !== null) {
        letGo(current, why);
        events.interrupted(why);
        await Promise.all(leaving);
      }
      if (!again || memory.handshake === null) return;
      try {
        await reviveOnce();
      } catch (error) {
        // The next message tries it again, and its client hears why that fails.
        logger.warn('upstream_restart_failed', { server: name, error: String(error) });
      }
    },
    async close() {
      over ??= 'The connection was closed';
      if (current !== null) letGo(current, over);
      await Promise.all(leaving);
    },
  };
}

/** An answer, or word of an earlier request, is for the process that runs: a new one could do nothing with it. */
function concernsThePast(message: Message): boolean {
  if (message.kind !== 'notification') return message.kind === 'response';
  return message.method === 'notifications/cancelled' || message.method === 'notifications/progress';
}

function listChanged(list: string): NotificationMessage {
  const method = `notifications/${list}/list_changed`;
  const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', method }));
  return { kind: 'notification', bytes, method, params: {} };
}
