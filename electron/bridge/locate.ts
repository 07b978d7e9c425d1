// Where the proxy serves what the client wants: asked anew for each connection, because a restart may move the port.
import packageJson from '../../package.json' with { type: 'json' };
import { findRunningProxy } from '../main/program/running-proxy.ts';
import { userDataFolder } from '../main/program/user-data-folder.ts';
import { defaultPaths, pathsOf } from '../shared/server-paths.ts';
import type { Whereabouts } from './command-line.ts';
import type { ProxyAddress } from './link.ts';
import { NotThereError } from './patience.ts';

/**
 * @param server One of the proxy's servers by name; null for the default one.
 * @param start Called once, where the proxy is not there at first: says whether it is starting now, and what to do where
 *   it is not. One that was there and has gone was ended by somebody.
 */
export function createLocate(
  whereabouts: Whereabouts,
  server: string | null,
  start: StartOnce,
): () => Promise<ProxyAddress> {
  if (whereabouts.kind === 'url') {
    const url = endpointAt(whereabouts.url, server);
    return () => Promise.resolve({ url, certificate: null });
  }
  const folder = whereabouts.folder ?? userDataFolder(packageJson.productName);
  let started: Started | null = null;
  let wasThere = false;
  return async () => {
    const proxy = await findRunningProxy(folder);
    if (proxy.found) {
      wasThere = true;
      return { url: endpointAt(new URL(proxy.url), server), certificate: proxy.certificate };
    }
    if (wasThere) throw new NotThereError(proxy.why);
    started ??= start();
    throw new NotThereError([proxy.why, started.advice].join(' ').trim(), { isStarting: started.isStarting });
  };
}

/** What became of an attempt to start the app; the advice is for people, and may be empty. */
export interface Started {
  readonly isStarting: boolean;
  readonly advice: string;
}

export type StartOnce = () => Started;

function endpointAt(base: URL, server: string | null): URL {
  return new URL((server === null ? defaultPaths : pathsOf(server)).mcp, base);
}
