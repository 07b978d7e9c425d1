// Where settings come from: layers of keys and values, of which an upper one hides what lies below it.
import { hasChosenNames } from './known-keys.ts';
import { isTree, type KeyPath, type Tree, valueAt } from './tree.ts';

/** From below: what was set in the window, the configuration file, MCP_* variables, what an administrator manages. */
export type LayerKind = 'window' | 'file' | 'environment' | 'managed';

export interface Layer {
  readonly kind: LayerKind;
  readonly tree: Tree;
  /** Where the key stands, or what is nearest to it: `proxy.yaml:12`, `MCP_SERVER_PORT`. */
  readonly whereIs: (path: KeyPath) => string;
  /** Where relative paths start that stand here. */
  readonly folder: string;
}

/**
 * All of them as one: sections are put together key by key, anything else hides what is below. So does a managed section
 * whose names the user chooses, such as `servers`: whoever manages it says which there are.
 */
export function merged(layers: readonly Layer[]): Tree {
  return layers.reduce<Tree>((below, { kind, tree }) => over(below, tree, kind === 'managed', []), {});
}

/**
 * The uppermost layer that has this key, or else the longest part of its path; null where none has any. Variables have no
 * sections: these stand in files.
 */
export function layerOf(layers: readonly Layer[], path: KeyPath): Layer | null {
  for (let length = path.length; length > 0; length -= 1) {
    const part = path.slice(0, length);
    const found = layers.findLast(({ kind, tree }) => {
      const value = valueAt(tree, part);
      return value !== undefined && !(kind === 'environment' && isTree(value));
    });
    if (found !== undefined) return found;
  }
  return null;
}

function over(below: Tree, above: Tree, managed: boolean, path: KeyPath): Tree {
  const result: Tree = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const hidden = result[key];
    const at = [...path, key];
    const joins = isTree(value) && isTree(hidden) && !(managed && hasChosenNames(at));
    result[key] = joins ? over(hidden, value, managed, at) : value;
  }
  return result;
}
