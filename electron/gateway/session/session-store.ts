// All sessions that are open: made here, found here, and swept when they are old or idle.
import { randomBytes } from 'node:crypto';
import type { SessionSummary } from '../../shared/domain.ts';
import type { Agent } from '../call.ts';
import type { Closable } from '../ports.ts';
import { Session, type SessionCollaborators } from './session.ts';
import type { ClientOutlet, TransportKind } from './session-types.ts';

export interface SessionStoreOptions extends SessionCollaborators {
  /** At most so many at once (the seed's max_connections). */
  readonly maxSessions: number;
  /** A session ends at this age, milliseconds. */
  readonly ttlMs: number;
  /** A session without a message for so long ends, milliseconds. */
  readonly idleMs: number;
  readonly sweepEveryMs: number;
  /** Something about the list of sessions is different now. */
  readonly onChange: () => void;
}

export interface NewSession {
  readonly transport: TransportKind;
  readonly agent: Agent;
  readonly sourceIp: string;
}

export interface SessionStore extends Closable {
  /** Null where the limit is reached, or the store is closed. */
  open(client: NewSession, outlet: (sessionId: string) => ClientOutlet): Session | null;
  find(id: string): Session | undefined;
  list(): SessionSummary[];
}

export function createSessionStore(options: SessionStoreOptions): SessionStore {
  const { clock, maxSessions, ttlMs, idleMs, onChange } = options;
  const sessions = new Map<string, Session>();
  let closed = false;

  const sweep = setInterval(() => {
    const now = clock.now();
    for (const session of sessions.values()) {
      if (now - session.startedAt > ttlMs || now - session.lastSeenAt > idleMs) void session.close();
    }
  }, options.sweepEveryMs);

  return {
    open(client, outletFor) {
      if (closed || sessions.size >= maxSessions) return null;
      const id = `sess_${randomBytes(16).toString('hex')}`;
      const session = new Session({ id, ...client }, outletFor(id), options, (ended) => {
        sessions.delete(ended.id);
        onChange();
      });
      sessions.set(id, session);
      onChange();
      return session;
    },
    find: (id) => sessions.get(id),
    list: () => [...sessions.values()].map((session) => session.summary()),
    async close() {
      closed = true;
      clearInterval(sweep);
      await Promise.all([...sessions.values()].map((session) => session.close()));
    },
  };
}
