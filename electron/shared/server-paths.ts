// Where each server is served: the paths below the proxy's URL.

/** Path of each endpoint of one server. */
export interface ServerPaths {
  /** Streamable HTTP. */
  readonly mcp: string;
  /** HTTP+SSE: opens the stream. */
  readonly sse: string;
  /** HTTP+SSE: takes what is posted. */
  readonly message: string;
}

/** The bare endpoints, which serve the default server. */
export const defaultPaths: ServerPaths = { mcp: '/mcp', sse: '/sse', message: '/message' };

/** What the configuration takes for the name of a server. No character of it has to be encoded in a URL. */
export const serverName = /^(?!\.{1,2}$)[\w.-]{1,64}$/u;

/** All servers together, under this name. */
export const ALL_SERVERS = 'all';

/** Names that mean something else already. */
export const reservedServerNames: readonly string[] = ['default', ALL_SERVERS];

export function pathsOf(server: string): ServerPaths {
  const base = server === ALL_SERVERS ? '/all' : `/servers/${server}`;
  return { mcp: `${base}/mcp`, sse: `${base}/sse`, message: `${base}/message` };
}
