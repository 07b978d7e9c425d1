// Every setting that there is, with its value, its default, and where the value comes from.
import { z } from 'zod';
import { configSchema } from '../../shared/config.ts';
import { mayHoldSecrets, type Source } from './explain.ts';
import { type LayerKind, layerOf } from './layers.ts';
import { isTree, type KeyPath, valueAt } from './tree.ts';

export interface Setting {
  readonly path: KeyPath;
  /** As it would be written in the file; what may be a secret is null, and `hidden`. */
  readonly value: unknown;
  /** As it would be written; undefined where a name of the user's choice has none. */
  readonly byDefault: unknown;
  readonly from: LayerKind | 'default';
  /** `proxy.yaml:12`, `MCP_SERVER_PORT`; null for a default. */
  readonly where: string | null;
  readonly hidden: boolean;
}

/** In the order of the schema. */
export function settingsOf(source: Source): Setting[] {
  return leaves(configSchema, [], source).map(({ path, byDefault }) => {
    const written = valueAt(source.tree, path);
    const layer = written === undefined ? null : layerOf(source.layers, path);
    const hidden = written !== undefined && path.some((key) => mayHoldSecrets.has(key));
    return {
      path,
      value: hidden ? null : (written ?? byDefault),
      byDefault,
      from: layer?.kind ?? 'default',
      where: layer?.whereIs(path) ?? null,
      hidden,
    };
  });
}

interface Leaf {
  readonly path: KeyPath;
  readonly byDefault: unknown;
}

/** Sections are followed, and so are those whose names the user chose; whatever else has a value is a leaf. */
function leaves(schema: z.core.$ZodType, path: KeyPath, source: Source): Leaf[] {
  const { inner, byDefault } = unwrapped(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape as z.core.$ZodShape).flatMap(([key, below]) =>
      leaves(below, [...path, key], source),
    );
  }
  const named = valueAt(source.tree, path);
  if (inner instanceof z.ZodRecord && isTree(named) && isSection(inner.valueType)) {
    return Object.keys(named).flatMap((name) => leaves(inner.valueType, [...path, name], source));
  }
  return [{ path, byDefault }];
}

function isSection(schema: z.core.$ZodType): boolean {
  return unwrapped(schema).inner instanceof z.ZodObject;
}

/** What a default is made of, and the default as it would be written. */
function unwrapped(schema: z.core.$ZodType): { inner: z.core.$ZodType; byDefault: unknown } {
  let inner = schema;
  let byDefault: unknown;
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable) {
    if (!(inner instanceof z.ZodNullable)) byDefault ??= inner.def.defaultValue;
    inner = inner.unwrap();
  }
  return { inner, byDefault };
}
