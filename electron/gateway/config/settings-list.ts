// Every setting that there is, with its value, its default, and where the value comes from.
import { configSchema } from '../../shared/config.ts';
import { withoutEffect } from '../../shared/config-gaps.ts';
import { isLive } from './changed-settings.ts';
import { mayHoldSecrets, type Source } from './explain.ts';
import { type LayerKind, layerOf } from './layers.ts';
import { schemaLeaves, type SettingFacts } from './schema-leaves.ts';
import { isTree, type KeyPath, valueAt } from './tree.ts';

export interface Setting extends SettingFacts {
  readonly path: KeyPath;
  /** As it would be written in the file; what may be a secret is null, and `hidden`. */
  readonly value: unknown;
  readonly from: LayerKind | 'default';
  /** `proxy.yaml:12`, `MCP_SERVER_PORT`; null for a default. */
  readonly where: string | null;
  readonly hidden: boolean;
  /** The window's own layer says something of it, whether that counts or not. */
  readonly setInWindow: boolean;
  /** Whether an edit takes effect at once, and not at the next start. */
  readonly live: boolean;
  /** Why it has no effect, in words that go on after a colon; null where it has one. */
  readonly inert: string | null;
}

/** In the order of the schema. */
export function settingsOf(source: Source): Setting[] {
  const namesAt = (path: KeyPath) => {
    const named = valueAt(source.tree, path);
    return isTree(named) ? Object.keys(named) : null;
  };
  const inWindow = source.layers.find(({ kind }) => kind === 'window')?.tree;
  return schemaLeaves(configSchema, namesAt).map((leaf) => {
    const { path, byDefault } = leaf;
    const written = valueAt(source.tree, path);
    const layer = written === undefined ? null : layerOf(source.layers, path);
    const hidden = written !== undefined && path.some((key) => mayHoldSecrets.has(key));
    return {
      ...leaf,
      value: hidden ? null : (written ?? byDefault),
      from: layer?.kind ?? 'default',
      where: layer?.whereIs(path) ?? null,
      hidden,
      setInWindow: valueAt(inWindow, path) !== undefined,
      live: isLive(path.join('.')),
      inert: withoutEffect.find(({ keys }) => keys.includes(path.join('.')))?.why ?? null,
    };
  });
}
