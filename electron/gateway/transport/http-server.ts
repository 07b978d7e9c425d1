// The HTTP server in front of everything: the door, the routes, and the way to a listening port.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ALL_SERVERS } from '../../shared/server-paths.ts';
import { errors } from '../errors.ts';
import type { Closable, Logger, Upstream } from '../ports.ts';
import { newRequestId } from '../router/request-id.ts';
import { createAdminApi, type AdminApiOptions } from './admin-api.ts';
import { type ConnectionBounds, connectionOptions, guardConnections } from './connection-bounds.ts';
import { corsHeaders } from './cors.ts';
import { type DoorPolicy, refusedAtDoor } from './door.ts';
import {
  addressOf,
  createEndpointContext,
  createRefuse,
  type EndpointOptions,
  pathOf,
  recordRefusal,
  type Refuse,
  type Served,
} from './endpoint.ts';
import type { SessionStore } from '../session/session-store.ts';
import type { Caller } from '../session/session-types.ts';
import { securityHeaders, sendRefusal } from './http-exchange.ts';
import { identify, type IdentityPolicy } from './identify.ts';
import { targetOf, type RequestTarget } from './request-target.ts';
import { createSseEndpoint, type SseEndpoint } from './http-sse.ts';
import { createProbes, type Probe } from './probes.ts';
import { type Route, routeOf } from './routes.ts';
import { createStreamableEndpoint, type StreamableEndpoint } from './streamable-http.ts';

export interface HttpServerOptions extends Omit<EndpointOptions, 'served'> {
  readonly sessions: SessionStore;
  /** The first one is the default: it has the endpoints without a name, too. */
  readonly servers: readonly [Upstream, ...Upstream[]];
  /** All of them together. */
  readonly all: Served;
  /** Whether clients may speak HTTP+SSE, beside Streamable HTTP. */
  readonly servesSse: boolean;
  readonly door: DoorPolicy;
  readonly identity: IdentityPolicy;
  /** Null: plain HTTP, as is usual on loopback. */
  readonly tls: TlsListening | null;
  /** Null: nothing is served below `/api/`. */
  readonly api: Pick<AdminApiOptions, 'token' | 'commands' | 'audit' | 'version'> | null;
  /** What is told to those who watch the proxy, where that has no port of its own. */
  readonly probes: readonly Probe[];
  readonly logger: Logger;
  readonly bounds: ConnectionBounds;
  /** Whether responses carry headers that keep browsers from making something of them. */
  readonly securityHeaders: boolean;
  /** How long connections may go on when the server closes, milliseconds. */
  readonly closeTimeoutMs: number;
}

/** Certificate and key as PEM, and what is asked of clients. */
export interface TlsListening {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly clientAuth: 'none' | 'request' | 'require';
}

/** The endpoints at one address. */
interface Endpoints {
  readonly refuse: Refuse;
  readonly streamable: StreamableEndpoint;
  readonly sse: SseEndpoint;
}

/** A request that has come in: where it goes, and who sent it. */
interface Arrival {
  readonly target: RequestTarget;
  readonly route: Route;
  readonly asked: Endpoints;
  readonly caller: Caller;
}

export interface HttpServer extends Closable {
  /** Rejects with the system's error where the port can't be had (EADDRINUSE, EACCES). */
  listen(port: number, address: string): Promise<AddressInfo>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const [first, ...others] = options.servers;
  const servedByDefault = serveOne(first);
  const servedByAll = serve(options.all);
  const served = new Map([
    [first.name, servedByDefault],
    ...others.map((upstream) => [upstream.name, serveOne(upstream)] as const),
  ]);
  const refuseForNone = createRefuse(options, '');

  const probes = createProbes(options.probes, options.logger);
  const api = options.api && createAdminApi({ ...options, ...options.api });

  function serveOne(upstream: Upstream) {
    return serve({
      name: upstream.name,
      open: (client, outlet) => options.sessions.open({ ...client, server: upstream }, outlet),
      refuses: (era) => upstream.refuses(era),
      modernClient: (client, request) =>
        options.sessions.modernClient({ ...client, server: upstream }, request),
      find: (id, client) => options.sessions.find(id, upstream, client),
    });
  }

  function serve(served: Served): Endpoints {
    const context = createEndpointContext({ ...options, served });
    return {
      refuse: context.refuse,
      streamable: createStreamableEndpoint(context),
      sse: createSseEndpoint(context),
    };
  }

