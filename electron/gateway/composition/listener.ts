// The HTTP server in front: what it asks of those who come, where it listens, and who is told so.
import { join } from 'node:path';
import { announce } from '../runtime/announcement.ts';
import { listenOnChosenPort } from '../runtime/choose-port.ts';
import type { KeptSettingsFile } from '../runtime/kept-settings.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../transport/http-server.ts';
import type { GatewaySurroundings } from './surroundings.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** A stream, and calls beside each other. */
const CONNECTIONS_PER_SESSION = 4;
/** For those who have yet to open a session, or ask for something else. */
const SPARE_CONNECTIONS = 100;
/** Calls have ended by then: what is left of the connections is answers on their way out. */
const LONGEST_CLOSE_MS = 5_000;

/** What the configuration file does not say of the server. */
export type Served = Pick<
  HttpServerOptions,
  'sessions' | 'log' | 'servers' | 'all' | 'identity' | 'tls' | 'api' | 'probes'
>;

export function composeHttpServer(
  { config, clock, logger, keep }: GatewaySurroundings,
  served: Served,
): HttpServer {
  const { security, ...server } = config.server;
  return keep(
    createHttpServer({
      ...served,
      clock,
      logger,
      maxBodyBytes: MAX_BODY_BYTES,
      door: {
        hosts: security.allowed_hosts.map((name) => name.toLowerCase()),
        origins: security.cors_allowed_origins,
      },
      bounds: {
        requestTimeoutMs: server.read_timeout,
        writeTimeoutMs: server.write_timeout,
        idleTimeoutMs: server.idle_timeout,
        maxConnections: CONNECTIONS_PER_SESSION * server.max_connections + SPARE_CONNECTIONS,
      },
      servesSse: server.transport === 'sse',
      securityHeaders: security.enable_security_headers,
      closeTimeoutMs: Math.min(server.graceful_shutdown, LONGEST_CLOSE_MS),
    }),
  );
}

export interface Listening {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** The port that was wanted, where another program has it. */
  readonly portTakenInstead: number | null;
}

/**
 * From here on the proxy serves, and other programs of this user can find it.
 * @param certificate what to trust at its address, as PEM; null for plain HTTP
 */
export async function listen(
  { config, isConfigured, options, keep }: GatewaySurroundings,
  server: HttpServer,
  kept: KeptSettingsFile,
  certificate: string | null,
): Promise<Listening> {
  const { address, port } = config.server.listen;
  const { port: keptPort } = kept.read();
  const configured = isConfigured('server.listen.port');
  const listening = await listenOnChosenPort(server, { address, port, configured, kept: keptPort });
  if (!configured && keptPort === undefined) kept.write({ port: listening.port });
  const wanted = configured ? port : (keptPort ?? port);
  const url = `${certificate === null ? 'http' : 'https'}://${hostName(listening.address)}:${listening.port}`;
  const { userData, version } = options;
  keep(announce(join(userData, 'gateway.json'), { url, pid: process.pid, version, certificate }));
  const portTakenInstead = listening.port === wanted || port === 0 ? null : wanted;
  return { url, port: listening.port, portTakenInstead };
}

/** An address as it stands in a Host header (RFC 3986 section 3.2.2). */
function hostName(address: string): string {
  return address.includes(':') ? `[${address.toLowerCase()}]` : address.toLowerCase();
}
