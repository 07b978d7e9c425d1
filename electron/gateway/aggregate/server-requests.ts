// What servers ask of the client (sampling, elicitation, roots): their ids, which may be the same, become ids of ours.
import { newRequestId } from '../router/request-id.ts';
import { isId, progressTokenOf } from '../session/message-facts.ts';
import type { NotificationMessage, RequestId, RequestMessage, ResponseMessage } from '../wire/json-rpc.ts';
import { type Edit, spliced, viewOf, withValue } from '../wire/json-splice.ts';

interface Asked<S> {
  readonly server: S;
  /** The server's own id. */
  readonly id: RequestId;
  /** The server's own token for progress, where it wants to hear of it. */
  readonly token: RequestId | null;
}

/** A message to the server that it belongs to. */
interface Routed<S, M> {
  readonly server: S;
  readonly message: M;
}

/** Ours can't be guessed: no server can give its request the id of another's. */
export class ServerRequests<S> {
  readonly #asked = new Map<RequestId, Asked<S>>();

  /** The request as the client gets it: under an id of ours, which is its token for progress, too. */
  ask(server: S, request: RequestMessage): Buffer {
    const ours = newRequestId();
    const token = progressTokenOf(request);
    this.#asked.set(ours, { server, id: request.id, token });
    const paths = token === null ? [['id']] : [['id'], ['params', '_meta', 'progressToken']];
    const edits = paths.flatMap((path): Edit[] => {
      const old = viewOf(request.bytes, path);
      return old === null ? [] : [{ old, value: ours }];
    });
    return spliced(request.bytes, edits);
  }

  /** The client's answer, under the server's own id; null where nobody asked. */
  answer(response: ResponseMessage): Routed<S, ResponseMessage> | null {
    const asked = response.id === null ? undefined : this.#asked.get(response.id);
    if (asked === undefined || response.id === null) return null;
    this.#asked.delete(response.id);
    const { server, id } = asked;
    return { server, message: { ...response, id, bytes: withValue(response.bytes, ['id'], id) } };
  }

  /** What the client says about the progress of an answer, under the server's own token. */
  progress(notification: NotificationMessage): Routed<S, NotificationMessage> | null {
    const { params } = notification;
    const asked = isId(params.progressToken) ? this.#asked.get(params.progressToken) : undefined;
    if (asked?.token == null) return null;
    const { server, token } = asked;
    const bytes = withValue(notification.bytes, ['params', 'progressToken'], token);
    return { server, message: { ...notification, params: { ...params, progressToken: token }, bytes } };
  }

  /** The server gives a request up: its word for the client; null where that was not asked, or has answered. */
  cancel(server: S, notification: NotificationMessage): Buffer | null {
    for (const [ours, asked] of this.#asked) {
      if (asked.server !== server || asked.id !== notification.params.requestId) continue;
      this.#asked.delete(ours);
      return withValue(notification.bytes, ['params', 'requestId'], ours);
    }
    return null;
  }

  /** The server is gone: gives the ids under which the client was asked for it, for nothing. */
  forget(server: S): RequestId[] {
    const ids = [...this.#asked].flatMap(([ours, asked]) => (asked.server === server ? [ours] : []));
    for (const id of ids) this.#asked.delete(id);
    return ids;
  }
}
