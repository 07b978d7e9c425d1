// Says where something stands that was configured, and what was found there, without telling secrets.
import { type Layer, layerOf } from './layers.ts';
import { type KeyPath, type Tree, valueAt } from './tree.ts';

/** Keys whose values (or what lies below them) may hold passwords and tokens. */
export const mayHoldSecrets: ReadonlySet<string> = new Set([
  'env',
  'args',
  'url',
  'headers',
  'token_hash',
  'token',
  'key',
]);

const longestQuote = 60;

export interface Source {
  /** The lowest one first. */
  readonly layers: readonly Layer[];
  /** All of them as one. */
  readonly tree: Tree;
  /** The variable that set a key, by the key. */
  readonly setBy: ReadonlyMap<string, string>;
}

/** `proxy.yaml:12: server.listen.port: expected …, found "abc"`, or the variable in place of file and line. */
export function mismatch(source: Source, path: KeyPath, expected: string, found?: string): string {
  const shown = found ?? describe(path, valueAt(source.tree, path));
  return `${place(source, path)}: expected ${expected}, found ${shown}`;
}

/** Where a key stands, and the key. */
export function place({ layers }: Source, path: KeyPath): string {
  const key = path.join('.');
  const layer = layerOf(layers, path);
  if (layer === null) return key;
  const where = layer.whereIs(path);
  return layer.kind === 'environment' ? `${where} (${key})` : `${where}: ${key}`;
}

function describe(path: KeyPath, value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a section';
  if (path.some((key) => mayHoldSecrets.has(key)))
    return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
  const quoted = JSON.stringify(value);
  return quoted.length <= longestQuote ? quoted : `${quoted.slice(0, longestQuote)}…`;
}
