// All sessions that are open: made here, found here, and swept when they are old or idle.
import { randomBytes } from 'node:crypto';
import type { SessionSummary } from '../../shared/domain.ts';
import type { Agent } from '../call.ts';
import type { Closable, Upstream } from '../ports.ts';
import { Session, type SessionCollaborators } from './session.ts';
import type { ClientOutlet, TransportKind } from './session-types.ts';

export interface SessionStoreOptions extends Omit<SessionCollaborators, 'upstream' | 'onServer'> {
  /** At most so many at once, of all servers together (`server.max_connections`). */
  readonly maxSessions: number;
  /** A session ends at this age, milliseconds. */
  readonly ttlMs: number;
  /** A session without a message for so long ends, milliseconds. */
  readonly idleMs: number;
  readonly sweepEveryMs: number;
  /** Something about the list of sessions is different now. */
  readonly onChange: () => void;
  /** This server let a request down (why), or answered one (null). */
  readonly onServer: (server: string, trouble: string | null) => void;
}

export interface NewSession {
  /** The server that it talks to, for good. */
  readonly server: Upstream;
  readonly transport: TransportKind;
  readonly agent: Agent;
  readonly sourceIp: string;
}

export interface SessionStore extends Closable {
  /** Null where the limit is reached, or the store is closed. */
  open(wanted: NewSession, outlet: (sessionId: string) => ClientOutlet): Session | null;
  /** The session with this id, where it is one with this server: another's is as unknown as none. */
  find(id: string, server: Upstream): Session | undefined;
  list(): SessionSummary[];
}

export function createSessionStore(options: SessionStoreOptions): SessionStore {
  const { clock, maxSessions, ttlMs, idleMs, onChange } = options;
  const sessions = new Map<string, { readonly session: Session; readonly server: Upstream }>();
  let closed = false;

  const sweep = setInterval(() => {
    const now = clock.now();
    for (const { session } of sessions.values()) {
      if (now - session.startedAt > ttlMs || now - session.lastSeenAt > idleMs) void session.close();
    }
  }, options.sweepEveryMs);

  return {
    open({ server, ...client }, outletFor) {
      if (closed || sessions.size >= maxSessions) return null;
      const id = `sess_${randomBytes(16).toString('hex')}`;
      const collaborators: SessionCollaborators = {
        ...options,
        upstream: server,
        onServer: (trouble) => options.onServer(server.name, trouble),
      };
      const session = new Session({ id, ...client }, outletFor(id), collaborators, (ended) => {
        sessions.delete(ended.id);
        onChange();
      });
      sessions.set(id, { session, server });
      onChange();
      return session;
    },
    find(id, server) {
      const found = sessions.get(id);
      return found?.server === server ? found.session : undefined;
    },
    list: () => [...sessions.values()].map(({ session }) => session.summary()),
    async close() {
      closed = true;
      clearInterval(sweep);
      await Promise.all([...sessions.values()].map(({ session }) => session.close()));
    },
  };
}
