// Where the proxy serves what the client wants: asked anew for each connection, because a restart may move the port.
import packageJson from '../../package.json' with { type: 'json' };
import { findRunningProxy } from '../main/program/running-proxy.ts';
import { userDataFolder } from '../main/program/user-data-folder.ts';
import { defaultPaths, pathsOf } from '../shared/server-paths.ts';
import type { Whereabouts } from './command-line.ts';
import type { Locate } from './link.ts';
import { NotThereError } from './patience.ts';

/** @param server One of the proxy's servers by name; null for the default one. */
export function createLocate(whereabouts: Whereabouts, server: string | null): Locate {
  if (whereabouts.kind === 'url') {
    const url = endpointAt(whereabouts.url, server);
    return () => Promise.resolve({ url, certificate: null });
  }
  const folder = whereabouts.folder ?? userDataFolder(packageJson.productName);
  return async () => {
    const proxy = await findRunningProxy(folder);
    if (!proxy.found) throw new NotThereError(proxy.why);
    return { url: endpointAt(new URL(proxy.url), server), certificate: proxy.certificate };
  };
}

function endpointAt(base: URL, server: string | null): URL {
  return new URL((server === null ? defaultPaths : pathsOf(server)).mcp, base);
}
