// One process of a modern stdio server, which carries the requests of all clients (MCP 2026-07-28, transports, stdio).
import type { AllowedMessage } from '../call.ts';
import { UpstreamError } from '../errors.ts';
import type { Logger, UpstreamConnection, UpstreamEvents } from '../ports.ts';
import type { Message, NotificationMessage, RequestMessage } from '../wire/json-rpc.ts';
import { metaKeys, metaOf } from '../wire/request-meta.ts';
import { DISCOVER, eraOfAnswer } from './era-signs.ts';
import { namedWireId, underClientIds, underWireId, type ClientIds } from './wire-ids.ts';

/** What a request hears of itself. */
export type RequestEvents = Pick<UpstreamEvents, 'message' | 'failed'>;

/** An allowed request. */
export type AllowedRequest = AllowedMessage & { readonly message: RequestMessage };

export interface Asked {
  /** Rejects where the request can't be sent. */
  readonly sent: Promise<void>;
  /** Tells the server, where the request is not over yet. Nothing is heard of it afterwards. */
  cancel(): void;
}

export interface ModernChannel {
  /** The process is gone, or going. */
  readonly over: boolean;
  /** Sends `server/discover` on behalf of a request: null where the server is modern, else why it is not. */
  probe(first: AllowedRequest, withinMs: number): Promise<string | null>;
  ask(request: AllowedRequest, events: RequestEvents): Asked;
  /** Sends what wants no answer. */
  tell(notification: AllowedMessage): Promise<void>;
  /** Fails what waits for an answer, and closes. */
  interrupt(why: string): Promise<void>;
  close(): Promise<void>;
}

export interface ModernChannelOptions {
  readonly name: string;
  /** The process, which starts with the first message. */
  readonly open: (events: UpstreamEvents) => UpstreamConnection;
  readonly logger: Logger;
}

interface Waiting {
  readonly request: AllowedRequest;
  readonly client: ClientIds;
  readonly events: RequestEvents;
}

export function openModernChannel({ name, open, logger }: ModernChannelOptions): ModernChannel {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let over = false;
  const connection = open({
    message: receive,
    stream: () => undefined,
    failed: () => undefined,
    interrupted: failAll,
    closed(why) {
      over = true;
      failAll(why);
    },
  });

  function receive(message: Message): void {
    const wireId = message.kind === 'request' ? null : (namedWireId(message) ?? loneListener(message));
    const asked = wireId === null ? undefined : waiting.get(wireId);
    if (wireId === null || asked === undefined) {
      // An answer that is late, or what servers of this era do not say.
      logger.debug('upstream_unasked', { server: name, kind: message.kind });
      return;
    }
    const isEnd = message.kind === 'response' || isCalled(message, 'notifications/cancelled');
    if (isEnd) waiting.delete(wireId);
    asked.events.message(underClientIds(message, asked.client), asked.client.id);
    if (isEnd && message.kind !== 'response') {
      asked.events.failed(asked.client.id, `${name} has ended the subscription`);
    }
  }

  /** Log messages name no request here: they are told where one alone wants them, and to nobody else. */
  function loneListener(message: Message): number | null {
    if (!isCalled(message, 'notifications/message')) return null;
    const listeners = [...waiting].filter(
      ([, { request }]) => metaOf(request.message.params)[metaKeys.logLevel] !== undefined,
    );
    return listeners.length === 1 ? (listeners[0]?.[0] ?? null) : null;
  }

  function failAll(why: string): void {
    const failed = [...waiting.values()];
    waiting.clear();
    for (const { client, events } of failed) events.failed(client.id, why);
  }

  function ask(request: AllowedRequest, events: RequestEvents): Asked {
    const wireId = (lastId += 1);
    const { renamed, client } = underWireId(request.message, wireId);
    waiting.set(wireId, { request, client, events });
    return {
      sent: connection.send({ ...request, message: renamed }).catch((error: unknown) => {
        // Where the process has ended meanwhile, the request has heard of it.
        if (waiting.delete(wireId)) throw error;
      }),
      cancel() {
        if (waiting.delete(wireId)) void cancel(request, wireId);
      },
    };
  }

  async function cancel(request: AllowedRequest, requestId: number): Promise<void> {
    try {
      await connection.send({ ...request, message: notification('notifications/cancelled', { requestId }) });
    } catch (error) {
      // The process is gone, and with it what was to be cancelled.
      if (!(error instanceof UpstreamError)) throw error;
    }
  }

  return {
    get over() {
      return over;
    },
    async probe(first, withinMs) {
      const { promise, resolve } = Promise.withResolvers<string | null>();
      const legacy = `${name} does not speak MCP 2026-07-28`;
      const timer = setTimeout(() => resolve(`${legacy}: it did not answer ${DISCOVER}`), withinMs);
      try {
        const { sent } = ask(discoverFor(first), {
          message(message) {
            if (message.kind !== 'response') return;
            resolve(eraOfAnswer(DISCOVER, message) === 'modern' ? null : legacy);
          },
          failed: (_id, why) => resolve(`${legacy}: ${why}`),
        });
        await sent;
        return await promise;
      } finally {
        clearTimeout(timer);
      }
    },
    ask,
    tell: (allowed) => connection.send(allowed),
    async interrupt(why) {
      over = true;
      failAll(why);
      await connection.close();
    },
    async close() {
      over = true;
      await connection.close();
    },
  };
}

function isCalled(message: Message, method: string): boolean {
  return message.kind === 'notification' && message.method === method;
}

/** The probe claims what the request claims that it is sent for. */
function discoverFor(request: AllowedRequest): AllowedRequest {
  const meta = metaOf(request.message.params);
  const claims = [metaKeys.protocolVersion, metaKeys.clientInfo, metaKeys.clientCapabilities];
  const _meta = Object.fromEntries(claims.filter((key) => key in meta).map((key) => [key, meta[key]]));
  const params = { _meta };
  const json = { jsonrpc: '2.0', id: 0, method: DISCOVER, params };
  const bytes = Buffer.from(JSON.stringify(json));
  return { ...request, message: { kind: 'request', id: 0, method: DISCOVER, params, bytes } };
}

function notification(method: string, params: Record<string, unknown>): NotificationMessage {
  const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, params }));
  return { kind: 'notification', method, params, bytes };
}
