// Tells a new process of a server what the last one knew of the session, and keeps its answers from the client.
import type { AllowedMessage } from '../call.ts';
import { UpstreamError } from '../errors.ts';
import type { UpstreamConnection } from '../ports.ts';
import type { Message, RequestId, ResponseMessage } from '../wire/json-rpc.ts';
import { protocolVersionIn, type SessionMemory } from './session-memory.ts';

export interface SessionReplay {
  /**
   * Resolves to the server's new result of `initialize` once it has been told everything. Rejects where it could not
   * be, with a NotTheSameError where it answered `initialize` in another way than the last one.
   */
  readonly done: Promise<unknown>;
  /** Takes the answers to what is told here; false for any other message. */
  take(message: Message): boolean;
  /** No answers will come any more. */
  fail(why: string): void;
}

/** The session can't go on with this server. */
export class NotTheSameError extends UpstreamError {}

/**
 * One message after the other, each as the client had sent it, under its own id: nothing else is under way meanwhile.
 * `refused` is told of what the server does not take any more; it has to do without that.
 */
export function startReplay(
  connection: UpstreamConnection,
  memory: SessionMemory,
  refused: (method: string, why: string) => void,
): SessionReplay {
  let asked: { readonly id: RequestId; readonly answer: PromiseWithResolvers<ResponseMessage> } | null = null;
  let failure: UpstreamError | null = null;

  async function ask(id: RequestId, allowed: AllowedMessage): Promise<ResponseMessage> {
    if (failure !== null) throw failure;
    const answer = Promise.withResolvers<ResponseMessage>();
    asked = { id, answer };
    const [response] = await Promise.all([answer.promise, connection.send(allowed)]);
    return response;
  }

  async function run(): Promise<unknown> {
    const { handshake } = memory;
    if (handshake === null) return null;
    const { initialize, id, protocolVersion } = handshake;
    const { error, result } = await ask(id, initialize);
    if (error !== null || protocolVersionIn(result) !== protocolVersion) {
      throw new NotTheSameError('The server is not the same after its restart: initialize again');
    }
    for (const allowed of memory.rest()) {
      const { message } = allowed;
      if (message.kind !== 'request') {
        await connection.send(allowed);
        continue;
      }
      const answer = await ask(message.id, allowed);
      if (answer.error !== null) refused(message.method, answer.error.message);
    }
    return result;
  }

  return {
    done: run(),
    take(message) {
      if (asked === null || message.kind !== 'response' || message.id !== asked.id) return false;
      asked.answer.resolve(message);
      asked = null;
      return true;
    },
    fail(why) {
      failure = new UpstreamError(why);
      asked?.answer.reject(failure);
    },
  };
}
