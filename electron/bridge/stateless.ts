// The requests of a client that speaks 2026-07-28: each is a POST that stands for itself, with the headers that stdio
// does not have.
import type { Logger } from '../gateway/ports.ts';
import type { Message, RequestMessage } from '../gateway/wire/json-rpc.ts';
import { modernHeaders } from '../gateway/wire/modern-headers.ts';
import { readServerMessage } from '../gateway/wire/parse.ts';
import { claimedVersion, metaOf } from '../gateway/wire/request-meta.ts';
import { readClientLine, type ClientLine } from './client-line.ts';
import type { Locate } from './link.ts';
import { NotThereError, type Persist } from './patience.ts';
import { openProxySession, type Heard, type PostEnd, type ProxySession } from './proxy-session.ts';
import { createToolMemory } from './tool-memory.ts';

const HEADER_MISMATCH = -32020;
/** So many pages of a list of tools are read. */
const MAX_PAGES = 50;

/** The modern request that a line is; null where it is anything else. */
export function modernRequestIn({ messages }: ClientLine): RequestMessage | null {
  const [message] = messages;
  const isModern = message?.kind === 'request' && claimedVersion(message.params) !== null;
  return isModern && messages.length === 1 ? message : null;
}

export interface Stateless {
  /** Rejects, with what to do, where the proxy is not there and does not come. */
  post(line: ClientLine, request: RequestMessage, heard: Heard, cancelled: AbortSignal): Promise<PostEnd>;
  close(): Promise<void>;
}

export interface StatelessOptions {
  readonly locate: Locate;
  readonly persist: Persist;
  readonly logger: Logger;
}

export function createStateless({ locate, persist, logger }: StatelessOptions): Stateless {
  const tools = createToolMemory(logger);
  let connection: Promise<ProxySession> | null = null;
  let wasThere = false;
  let listings = 0;

  /** Sends no initialize, so that there is no session but these connections. */
  async function dial(): Promise<ProxySession> {
    const address = await locate();
    return openProxySession({ ...address, logger, heard: () => undefined, lost: () => undefined });
  }

  async function attempt(
    line: ClientLine,
    request: RequestMessage,
    hear: Heard,
    signal: AbortSignal,
  ): Promise<PostEnd> {
    const headers = { ...tools.headersOf(request), ...modernHeaders(request) };
    return persist(async () => {
      const dialled = (connection ??= dial());
      const leave = (): void => {
        if (connection === dialled) connection = null;
      };
      const session = await dialled.catch((error: unknown) => {
        leave();
        throw error;
      });
      const end = await session.post(line, hear, { headers, signal });
      if (end.kind !== 'unsent') {
        wasThere = true;
        return end;
      }
      // It may be somewhere else by now.
      leave();
      session.retire();
      throw new NotThereError(end.error.message, { cause: end.error });
    }, wasThere);
  }

  function learning(request: RequestMessage, hear: Heard): Heard {
    if (request.method !== 'tools/list') return hear;
    return (bytes, messages) => {
      for (const message of messages) if (message.kind === 'response') tools.learn(message.result);
      hear(bytes, messages);
    };
  }

  /** Reads the tools anew: the client's own list may be older than this bridge. */
  async function listTools({ params }: RequestMessage, signal: AbortSignal): Promise<void> {
    let cursor: unknown = undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const id = `bridge-tools-${(listings += 1)}`;
      const asked = { _meta: metaOf(params), ...(cursor === undefined ? {} : { cursor }) };
      const json = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params: asked });
      const line = readClientLine(Buffer.from(json));
      const request = modernRequestIn(line);
      const answers: Message[] = [];
      const take: Heard = (_bytes, messages) => void answers.push(...messages);
      if (request !== null) await attempt(line, request, learning(request, take), signal);
      cursor = nextCursorIn(answers);
      if (cursor === undefined) return;
    }
  }

  return {
    async post(line, request, hear, signal) {
      const end = await attempt(line, request, learning(request, hear), signal);
      if (request.method !== 'tools/call' || !isHeaderMismatch(end)) return end;
      const before = tools.headersOf(request);
      await listTools(request, signal);
      const isNews = JSON.stringify(tools.headersOf(request)) !== JSON.stringify(before);
      return isNews ? attempt(line, request, hear, signal) : end;
    },
    async close() {
      await (await connection?.catch(() => null))?.close();
    },
  };
}

function isHeaderMismatch(end: PostEnd): boolean {
  if (end.kind !== 'refused') return false;
  const parsed = readServerMessage(end.body);
  const [message] = parsed.ok ? parsed.value : [];
  return message?.kind === 'response' && message.error?.code === HEADER_MISMATCH;
}

function nextCursorIn(answers: readonly Message[]): unknown {
  const answer = answers.find((message) => message.kind === 'response');
  const result = answer?.kind === 'response' ? answer.result : null;
  return typeof result === 'object' && result !== null && 'nextCursor' in result
    ? result.nextCursor
    : undefined;
}
