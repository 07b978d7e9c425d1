// Knows a server's open connections, so that closing the server closes what its sessions left open.
import type { Closable, Upstream, UpstreamConnection } from '../ports.ts';

/** Ends what runs of a server. */
export interface Interruptible {
  /**
   * Ends its processes: what waits there fails with these words, and sessions go on with a new process. With `again` it is
   * started at once, else by the next message. A server behind a URL has none, and nothing happens.
   */
  interrupt(why: string, again: boolean): Promise<void>;
}

/** A server together with the duty to close it: all its connections end, and what they share is let go. */
export type ClosableUpstream = Upstream & Closable & Interruptible;

export interface Connections extends Interruptible {
  add(connection: UpstreamConnection & Partial<Interruptible>): UpstreamConnection;
  close(): Promise<void>;
}

export function trackConnections(): Connections {
  const open = new Map<UpstreamConnection, Partial<Interruptible>>();
  return {
    add(connection) {
      const tracked: UpstreamConnection = {
        send: (allowed) => connection.send(allowed),
        async close() {
          await connection.close();
          open.delete(tracked);
        },
      };
      open.set(tracked, connection);
      return tracked;
    },
    async interrupt(why, again) {
      await Promise.all([...open.values()].map(async (connection) => connection.interrupt?.(why, again)));
    },
    async close() {
      await Promise.all([...open.keys()].map(async (connection) => connection.close()));
    },
  };
}
