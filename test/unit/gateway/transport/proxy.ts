// A real HTTP server of the proxy on loopback, over a fake server, policy and log, and a client that sends what it is told.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { onTestFinished, vi } from 'vitest';
import { createAllServers } from '../../../../electron/gateway/aggregate/all-servers.ts';
import { createListing } from '../../../../electron/gateway/session/listing.ts';
import { createPresences } from '../../../../electron/gateway/session/presence.ts';
import { createSessionStore } from '../../../../electron/gateway/session/session-store.ts';
import { createToolDescriptions } from '../../../../electron/gateway/session/tool-descriptions.ts';
import {
  createHttpServer,
  type HttpServerOptions,
  type TlsListening,
} from '../../../../electron/gateway/transport/http-server.ts';
import type { ConnectionBounds } from '../../../../electron/gateway/transport/connection-bounds.ts';
import type { IdentityPolicy } from '../../../../electron/gateway/transport/identify.ts';
import { createVerdictPath } from '../../../../electron/gateway/verdict-path.ts';
import { testDesk } from '../approval/desk.ts';
import {
  agent,
  clientsBy,
  clock,
  fakeUpstream,
  healthOf,
  MemoryLog,
  noLimits,
  noProcesses,
  recordingLogger,
  type FakeConnection,
} from '../fakes.ts';
import { byName } from '../session/setting.ts';

export const MAX_BODY_BYTES = 64 * 1024;
const JSON_OR_STREAM = 'application/json, text/event-stream';

export interface Exchange {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  /** Text or bytes as they are; an object is written as a JSON-RPC message. */
  readonly body?: string | Buffer | object;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The body as JSON. */
  json(): unknown;
}

/** An event stream as it comes in. */
export interface Stream {
  readonly headers: IncomingMessage['headers'];
  readonly events: { readonly id: string; readonly event: string; readonly data: string }[];
  /** The data of the `message` events, parsed. */
  messages(): unknown[];
  /** Everything, comments included. */
  text(): string;
  /** The server ended it. */
  ended(): boolean;
  /** The client goes away. */
  leave(): void;
}

interface ProxySetting {
  readonly maxSessions?: number;
  readonly named?: readonly string[];
  readonly tls?: TlsListening | null;
  readonly api?: HttpServerOptions['api'];
  readonly hosts?: readonly string[];
  readonly auth?: IdentityPolicy['auth'];
  readonly clients?: ReturnType<typeof clientsBy>;
  readonly bounds?: Partial<ConnectionBounds>;
  readonly securityHeaders?: boolean;
  readonly servesSse?: boolean;
}

