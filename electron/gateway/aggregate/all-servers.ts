// All servers as one: what is served below /all.
import { ALL_SERVERS } from '../../shared/server-paths.ts';
import type { Era } from '../ports.ts';
import type { SessionClient, SessionStore } from '../session/session-store.ts';
import type { ClientOutlet, ClientSession } from '../session/session-types.ts';
import { AllSession, type AllSessionCollaborators } from './all-session.ts';

export interface AllServersOptions extends AllSessionCollaborators {
  readonly sessions: SessionStore;
}

/** The place of a server, in what is asked of one at its address. */
export interface AllServers {
  readonly name: string;
  open(client: SessionClient, outlet: (sessionId: string) => ClientOutlet): ClientSession | null;
  find(id: string, client: SessionClient): ClientSession | undefined;
  refuses(era: Era): boolean;
  modernClient(): null;
}

export function createAllServers({ sessions, ...collaborators }: AllServersOptions): AllServers {
  return {
    name: ALL_SERVERS,
    open: (client, outletFor) =>
      sessions.openJoint(
        client,
        (joint) => new AllSession(joint, outletFor(joint.identity.id), collaborators),
      ),
    find: (id, client) => sessions.find(id, null, client),
    // What several servers have is merged for a session: clients of the modern era fall back to one.
    refuses: (era) => era === 'modern',
    modernClient: () => null,
  };
}
