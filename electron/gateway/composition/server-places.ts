// Where each server is defined, and those that are known and not served.
import type { GatewayStatus } from '../../shared/domain.ts';
import type { Config } from '../../shared/config.ts';
import { layerOf } from '../config/layers.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { type KeyPath, valueAt } from '../config/tree.ts';
import { describeCommand, describeUrl } from '../upstream/target.ts';

/** `/home/me/proxy.yaml:12`, `MCP_UPSTREAM_URL`; null where nothing says that there is such a server. */
export function whereIsServer({ source }: Pick<LoadedConfig, 'source'>, name: string): string | null {
  const section: KeyPath = name === 'default' ? ['upstream'] : ['servers', name];
  const reach = ['url', 'command'].map((key) => [...section, key]);
  const path = reach.find((one) => valueAt(source.tree, one) !== undefined);
  if (path === undefined) return null;
  const layer = layerOf(source.layers, path);
  // In a file the section is where a person looks; a variable sets the one key.
  return layer?.whereIs(layer.kind === 'environment' ? path : section) ?? null;
}

/** As the configuration has them now; `isServed` is of those that it had at the start. */
export function unservedServers(
  loaded: Pick<LoadedConfig, 'source' | 'config'>,
  isServed: (name: string) => boolean,
): GatewayStatus['unserved'] {
  return Object.entries(loaded.config.servers).flatMap(([name, server]) => {
    const target = targetOf(server);
    if (target === '' || (server.enabled && isServed(name))) return [];
    const why = server.enabled ? 'waits' : 'off';
    return [{ name, target, where: whereIsServer(loaded, name), why }];
  });
}

/** Empty where the configuration does not say how it is reached: there is no such server then. */
function targetOf({ url, command, args }: Config['servers'][string]): string {
  if (url !== null) return describeUrl(new URL(url));
  return command === null ? '' : describeCommand(command, args);
}
