// By what a later call is known to come from the same caller. What was answered for one caller helps no other.
import type { Call } from '../call.ts';
import type { WaitingClient } from '../ports.ts';

/** Names of a caller; equal ones are the same caller. Null where it can't be told from others. */
export interface CallerIdentity {
  /** For what ends with the session. */
  readonly session: string | null;
  /** For what does not. */
  readonly lasting: string | null;
}

/**
 * A registered client is known by its token, wherever it calls from. Of the others the name is a claim that every
 * program can make: they are known by their process, as the system names it, or by a session whose id nobody else has.
 * Where neither is known (requests of MCP 2026-07-28 from another machine), nobody is known again.
 */
export async function identify(
  { clientId, client, session }: Pick<Call, 'clientId' | 'client' | 'session'>,
  { program, hasOwnSession }: Pick<WaitingClient, 'program' | 'hasOwnSession'>,
): Promise<CallerIdentity> {
  if (clientId !== null) {
    return { session: named('session', session.id, clientId), lasting: named('client', clientId) };
  }
  const process = await program();
  // A later process may have the pid of this one, and not its beginning as well.
  const known = process === null ? null : [process.pid, process.started, client.name];
  const own = hasOwnSession ? named('session', session.id) : null;
  return {
    session: own ?? (known === null ? null : named('session', session.id, ...known)),
    lasting: known === null ? own : named('program', ...known),
  };
}

function named(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}
