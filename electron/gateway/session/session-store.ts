// All sessions that are open: made here, found here, and swept when they are old or idle.
import { randomBytes } from 'node:crypto';
import type { SessionSummary } from '../../shared/domain.ts';
import type { Closable, ServerHealth, Upstream } from '../ports.ts';
import type { SessionIdentity } from './client-facts.ts';
import { Session, type SessionCollaborators } from './session.ts';
import type { ClientOutlet, KeptSession, TransportKind } from './session-types.ts';

export interface SessionStoreOptions extends Omit<SessionCollaborators, 'upstream' | 'health'> {
  /** At most so many at once, of all servers together (`server.max_connections`). */
  readonly maxSessions: number;
  /** A session ends at this age, milliseconds. */
  readonly ttlMs: number;
  /** A session without a message for so long ends, milliseconds. */
  readonly idleMs: number;
  readonly sweepEveryMs: number;
  /** Something about the list of sessions is different now. */
  readonly onChange: () => void;
  /** This session is over. */
  readonly onEnd: (sessionId: string) => void;
  /** What is known of the server with this name. */
  readonly health: (server: string) => ServerHealth;
}

/** Whose session is to be opened. */
export type NewClient = Omit<SessionIdentity, 'id'>;

export interface NewSession extends NewClient {
  /** The server that it talks to, for good. */
  readonly server: Upstream;
}

/** What a session with several servers is made of. */
export interface JointSessionParts {
  readonly identity: SessionIdentity;
  /** Opens its session with one of the servers. It has the identity of the whole, and is part of it to whoever counts. */
  openPart(server: Upstream, outlet: ClientOutlet): Session;
  /** To be called once, when it has ended. */
  onClose(): void;
}

interface Kept {
  readonly session: KeptSession;
  /** Null where it is one with several. */
  readonly server: Upstream | null;
  readonly transport: TransportKind;
}

export interface SessionStore extends Closable {
  /** Null where the limit is reached, or the store is closed. */
  open(wanted: NewSession, outlet: (sessionId: string) => ClientOutlet): Session | null;
  /** Opens a session with several servers; null as above. */
  openJoint(client: NewClient, make: (parts: JointSessionParts) => KeptSession): KeptSession | null;
  /**
   * The session with this id, where it is one with this server (null: with several) over this transport. Any other is
   * as unknown as none.
   */
  find(id: string, server: Upstream | null, transport: TransportKind): KeptSession | undefined;
  list(): SessionSummary[];
}

export function createSessionStore(options: SessionStoreOptions): SessionStore {
  const { clock, maxSessions, ttlMs, idleMs, onChange } = options;
  const sessions = new Map<string, Kept>();
  let closed = false;

  const sweep = setInterval(() => {
    const now = clock.now();
    for (const { session } of sessions.values()) {
      if (now - session.startedAt > ttlMs || now - session.lastSeenAt > idleMs) void session.close();
    }
  }, options.sweepEveryMs);

  /** Null where there is no room for one more. */
  function open<S extends KeptSession>(
    server: Upstream | null,
    client: NewClient,
    make: (identity: SessionIdentity, onClose: () => void) => S,
  ): S | null {
    if (closed || sessions.size >= maxSessions) return null;
    const id = `sess_${randomBytes(16).toString('hex')}`;
    const session = make({ id, ...client }, () => {
      sessions.delete(id);
      options.onEnd(id);
      onChange();
    });
    sessions.set(id, { session, server, transport: client.transport });
    onChange();
    return session;
  }

  function connect(
    server: Upstream,
    identity: SessionIdentity,
    outlet: ClientOutlet,
    onClose: () => void,
  ): Session {
    const health = options.health(server.name);
    return new Session(identity, outlet, { ...options, upstream: server, health }, onClose);
  }

  return {
    open: ({ server, ...client }, outletFor) =>
      open(server, client, (identity, onClose) => connect(server, identity, outletFor(identity.id), onClose)),
    openJoint: (client, make) =>
      open(null, client, (identity, onClose) => {
        const openPart: JointSessionParts['openPart'] = (server, outlet) =>
          connect(server, identity, outlet, onChange);
        return make({ identity, openPart, onClose });
      }),
    find(id, server, transport) {
      const found = sessions.get(id);
      return found?.server === server && found.transport === transport ? found.session : undefined;
    },
    list: () => [...sessions.values()].map(({ session }) => session.summary()),
    async close() {
      closed = true;
      clearInterval(sweep);
      await Promise.all([...sessions.values()].map(({ session }) => session.close()));
    },
  };
}
