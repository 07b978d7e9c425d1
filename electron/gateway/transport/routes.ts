// The paths that are served: the endpoints of each server by its name, of the default one without, and of all together.
import { ALL_SERVERS, defaultPaths, pathsOf, type ServerPaths } from '../../shared/server-paths.ts';

export interface Route {
  readonly endpoint: keyof ServerPaths;
  /** As the path names it, whether there is such a server or not; null for the default one, ALL_SERVERS for all. */
  readonly server: string | null;
  /** The endpoints beside this one: a client that came by a name stays with it. */
  readonly paths: ServerPaths;
}

/** Null where the path is none of an endpoint. */
export function routeOf(path: string): Route | null {
  // The Go server had its stream at the root.
  if (path === '/') return { endpoint: 'sse', server: null, paths: defaultPaths };
  const server = path.startsWith('/all/') ? ALL_SERVERS : (/^\/servers\/([^/]+)\//u.exec(path)?.[1] ?? null);
  const paths = server === null ? defaultPaths : pathsOf(server);
  switch (path) {
    case paths.mcp:
      return { endpoint: 'mcp', server, paths };
    case paths.sse:
      return { endpoint: 'sse', server, paths };
    case paths.message:
      return { endpoint: 'message', server, paths };
    default:
      return null;
  }
}
