// A port of its own for those who watch the proxy.
import { createServer } from 'node:http';
import type { Closable, Logger } from '../ports.ts';
import { type ConnectionBounds, connectionOptions } from './connection-bounds.ts';
import { type DoorPolicy, refusedAtDoor } from './door.ts';
import { securityHeaders } from './http-exchange.ts';
import { createProbes, type Probe } from './probes.ts';

export interface ProbeServerOptions {
  readonly probes: readonly Probe[];
  readonly door: DoorPolicy;
  readonly bounds: Pick<ConnectionBounds, 'requestTimeoutMs' | 'idleTimeoutMs'>;
  readonly logger: Logger;
}

export interface ProbeServer extends Closable {
  /** The port that it listens on. Rejects with the system's error where it can't be had (EADDRINUSE, EACCES). */
  listen(port: number, address: string): Promise<number>;
}

const MAX_CONNECTIONS = 20;

export function createProbeServer({ probes, door, bounds, logger }: ProbeServerOptions): ProbeServer {
  const served = createProbes(probes, logger);
  const server = createServer(connectionOptions(bounds), (request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    const { localAddress: address, localPort: port } = request.socket;
    if (refusedAtDoor(request.headers, door, { address, port }) !== null) {
      response.writeHead(403, { connection: 'close' }).end();
      return;
    }
    const probe = served.asked(request);
    if (probe === undefined) response.writeHead(404).end();
    else void served.answer(probe, request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;

  return {
    listen: (port, address) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, address, () => {
          server.off('error', reject);
          const at = server.address();
          resolve(typeof at === 'object' && at !== null ? at.port : port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
