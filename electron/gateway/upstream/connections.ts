// Knows a server's open connections, so that closing the server closes what its sessions left open.
import type { Closable, Upstream, UpstreamConnection } from '../ports.ts';

/** A server together with the duty to close it: all its connections end, and what they share is let go. */
export type ClosableUpstream = Upstream & Closable;

export interface Connections {
  add(connection: UpstreamConnection): UpstreamConnection;
  close(): Promise<void>;
}

export function trackConnections(): Connections {
  const open = new Set<UpstreamConnection>();
  return {
    add(connection) {
      const tracked: UpstreamConnection = {
        send: (allowed) => connection.send(allowed),
        async close() {
          await connection.close();
          open.delete(tracked);
        },
      };
      open.add(tracked);
      return tracked;
    },
    async close() {
      await Promise.all([...open].map(async (connection) => connection.close()));
    },
  };
}
