// Gets the proxy listening: on the configured port, or on the first free one, which is then kept.
import type { AddressInfo } from 'node:net';
import type { HttpServer } from '../transport/http-server.ts';

/** How far above the wanted port a free one is looked for on the first run. */
const PORTS_TO_TRY = 50;

export interface PortWish {
  readonly address: string;
  readonly port: number;
  /** True where the configuration names the port: then no other will do. */
  readonly configured: boolean;
  /** The port that an earlier run found. */
  readonly kept: number | undefined;
}

/** Rejects with the system's error: EADDRINUSE where the port is configured or none is free. */
export async function listenOnChosenPort(server: HttpServer, wish: PortWish): Promise<AddressInfo> {
  if (wish.configured) return server.listen(wish.port, wish.address);
  const first = wish.kept ?? wish.port;
  for (let port = first; ; port += 1) {
    try {
      return await server.listen(port, wish.address);
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || port >= first + PORTS_TO_TRY) throw error;
    }
  }
}
