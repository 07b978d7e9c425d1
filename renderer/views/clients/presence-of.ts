// How much a client is there: its open sessions, and when it was seen last.
import type { ClientSummary, SessionSummary } from '../../../electron/shared/domain.ts';

export interface ClientPresence {
  readonly open: number;
  /** Unix milliseconds; null for never. */
  readonly lastSeenAt: number | null;
}

/** Sessions are newer than what the list of clients knows, which is written down now and then. */
export function presenceOf(client: ClientSummary, sessions: readonly SessionSummary[]): ClientPresence {
  const its = sessions.filter(({ clientId }) => clientId === client.id);
  const seen = [client.lastSeenAt, ...its.map(({ lastSeenAt }) => lastSeenAt)].filter((at) => at !== null);
  return { open: its.length, lastSeenAt: seen.length === 0 ? null : Math.max(...seen) };
}