  const { bounds, tls, clock, logger } = options;
  const server =
    tls === null
      ? createServer(connectionOptions(bounds), serveRequest)
      : createTlsServer(
          {
            ...connectionOptions(bounds),
            ...secureOptions(tls),
            handshakeTimeout: bounds.requestTimeoutMs,
          },
          serveRequest,
        );
  // Else Node answers by itself, without the headers below. What is expected is of no interest to any endpoint.
  server.on('checkExpectation', serveRequest);
  const headersOfAll: Readonly<Record<string, string>> = options.securityHeaders ? securityHeaders : {};
  const connections = guardConnections(server, bounds, {
    headers: headersOfAll,
    clock,
    logger,
    onUnreadable(error, socket) {
      const sourceIp = socket.remoteAddress ?? '';
      recordRefusal(options, { server: '', method: 'HTTP', refusal: { error }, sourceIp });
    },
  });

  function serveRequest(request: IncomingMessage, response: ServerResponse): void {
    connections.watch(response);
    for (const [name, value] of Object.entries(headersOfAll)) response.setHeader(name, value);
    route(request, response).catch((error: unknown) => {
      if (request.readableAborted) {
        options.logger.debug('client_left', { path: pathOf(request) });
        return;
      }
      const requestId = newRequestId();
      options.logger.error('request_failed', { requestId, path: pathOf(request), error: String(error) });
      // Whoever gets the answer can name the line.
      const message = `${errors.internal.message} (${requestId})`;
      if (response.headersSent) response.destroy();
      else sendRefusal(response, { error: 'internal', message });
    });
  }

  function askedBy(route: Route | null): Endpoints | undefined {
    if (route?.server == null) return servedByDefault;
    return route.server === ALL_SERVERS ? servedByAll : served.get(route.server);
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = targetOf(request.url ?? '/');
    const route = routeOf(target.path);
    const asked = askedBy(route);
    const refuse = (route && asked)?.refuse ?? refuseForNone;
    const refusal = refusedAtDoor(request.headers, options.door, {
      address: request.socket.localAddress,
      port: request.socket.localPort,
    });
    const asksApi = api !== null && target.path.startsWith('/api/');
    if (refusal !== null) {
      if (asksApi) api.refuse(request, response, { error: refusal });
      else refuse(request, response, { error: refusal }, { headers: { connection: 'close' } });
      return;
    }
    if (asksApi) {
      await api.handle(request, response);
      return;
    }
    const cors = corsHeaders(request, options.door.origins);
    if (cors !== null) response.setHeaders(new Map(Object.entries(cors.headers)));
    if (cors?.isPreflight === true) {
      response.writeHead(204);
      response.end();
    } else if (route === null) {
      const probe = probes.asked(request);
      // Clients look for OAuth metadata here (/.well-known/…): a clean 404 tells them that there is none.
      if (probe === undefined) sendRefusal(response, { error: 'not_found' });
      else await probes.answer(probe, request, response);
    } else {
      const identified = identify(request.headers, target, options.identity);
      if (!identified.ok) {
        const headers = { 'www-authenticate': identified.challenge, connection: 'close' };
        refuse(request, response, { error: identified.error }, { headers });
      } else if (asked === undefined) {
        const message = `${errors.server_unknown.message}; there are: ${[...served.keys()].join(', ')}`;
        refuse(request, response, { error: 'server_unknown', message });
      } else if (route.endpoint !== 'mcp' && !options.servesSse) {
        refuse(request, response, { error: 'sse_not_served' });
      } else {
        const { agent, clientId } = identified;
        const caller = { agent, clientId, sourceIp: addressOf(request), connection: request.socket };
        await answer(request, response, { target, route, asked, caller });
      }
    }
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    { target, route, asked, caller }: Arrival,
  ): Promise<void> {
    if (route.endpoint === 'mcp') {
      await asked.streamable.handle(request, response, caller);
    } else if (route.endpoint === 'sse') {
      if (request.method === 'GET')
        asked.sse.open(request, response, caller, target.prefix + route.paths.message);
      else asked.refuse(request, response, { error: 'method_not_allowed' }, { headers: { allow: 'GET' } });
    } else if (request.method === 'POST') {
      await asked.sse.post(request, response, caller, new URLSearchParams(target.query).get('sessionId'));
    } else {
      asked.refuse(request, response, { error: 'method_not_allowed' }, { headers: { allow: 'POST' } });
    }
  }

  return {
    listen: (port, address) => listening(server, port, address),
    async close() {
      await closed(server, options.closeTimeoutMs);
      api?.close();
    },
  };
}

function secureOptions({ cert, key, ca, minVersion, clientAuth }: TlsListening) {
  return {
    cert,
    key,
    ...(ca === null ? {} : { ca }),
    minVersion,
    requestCert: clientAuth !== 'none',
    rejectUnauthorized: clientAuth === 'require',
  };
}

function listening(server: Server, port: number, address: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Takes no more connections, lets what is being answered go out, and ends what is still open after `timeoutMs`. */
function closed(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    const timeout = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(timeout);
      resolve();
    });
  });
}
