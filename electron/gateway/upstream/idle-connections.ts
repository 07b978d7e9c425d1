// Of the connections of a pool that have no request, so many are kept and the others closed.
import type { Socket } from 'node:net';
import { Client, type buildConnector } from 'undici';

/** Calls that run side by side end and begin in the same moment: what is idle only then is no surplus. */
const LET_REST_MS = 1000;

export interface IdleConnections {
  /** Makes the connections of a pool. */
  readonly factory: (origin: URL, options: object) => Client;
  /** A request has ended. */
  rested(): void;
  close(): void;
}

export function boundIdleConnections(maxIdle: number): IdleConnections {
  const open = new Map<Client, Socket>();
  let look: NodeJS.Timeout | null = null;

  function closeSurplus(): void {
    look = null;
    const idle = [...open].filter(([client]) => client.stats.size === 0);
    for (const [, socket] of idle.slice(maxIdle)) socket.destroy();
  }

  return {
    factory(origin, options) {
      const { connect, ...rest } = options as Client.Options;
      if (typeof connect !== 'function') throw new TypeError('A pool hands its connector to its clients');
      const connectTracked: buildConnector.connector = (to, done) =>
        connect(to, (...made) => {
          const [, socket] = made;
          if (socket !== null) open.set(client, socket);
          done(...made);
        });
      const client = new Client(origin, { ...rest, connect: connectTracked });
      client.on('disconnect', () => open.delete(client));
      return client;
    },
    rested() {
      if (open.size > maxIdle) look ??= setTimeout(closeSurplus, LET_REST_MS).unref();
    },
    close() {
      if (look !== null) clearTimeout(look);
    },
  };
}
