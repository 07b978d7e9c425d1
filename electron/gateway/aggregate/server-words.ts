// What servers say by themselves, on its way to the client that they all share.
import type { ClientOutlet } from '../session/session-types.ts';
import { cancellation } from '../wire/cancellation.ts';
import type { NotificationMessage, RequestId } from '../wire/json-rpc.ts';
import { withValue } from '../wire/json-splice.ts';
import { readServerMessage } from '../wire/parse.ts';
import { type Changes, changedList } from './changes.ts';
import type { Part } from './part.ts';
import type { ResourcePlaces } from './resource-places.ts';
import { ServerRequests } from './server-requests.ts';

export class ServerWords {
  readonly requests = new ServerRequests<Part>();
  readonly #outlet: ClientOutlet;
  readonly #places: ResourcePlaces<Part>;
  readonly #changes: Changes;

  constructor(outlet: ClientOutlet, places: ResourcePlaces<Part>, changes: Changes) {
    this.#outlet = outlet;
    this.#places = places;
    this.#changes = changes;
  }

  pass(part: Part, json: Buffer, relatedTo: RequestId | null): void {
    const read = readServerMessage(json);
    const [message] = read.ok ? read.value : [];
    if (message === undefined || message.kind === 'response') return;
    const shown = message.kind === 'request' ? this.requests.ask(part, message) : this.#shown(part, message);
    if (shown !== null) this.#outlet.deliver(shown, relatedTo);
  }

  /** The server is gone, and with it all that it asked. */
  ended(part: Part): void {
    for (const id of this.requests.forget(part)) {
      this.#outlet.deliver(cancellation(id, `${part.name} is gone`).bytes, null);
    }
  }

  /** A notification as the client is to get it; null where it gets none, or one for several later. */
  #shown(part: Part, message: NotificationMessage): Buffer | null {
    const { method, params, bytes } = message;
    if (method === 'notifications/cancelled') return this.requests.cancel(part, message);
    if (method === 'notifications/resources/updated' && typeof params.uri === 'string') {
      const uri = this.#places.show(part, params.uri);
      return uri === params.uri ? bytes : withValue(bytes, ['params', 'uri'], uri);
    }
    const changed = changedList(method);
    if (changed === null) return bytes;
    this.#changes.of(changed);
    return null;
  }
}
