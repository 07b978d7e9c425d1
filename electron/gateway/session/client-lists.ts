// What one client gets to see of its server's lists, and when it is told that other items would stand in them.
import type { Call } from '../call.ts';
import type { NotificationMessage, ResponseMessage } from '../wire/json-rpc.ts';
import type { ListedBy, Listing } from './listing.ts';

/** Why lists may hold other items: the settings say otherwise whether the policy counts, or it is another policy. */
export type ListChange = 'settings' | 'policy';

export class ClientLists {
  readonly #listing: Listing;
  /** Those of whose changes the server has said that it tells; a client expects to hear of no others. */
  #declared: readonly ListedBy[] = [];
  /** The lists that were given, by method: what they are of, and whether the policy hides something of them. */
  readonly #given = new Map<string, { readonly listedBy: ListedBy; readonly hides: boolean }>();
  /** It says who the client is. */
  #newestCall: Call | null = null;

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  /** A call was forwarded. */
  asked(call: Call): void {
    this.#newestCall = call;
  }

  /** The server's answer to a call, as its client may have it. */
  answered(call: Call, response: ResponseMessage): Buffer {
    if (call.method === 'initialize') this.#declared = declaredIn(response.result);
    if (call.treatment !== 'filter') return response.bytes;
    const { bytes, listedBy, hides } = this.#listing.answer(call, response);
    // A list that is asked for from its beginning replaces the one before.
    const hidBefore = call.arguments.cursor !== undefined && this.#given.get(call.method)?.hides === true;
    this.#given.set(call.method, { listedBy, hides: hides || hidBefore });
    return bytes;
  }

  /** Whether a notification of the server is about a resource that this client does not get to see. */
  hides({ method, params }: NotificationMessage): boolean {
    if (method !== 'notifications/resources/updated' || this.#newestCall === null) return false;
    return typeof params.uri !== 'string' || !this.#listing.showsResource(this.#newestCall, params.uri);
  }

  /** The notifications that the client is due (MCP 2025-11-25, tools, list changed notification). */
  changed(why: ListChange): Buffer[] {
    const changed = [...this.#given.values()].filter(({ hides }) => hides || why === 'policy');
    const due = new Set(changed.map(({ listedBy }) => listedBy));
    return this.#declared
      .filter((name) => due.has(name))
      .map((name) =>
        Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: `notifications/${name}/list_changed` })),
      );
  }
}

function declaredIn(initializeResult: unknown): ListedBy[] {
  const capabilities = memberOf(initializeResult, 'capabilities');
  return (['tools', 'prompts', 'resources'] as const).filter(
    (name) => memberOf(memberOf(capabilities, name), 'listChanged') === true,
  );
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
