// A server that a person can stop: nothing is sent to it then, and whoever wants to is told so.
import { UpstreamError } from '../errors.ts';
import type { ClosableUpstream } from './connections.ts';

/** @param stopped why nothing is to be sent, for people; null while it is not stopped. Asked for each message. */
export function withSwitch(upstream: ClosableUpstream, stopped: () => string | null): ClosableUpstream {
  return {
    ...upstream,
    connect(events, era) {
      const connection = upstream.connect(events, era);
      return {
        send(allowed) {
          const why = stopped();
          // No fault of the server, and nothing that is worth another try.
          return why === null
            ? connection.send(allowed)
            : Promise.reject(new UpstreamError(why, { fate: 'held_back' }));
        },
        close: () => connection.close(),
      };
    },
  };
}
