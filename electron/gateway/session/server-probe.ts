// Asks a server what it is, without a client: a connection of the app's own, on which nothing is called.
import { UpstreamError } from '../errors.ts';
import type { Era, Upstream, UpstreamConnection } from '../ports.ts';
import { allowOwnQuestion, type OwnQuestion } from '../verdict-path.ts';
import { isObject } from '../wire/json-object.ts';
import type { Message, RequestId, ResponseMessage } from '../wire/json-rpc.ts';
import { metaKeys } from '../wire/request-meta.ts';

const LEGACY_VERSION = '2025-11-25';
const MODERN_VERSION = '2026-07-28';
/** A server that lists without end is not asked for more. */
const MOST_PAGES = 20;

/** What a probe hears, step by step. A rejection says at which it failed: the one after the last that was told. */
export interface ProbeEvents {
  /** It was reached, and has introduced itself: the result of `initialize` or `server/discover`. */
  introduced(answer: ResponseMessage, era: Era): void;
  /** Names of all its tools; null where it offers none. */
  listed(tools: string[] | null): void;
}

/** Rejects with an UpstreamError, whose words are for people. `signal` ends it, and what it has started. */
export async function probeServer(
  upstream: Upstream,
  version: string,
  events: ProbeEvents,
  signal: AbortSignal,
): Promise<void> {
  const clientInfo = { name: 'mcp-proxy-desktop', title: 'MCP Proxy Desktop', version };
  if (!upstream.refuses('legacy')) {
    try {
      await probeLegacy(upstream, clientInfo, events, signal);
      return;
    } catch (error) {
      if (!(error instanceof OtherEra) || upstream.refuses('modern')) throw error;
    }
  }
  await probeModern(upstream, clientInfo, events, signal);
}

/** The server does not speak the era in which it was asked. */
class OtherEra extends UpstreamError {}

const UNSUPPORTED_VERSION = -32022;

async function probeLegacy(
  upstream: Upstream,
  clientInfo: object,
  events: ProbeEvents,
  signal: AbortSignal,
): Promise<void> {
  await using line = openLine(upstream, 'legacy', signal);
  const params = { protocolVersion: LEGACY_VERSION, capabilities: {}, clientInfo };
  const answer = await line.ask('initialize', params);
  if (answer.error?.code === UNSUPPORTED_VERSION) throw new OtherEra(answer.error.message);
  const result = resultOf(upstream.name, answer);
  events.introduced(answer, 'legacy');
  await line.tell('notifications/initialized');
  events.listed(
    hasTools(result) ? await toolsOf((cursor) => line.ask('tools/list', cursor), upstream.name) : null,
  );
}

async function probeModern(
  upstream: Upstream,
  clientInfo: object,
  events: ProbeEvents,
  signal: AbortSignal,
): Promise<void> {
  const _meta = {
    [metaKeys.protocolVersion]: MODERN_VERSION,
    [metaKeys.clientInfo]: clientInfo,
    [metaKeys.clientCapabilities]: {},
  };
  // Each connection of this era carries one request.
  const ask = async (method: OwnQuestion, params: object) => {
    await using line = openLine(upstream, 'modern', signal);
    return await line.ask(method, { ...params, _meta });
  };
  const answer = await ask('server/discover', {});
  const result = resultOf(upstream.name, answer);
  events.introduced(answer, 'modern');
  events.listed(
    hasTools(result) ? await toolsOf((cursor) => ask('tools/list', cursor), upstream.name) : null,
  );
}

async function toolsOf(ask: (cursor: object) => Promise<ResponseMessage>, server: string): Promise<string[]> {
  const names: string[] = [];
  let cursor: object = {};
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { tools, nextCursor } = resultOf(server, await ask(cursor));
    for (const tool of Array.isArray(tools) ? (tools as unknown[]) : []) {
      if (isObject(tool) && typeof tool.name === 'string') names.push(tool.name);
    }
    if (typeof nextCursor !== 'string') break;
    cursor = { cursor: nextCursor };
  }
  return names;
}

function hasTools(result: Readonly<Record<string, unknown>>): boolean {
  return isObject(result.capabilities) && result.capabilities.tools !== undefined;
}

function resultOf(server: string, { error, result }: ResponseMessage): Readonly<Record<string, unknown>> {
  if (error !== null) throw new UpstreamError(`${server} answered with an error: ${error.message}`);
  return isObject(result) ? result : {};
}

interface Line extends AsyncDisposable {
  ask(method: OwnQuestion, params: object): Promise<ResponseMessage>;
  tell(method: OwnQuestion): Promise<void>;
}

/** A connection on which one thing is asked after the other. */
function openLine(upstream: Upstream, era: Era, signal: AbortSignal): Line {
  let waiting: { readonly id: RequestId; readonly answer: PromiseWithResolvers<ResponseMessage> } | null =
    null;
  let lastId = 0;
  const fail = (error: UpstreamError) => waiting?.answer.reject(error);
  const stop = () => fail(new UpstreamError('It was stopped'));
  signal.addEventListener('abort', stop);
  const connection: UpstreamConnection = upstream.connect(
    {
      message(message: Message) {
        if (message.kind === 'response' && message.id === waiting?.id) waiting.answer.resolve(message);
      },
      stream: () => undefined,
      failed: (_id, why, cause) => fail(cause === 'era' ? new OtherEra(why) : new UpstreamError(why)),
      interrupted: (why) => fail(new UpstreamError(why)),
      closed: (why) => fail(new UpstreamError(why)),
    },
    era,
  );
  return {
    async ask(method, params) {
      if (signal.aborted) throw new UpstreamError('It was stopped');
      const id = (lastId += 1);
      const answer = Promise.withResolvers<ResponseMessage>();
      waiting = { id, answer };
      const [response] = await Promise.all([
        answer.promise,
        connection.send(allowOwnQuestion(method, id, { ...params })),
      ]);
      return response;
    },
    tell: (method) => connection.send(allowOwnQuestion(method, null, {})),
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', stop);
      await connection.close();
    },
  };
}
