// What an administrator manages: the uppermost layer, and what it means beyond the keys that it names.
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Layer } from './layers.ts';
import { type Tree, valueAt, withValue } from './tree.ts';

/** Whether there is such a file. One of which that can't be told is read, so that it is the reason for not starting. */
export function isManaged(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/**
 * A mode that is managed holds for all calls: users could get round it by a mode for their client or server. Those that
 * are managed themselves count.
 */
export function withManagedModes(tree: Tree): Tree {
  if (valueAt(tree, ['policy', 'mode']) === undefined) return tree;
  return (['clients', 'servers'] as const).reduce((filled, of) => {
    const path = ['policy', 'modes', of];
    return valueAt(filled, path) === undefined ? withValue(filled, path, {}) : filled;
  }, tree);
}

/** Where the administrator has set a (dotted) key; null where that is up to the user. */
export function managedAt(layers: readonly Layer[], key: string): string | null {
  const path = key.split('.');
  const managed = layers.find(({ kind }) => kind === 'managed');
  return valueAt(managed?.tree, path) === undefined ? null : (managed?.whereIs(path) ?? null);
}

/** Whether the same is managed as before, and the same way. */
export function managesTheSame(before: readonly Layer[], after: readonly Layer[]): boolean {
  const [one, other] = [before, after].map((layers) => layers.find(({ kind }) => kind === 'managed')?.tree);
  return isDeepStrictEqual(one, other);
}