/** The proxy in front of a server that answers `initialize`, and what each test adds through `onSend`. */
export async function startProxy({
  maxSessions = 10,
  named = [],
  tls = null,
  api = null,
  hosts = [],
  auth = 'optional',
  clients = clientsBy({}),
  bounds = {},
  securityHeaders = true,
  servesSse = true,
}: ProxySetting = {}) {
  const log = new MemoryLog();
  const logger = recordingLogger();
  const policy = byName();
  const desk = testDesk({ maxPending: 10 });
  desk.setAttended(true);
  const upstream = answering('files');
  const others = named.map(answering);
  const settings = {
    mode: 'enforce',
    paused: false,
    policyEnabled: true,
    approvalsEnabled: true,
    askInAudit: 'none',
  } as const;
  const passDown = createVerdictPath({
    policy,
    approver: desk,
    limiter: noLimits,
    log,
    logger,
    settings: () => settings,
    denialData: () => ({}),
    alert: () => undefined,
  });
  const sessions = createSessionStore({
    presences: createPresences(noProcesses),
    passDown,
    listing: createListing({
      policy,
      settings: () => settings,
      descriptions: createToolDescriptions(),
      logger,
    }),
    log,
    clock,
    logger,
    requestTimeoutMs: 600_000,
    onOpen: () => undefined,
    onEnd: () => undefined,
    maxRequestTimeMs: null,
    health: () => healthOf(),
    maxSessions,
    ttlMs: 3_600_000,
    idleMs: 3_600_000,
    sweepEveryMs: 3_600_000,
    onChange: () => undefined,
  });
  const server = createHttpServer({
    sessions,
    log,
    clock,
    logger,
    servers: [upstream, ...others],
    all: createAllServers({
      sessions,
      servers: [upstream, ...others],
      proxyVersion: '1.0.0',
      patienceMs: 5_000,
      log,
      clock,
      logger,
    }),
    identity: { clients, auth, defaultAgent: agent },
    maxBodyBytes: MAX_BODY_BYTES,
    tls,
    api,
    door: { hosts, origins: ['https://app.example'] },
    bounds: {
      requestTimeoutMs: 60_000,
      writeTimeoutMs: 60_000,
      idleTimeoutMs: 60_000,
      maxConnections: 100,
      ...bounds,
    },
    securityHeaders,
    servesSse,
    probes: [],
    closeTimeoutMs: 1_000,
  });
  const { port } = await server.listen(0, '127.0.0.1');
  onTestFinished(async () => {
    await sessions.close();
    await server.close();
  });

  function connectionAt(index: number): FakeConnection {
    const connection = upstream.connections.at(index);
    if (connection === undefined) throw new Error('no session has been opened');
    return connection;
  }

  const send = (exchange: Exchange): Promise<Reply> => read(open(port, exchange));
  const stream = (exchange: Exchange): Promise<Stream> => readStream(open(port, exchange));
  const post = (body: Exchange['body'], headers: Record<string, string> = {}): Exchange => ({
    method: 'POST',
    path: '/mcp',
    headers: { accept: JSON_OR_STREAM, 'content-type': 'application/json', ...headers },
    body: body ?? '',
  });

  return {
    port,
    log,
    logger,
    desk,
    sessions,
    server,
    upstream,
    others,
    send,
    stream,
    post,
    /** The connection of the newest session. */
    connection: () => connectionAt(-1),
    connectionAt,
    /** A Streamable HTTP session; gives its id. */
    initialize: async (protocolVersion = '2025-11-25'): Promise<string> => {
      const reply = await send(post({ id: 'init', method: 'initialize', params: { protocolVersion } }));
      const id = reply.headers['mcp-session-id'];
      if (typeof id !== 'string') throw new Error(`no session: ${reply.status} ${reply.text}`);
      connectionAt(-1).sent.length = 0;
      log.calls.length = 0;
      return id;
    },
    /** An HTTP+SSE session; gives the stream and the path to post to. */
    openSse: async (path = '/sse') => {
      const events = await stream({ path, headers: { accept: 'text/event-stream' } });
      await vi.waitFor(() => {
        if (events.events.length === 0) throw new Error('no endpoint event');
      });
      return { events, path: events.events[0]?.data ?? '' };
    },
  };
}

/** A server that answers `initialize`. */
function answering(name: string) {
  const upstream = fakeUpstream(name);
  upstream.onConnect = (connection) => {
    connection.onSend = (message) => {
      if (message.kind !== 'request' || message.method !== 'initialize') return;
      const { protocolVersion } = message.params;
      connection.says({ id: message.id, result: { protocolVersion, capabilities: {} } });
    };
  };
  return upstream;
}

function open(
  port: number,
  { method = 'GET', path = '/', headers = {}, body }: Exchange,
): Promise<IncomingMessage> {
  const bytes =
    typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify({ jsonrpc: '2.0', ...body }) : body;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, resolve);
    request.on('error', reject);
    request.end(bytes);
  });
}

async function read(opened: Promise<IncomingMessage>): Promise<Reply> {
  const response = await opened;
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: () => JSON.parse(text) as unknown,
  };
}

async function readStream(opened: Promise<IncomingMessage>): Promise<Stream> {
  const response = await opened;
  const type = response.headers['content-type'];
  if (type !== 'text/event-stream') throw new Error(`no stream: ${response.statusCode ?? 0} ${type ?? ''}`);
  let text = '';
  let ended = false;
  const events: { id: string; event: string; data: string }[] = [];
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    const frames = (rest + chunk).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const field = (name: string) =>
        frame
          .split('\n')
          .filter((line) => line.startsWith(`${name}: `))
          .map((line) => line.slice(name.length + 2))
          .join('\n');
      if (!frame.startsWith(':'))
        events.push({ id: field('id'), event: field('event'), data: field('data') });
    }
  });
  response.on('end', () => (ended = true));
  response.on('error', () => (ended = true));
  return {
    headers: response.headers,
    events,
    messages: () =>
      events.filter(({ event }) => event === 'message').map(({ data }) => JSON.parse(data) as unknown),
    text: () => text,
    ended: () => ended,
    leave: () => response.destroy(),
  };
}

/** Waits until something holds. */
export const eventually = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 5000, interval: 5 });
