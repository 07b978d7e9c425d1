// Tries a message again that certainly did not reach its server: nothing that it may have acted on is sent twice.
import { UpstreamError } from '../errors.ts';
import type { Logger, UpstreamConnection, UpstreamEvents } from '../ports.ts';
import { givenUpBy } from '../wire/cancellation.ts';
import type { Message } from '../wire/json-rpc.ts';
import type { ClosableUpstream } from './connections.ts';
import { retryDelay, type RetryPolicy } from './retry-delay.ts';

export interface RetryingOptions {
  readonly name: string;
  readonly open: (events: UpstreamEvents) => UpstreamConnection;
  /** The connection takes one message, delivered or not: each try needs a new one. */
  readonly takesOne: boolean;
  readonly policy: RetryPolicy;
  readonly logger: Logger;
}

export function retryUndelivered(
  upstream: ClosableUpstream,
  policy: RetryPolicy,
  logger: Logger,
): ClosableUpstream {
  return {
    ...upstream,
    connect: (events, era) =>
      openRetryingConnection(
        {
          name: upstream.name,
          open: (heard) => upstream.connect(heard, era),
          takesOne: era === 'modern',
          policy,
          logger,
        },
        events,
      ),
  };
}

/** A message whose request is cancelled, or whose connection is interrupted or closed, is not tried again. */
export function openRetryingConnection(
  { name, open, takesOne, policy, logger }: RetryingOptions,
  events: UpstreamEvents,
): UpstreamConnection {
  const heard: UpstreamEvents = {
    ...events,
    interrupted(why) {
      giveUpAll();
      events.interrupted(why);
    },
  };
  /** What waits for its next try, each with what gives it up. */
  const waiting = new Map<Message, () => void>();
  let connection = open(heard);
  let closed = false;

  function giveUpAll(): void {
    for (const giveUp of waiting.values()) giveUp();
  }

  /** False where it was given up meanwhile. */
  function rest(message: Message, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (goesOn: boolean): void => {
        clearTimeout(timer);
        waiting.delete(message);
        resolve(goesOn);
      };
      const timer = setTimeout(() => done(true), ms);
      waiting.set(message, () => done(false));
    });
  }

  /** True where the server has not heard of the request yet, and never will. */
  function withdraws(message: Message): boolean {
    const id = givenUpBy(message);
    for (const [other, giveUp] of waiting) {
      if (other.kind !== 'request' || other.id !== id) continue;
      giveUp();
      return true;
    }
    return false;
  }

  return {
    async send(allowed) {
      const { message } = allowed;
      if (withdraws(message)) return;
      for (let failures = 1; ; failures += 1) {
        try {
          await connection.send(allowed);
          return;
        } catch (error) {
          if (!(error instanceof UpstreamError) || error.fate !== 'undelivered') throw error;
          const delayMs = retryDelay(policy, failures);
          if (delayMs === null) throw afterAll(error, failures);
          const { requestId } = allowed;
          logger.info('upstream_retries', { requestId, server: name, failures, delayMs, why: error.message });
          if (!(await rest(message, delayMs))) throw error;
          if (takesOne) {
            await connection.close();
            if (closed) throw error;
            connection = open(heard);
          }
        }
      }
    },
    async close() {
      closed = true;
      giveUpAll();
      await connection.close();
    },
  };
}

function afterAll(error: UpstreamError, attempts: number): UpstreamError {
  if (attempts === 1) return error;
  return new UpstreamError(`${error.message} (tried ${attempts} times)`, { cause: error, fate: error.fate });
}
