// What the user should know of a configuration that is accepted: keys and servers that come to nothing.
import { isDeepStrictEqual } from 'node:util';
import { type Config, configSchema } from '../../shared/config.ts';
import { withoutEffect } from '../../shared/config-gaps.ts';
import { place, type Source } from './explain.ts';
import { nearestKey } from './known-keys.ts';
import { type KeyPath, valueAt } from './tree.ts';

export function unknownKeyWarning(source: Source, path: KeyPath): string {
  const nearest = nearestKey(path);
  const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
  return `${place(source, path)}: there is no such key, it is ignored${hint}`;
}

export function warningsAbout(config: Config, source: Source): string[] {
  return [
    ...otherVersion(config, source),
    ...effectless(config, source),
    ...unreachable(config, source),
    ...unknownServers(config, source),
  ];
}

function otherVersion({ version }: Config, source: Source): string[] {
  return /^1(?:\.|$)/u.test(String(version))
    ? []
    : [`${place(source, ['version'])}: this program knows version 1 and reads the file as if it were that`];
}

function effectless(config: Config, source: Source): string[] {
  const defaults = configSchema.parse({});
  const isSet = (path: KeyPath) => !isDeepStrictEqual(valueAt(config, path), valueAt(defaults, path));
  return withoutEffect.flatMap(({ keys, why }) =>
    keys
      .map((key) => key.split('.'))
      .filter(isSet)
      .map((path) => `${place(source, path)}: this has no effect: ${why}`),
  );
}

/** A mode of nobody: what was meant to be stricter is not. */
function unknownServers({ servers, policy }: Config, source: Source): string[] {
  const names = ['default', 'demo', ...Object.keys(servers)];
  return Object.keys(policy.modes.servers)
    .filter((name) => !names.includes(name))
    .map((name) => `${place(source, ['policy', 'modes', 'servers', name])}: there is no server of this name`);
}

function unreachable({ servers }: Config, source: Source): string[] {
  return Object.entries(servers)
    .filter(([, { enabled, url, command }]) => enabled && url === null && command === null)
    .map(([name]) => `${place(source, ['servers', name])}: it is not served, having neither url nor command`);
}
