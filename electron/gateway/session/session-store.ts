// All sessions that are open: made here, found here, and swept when they are old or idle.
import { randomBytes } from 'node:crypto';
import type { SessionSummary } from '../../shared/domain.ts';
import type { Closable, ServerHealth, Upstream } from '../ports.ts';
import type { SessionIdentity } from './client-facts.ts';
import type { ListChange } from './client-lists.ts';
import type { Presence, Presences } from './presence.ts';
import { Session, type SessionCollaborators } from './session.ts';
import type { ClientOutlet, KeptSession } from './session-types.ts';

export interface SessionStoreOptions extends Omit<SessionCollaborators, 'upstream' | 'health'> {
  readonly presences: Presences;
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

/** Whose session it is, and over which transport. */
export type SessionClient = Omit<SessionIdentity, 'id' | 'presence'>;

export interface NewSession extends SessionClient {
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
  readonly client: SessionClient;
  readonly presence: Presence;
}

export interface SessionStore extends Closable {
  /** Null where the limit is reached, or the store is closed. */
  open(wanted: NewSession, outlet: (sessionId: string) => ClientOutlet): Session | null;
  /** Opens a session with several servers; null as above. */
  openJoint(client: SessionClient, make: (parts: JointSessionParts) => KeptSession): KeptSession | null;
  /**
   * The session with this id, where it is one of this client with this server (null: with several) over this
   * transport. Any other is as unknown as none.
   */
  find(id: string, server: Upstream | null, client: SessionClient): KeptSession | undefined;
  /** Ends all sessions of this client: what they were opened with is void. */
  endOf(clientId: string): void;
  list(): SessionSummary[];
  /** To be called when policy or settings change what stands in lists: clients that were given some are told. */
  listsChanged(why: ListChange): void;
}

export function createSessionStore(options: SessionStoreOptions): SessionStore {
  const { clock, logger, presences, maxSessions, ttlMs, idleMs, onChange } = options;
  const sessions = new Map<string, Kept>();
  /** Each session with one server, whether it is a client's own or a part of one with several. */
  const connected = new Set<Session>();
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
    client: SessionClient,
    make: (identity: SessionIdentity, onClose: () => void) => S,
  ): S | null {
    if (closed || sessions.size >= maxSessions) return null;
    const id = `sess_${randomBytes(16).toString('hex')}`;
    const presence = presences.open(() => {
      logger.info('client_gone', { session: id });
      void session.close();
    });
    const session = make({ id, ...client, presence }, () => {
      presence.close();
      sessions.delete(id);
      options.onEnd(id);
      onChange();
    });
    presence.seenOn(client.caller.connection);
    sessions.set(id, { session, server, client, presence });
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
    const session = new Session(identity, outlet, { ...options, upstream: server, health }, (ended) => {
      connected.delete(ended);
      onClose();
    });
    connected.add(session);
    return session;
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
    find(id, server, { transport, caller }) {
      const found = sessions.get(id);
      if (found?.server !== server || found.client.transport !== transport) return undefined;
      if (found.client.caller.clientId !== caller.clientId) return undefined;
      found.presence.seenOn(caller.connection);
      return found.session;
    },
    endOf(clientId) {
      for (const { session, client } of [...sessions.values()])
        if (client.caller.clientId === clientId) void session.close();
    },
    list: () => [...sessions.values()].map(({ session }) => session.summary()),
    listsChanged(why) {
      for (const session of connected) session.listsChanged(why);
    },
    async close() {
      closed = true;
      clearInterval(sweep);
      await Promise.all([...sessions.values()].map(({ session }) => session.close()));
    },
  };
}
