// The server's own requests (sampling, elicitation, roots, ping) that the client has yet to answer.
import type { RequestId } from '../wire/json-rpc.ts';

/** At most so many wait; further ones are dropped. */
const MAX_WAITING = 1000;

export interface ServerRequests {
  readonly size: number;
  /** False where too many wait already: the client is not to be asked. */
  add(id: RequestId): boolean;
  /** Takes a request out that was answered or cancelled; false where no such one waits. */
  take(id: RequestId): boolean;
  /** Takes all of them out. */
  takeAll(): RequestId[];
}

export function createServerRequests(): ServerRequests {
  const waiting = new Set<RequestId>();
  return {
    get size() {
      return waiting.size;
    },
    add(id) {
      if (waiting.size >= MAX_WAITING) return false;
      waiting.add(id);
      return true;
    },
    take: (id) => waiting.delete(id),
    takeAll() {
      const all = [...waiting];
      waiting.clear();
      return all;
    },
  };
}
