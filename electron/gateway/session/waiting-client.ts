// A client whose call waits for a person: it is told so every few seconds, and known again when it comes back.
import type { CallerProcess } from '../call.ts';
import type { WaitingClient } from '../ports.ts';
import type { Message, RequestId } from '../wire/json-rpc.ts';
import type { SessionIdentity } from './client-facts.ts';
import { progressTokenOf } from './message-facts.ts';
import type { ClientOutlet } from './session-types.ts';

/** Clients give up after a minute or so without a sign of life; some after ten seconds. Milliseconds. */
const TELL_EVERY_MS = 5_000;
/** The system may take so long to say which program calls; then that is not known. Milliseconds. */
const PATIENCE_WITH_SYSTEM_MS = 500;

/**
 * Where the client gave no token, nothing can be told: its transport keeps the response alive by comments.
 * @param message the call
 */
export function waitingClient(
  message: Message,
  outlet: Pick<ClientOutlet, 'deliver'>,
  { transport, presence }: Pick<SessionIdentity, 'transport' | 'presence'>,
): WaitingClient {
  return {
    program: () => inTime(presence.sole()),
    // Requests of 2026-07-28 have no session: what counts as one here is all that looks alike.
    hasOwnSession: transport !== 'stateless',
    waits() {
      const token = progressTokenOf(message);
      if (message.kind !== 'request' || token === null) return () => undefined;
      let told = 0;
      const timer = setInterval(() => {
        told += 1;
        outlet.deliver(progress(token, told), message.id);
      }, TELL_EVERY_MS);
      return () => clearInterval(timer);
    },
  };
}

/** Never rejects. */
function inTime(found: Promise<CallerProcess | null>): Promise<CallerProcess | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), PATIENCE_WITH_SYSTEM_MS);
    void found.then((process) => {
      clearTimeout(timer);
      resolve(process);
    });
  });
}

/**
 * Progress must increase with each notification (MCP 2025-11-25, progress), and the server's own, which begins at 0 or
 * above, comes after this: so it goes up to 0 and never gets there.
 */
function progress(progressToken: RequestId, told: number): Buffer {
  const params = { progressToken, progress: -1 / told, message: 'Waiting for approval by the user' };
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params }));
}
