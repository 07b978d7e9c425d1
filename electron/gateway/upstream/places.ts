// So many requests may run at a server at once; further ones wait in line, and when the line is full are sent away.
import type { Message, RequestMessage } from '../wire/json-rpc.ts';

/** A request's place at the server, or its wait for one. */
export interface Place {
  /** Whether the request may be sent, or could have been until the place was given up. */
  readonly isRunning: boolean;
  /** Resolves once the wait is over, one way or the other. */
  readonly granted: Promise<undefined>;
  /** Gives the place up, or the wait for it. Later ones change nothing. */
  leave(): void;
}

export interface Places {
  /** Null where the line is full. */
  take(): Place | null;
}

/** Neither works: these come first, or stay as long as they like. */
const NEEDS_NO_PLACE = new Set(['initialize', 'ping', 'subscriptions/listen']);

/** Requests do. What only answers, tells or takes back must never wait behind those that it is about. */
export function needsPlace(message: Message): message is RequestMessage {
  return message.kind === 'request' && !NEEDS_NO_PLACE.has(message.method);
}

/** First come, first served. */
export function createPlaces(maxRunning: number, maxWaiting: number): Places {
  /** Those who wait, in the order in which they came. */
  const line = new Set<() => void>();
  let running = 0;

  function next(): void {
    running -= 1;
    const [first] = line;
    first?.();
  }

  return {
    take() {
      if (running >= maxRunning && line.size >= maxWaiting) return null;
      const { promise: granted, resolve } = Promise.withResolvers<undefined>();
      let isRunning = false;
      let left = false;
      const enter = (): void => {
        line.delete(enter);
        running += 1;
        isRunning = true;
        resolve(undefined);
      };
      if (running < maxRunning) enter();
      else line.add(enter);
      return {
        get isRunning() {
          return isRunning;
        },
        granted,
        leave() {
          if (left) return;
          left = true;
          line.delete(enter);
          resolve(undefined);
          if (isRunning) next();
        },
      };
    },
  };
}
