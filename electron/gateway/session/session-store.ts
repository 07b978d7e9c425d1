// All sessions that are open: made here, found here, and swept when they are old or idle.
import { randomBytes } from 'node:crypto';
import type { SessionSummary } from '../../shared/domain.ts';
import type { Refusal } from '../errors.ts';
import type { Closable, ServerHealth, Upstream } from '../ports.ts';
import type { RequestMessage } from '../wire/json-rpc.ts';
import { metaKeys, metaOf } from '../wire/request-meta.ts';
import type { SessionIdentity } from './client-facts.ts';
import type { ListChange } from './client-lists.ts';
import { claimIn } from './message-facts.ts';
import { PastCalls } from './past-calls.ts';
import type { Presence, Presences } from './presence.ts';
import { Session, type SessionCollaborators } from './session.ts';
import type { ClientOutlet, Kept, KeptSession, ModernClient, ServerUse } from './session-types.ts';
import { StatelessClient } from './stateless-client.ts';

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
  readonly onOpen: (sessionId: string, client: SessionClient) => void;
  /** This session is over, after `lastedMs`. */
  readonly onEnd: (sessionId: string, lastedMs: number) => void;
  /** What is known of the server with this name. */
  readonly health: (server: string) => ServerHealth;
}

/** Whose session it is, and over which transport. */
export type SessionClient = Omit<SessionIdentity, 'id' | 'presence' | 'past'>;

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

/** Something that is kept, and the program that uses it. */
interface Used<K> {
  readonly kept: K;
  readonly presence: Presence;
}

interface OpenSession extends Used<KeptSession> {
  /** Null where it is one with several. */
  readonly server: Upstream | null;
  readonly client: SessionClient;
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
  /** The client that sent this request of the modern era, by its own words and by what is known of it. Null as above. */
  modernClient(wanted: NewSession, request: RequestMessage): ModernClient | null;
  /** Ends all sessions of this client: what they were opened with is void. */
  endOf(clientId: string): void;
  /**
   * Gives up the calls that servers are at, or that one of them is at, in every session: this is what their clients are
   * told.
   */
  stopCalls(refusal: Refusal, server?: string): void;
  /** Ends each session with this server; those with several go on without it, as long as it takes. */
  endAt(server: string): void;
  /** What all clients have of their servers at the moment. */
  uses(): ServerUse[];
  /** Ends this one, because a person wants it. False where there is none. */
  end(id: string): boolean;
  list(): SessionSummary[];
  /** To be called when policy or settings change what stands in lists: clients that were given some are told. */
  listsChanged(why: ListChange): void;
}

export function createSessionStore(options: SessionStoreOptions): SessionStore {
  const { clock, logger, presences, maxSessions, ttlMs, idleMs, onChange } = options;
  const all = new Map<string, { readonly kept: Kept; readonly client: SessionClient }>();
  const sessions = new Map<string, OpenSession>();
  /** By all that is known of them. */
  const modernClients = new Map<string, Used<StatelessClient>>();
  /** Each session with one server, whether it is a client's own or a part of one with several. */
  const connected = new Set<Session>();
  let closed = false;

  const sweep = setInterval(() => {
    const now = clock.now();
    for (const { kept } of all.values()) {
      if (now - kept.startedAt > ttlMs || now - kept.lastSeenAt > idleMs) void kept.close();
    }
  }, options.sweepEveryMs);

  /** Null where there is no room for one more. */
  function keep<K extends Kept>(
    client: SessionClient,
    make: (identity: SessionIdentity, onClose: () => void) => K,
  ): Used<K> | null {
    if (closed || all.size >= maxSessions) return null;
    const id = `sess_${randomBytes(16).toString('hex')}`;
    const startedAt = clock.now();
    const presence = presences.open(() => {
      logger.info('client_gone', { session: id });
      void kept.close();
    });
    const kept = make({ id, ...client, presence, past: new PastCalls() }, () => {
      presence.close();
      all.delete(id);
      options.onEnd(id, clock.now() - startedAt);
      onChange();
    });
    presence.seenOn(client.caller.connection);
    all.set(id, { kept, client });
    options.onOpen(id, client);
    onChange();
    return { kept, presence };
  }

  function open<S extends KeptSession>(
    server: Upstream | null,
    client: SessionClient,
    make: (identity: SessionIdentity, onClose: () => void) => S,
  ): S | null {
    const opened = keep(client, (identity, onClose) =>
      make(identity, () => {
        sessions.delete(identity.id);
        onClose();
      }),
    );
    if (opened === null) return null;
    sessions.set(opened.kept.id, { ...opened, server, client });
    return opened.kept;
  }

  const collaboratorsFor = (server: Upstream): SessionCollaborators => ({
    ...options,
    upstream: server,
    health: options.health(server.name),
  });

  function connect(
    server: Upstream,
    identity: SessionIdentity,
    outlet: ClientOutlet,
    onClose: () => void,
  ): Session {
    const session = new Session(identity, outlet, collaboratorsFor(server), (ended) => {
      connected.delete(ended);
      onClose();
    });
    connected.add(session);
    return session;
  }

  /** Those with one server, or all where none is named. */
  function withServer(server?: string): (Session | StatelessClient)[] {
    const all = [...connected, ...[...modernClients.values()].map(({ kept }) => kept)];
    return server === undefined ? all : all.filter(({ use }) => use.server === server);
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
      return found.kept;
    },
    modernClient({ server, ...client }, request) {
      const claim = claimIn(metaOf(request.params)[metaKeys.clientInfo]);
      const { clientId, agent, sourceIp, connection } = client.caller;
      const key = JSON.stringify([server.name, clientId, agent.id, sourceIp, claim.name, claim.version]);
      const known = modernClients.get(key);
      known?.presence.seenOn(connection);
      if (known !== undefined) return known.kept;
      const made = keep(client, (identity, onClose) => {
        const forget = () => {
          modernClients.delete(key);
          onClose();
        };
        return new StatelessClient(identity, claim, collaboratorsFor(server), forget);
      });
      if (made === null) return null;
      modernClients.set(key, made);
      return made.kept;
    },
    endOf(clientId) {
      for (const { kept, client } of [...all.values()]) {
        if (client.caller.clientId === clientId) void kept.close();
      }
    },
    stopCalls(refusal, server) {
      for (const kept of withServer(server)) kept.stopCalls(refusal);
    },
    endAt(server) {
      for (const session of [...connected]) if (session.use.server === server) void session.close();
    },
    uses: () => withServer().map(({ use }) => use),
    end(id) {
      const found = all.get(id);
      if (found === undefined) return false;
      const { client, server } = found.kept.summary();
      logger.info('session_ended_by_person', { session: id, client, server });
      void found.kept.close();
      return true;
    },
    list: () => [...all.values()].map(({ kept }) => kept.summary()),
    listsChanged(why) {
      for (const session of connected) session.listsChanged(why);
      for (const { kept } of modernClients.values()) kept.listsChanged();
    },
    async close() {
      closed = true;
      clearInterval(sweep);
      await Promise.all([...all.values()].map(({ kept }) => kept.close()));
    },
  };
}
