// What the user should know of a configuration that is accepted: keys without effect, and servers that wait.
import { isDeepStrictEqual } from 'node:util';
import { type Config, configSchema } from '../../shared/config.ts';
import { notYetEffective } from '../../shared/config-gaps.ts';
import { place, type Source } from './explain.ts';
import { nearestKey } from './known-keys.ts';
import { type KeyPath, valueAt } from './tree.ts';

export function unknownKeyWarning(source: Source, path: KeyPath): string {
  const nearest = nearestKey(path);
  const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
  return `${place(source, path)}: there is no such key, it is ignored${hint}`;
}

export function warningsAbout(config: Config, source: Source): string[] {
  return [...withoutEffect(config, source), ...unserved(config, source)];
}

function withoutEffect(config: Config, source: Source): string[] {
  const defaults = configSchema.parse({});
  return notYetEffective
    .map((key) => key.split('.'))
    .filter((path) => !isDeepStrictEqual(valueAt(config, path), valueAt(defaults, path)))
    .map((path) => `${place(source, path)}: this has no effect in this version`);
}

/** One server stands behind the proxy: `upstream`, else the first enabled one of `servers`. */
function unserved({ upstream, servers }: Config, source: Source): string[] {
  const enabled = Object.entries(servers).filter(([, { enabled }]) => enabled);
  const hasDefault = upstream.url !== null || upstream.command !== null;
  const waiting = (hasDefault ? enabled : enabled.slice(1)).map(([name]) => name);
  if (waiting.length === 0) return [];
  const served = hasDefault ? 'upstream' : `servers.${enabled[0]?.[0] ?? ''}`;
  return [
    `${place(source, ['servers'])}: this version serves one server, ${served}; not served: ${waiting.join(', ')}`,
  ];
}
