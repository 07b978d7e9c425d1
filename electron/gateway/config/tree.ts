// The configuration as it is written, before it is known to be right: nested keys and values.

export type KeyPath = readonly string[];

export type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at the path; undefined where nothing does. */
export function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isTree(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

/** The same tree with one value more; sections are made where they are missing. */
export function withValue(tree: Tree, path: KeyPath, value: unknown): Tree {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  if (rest.length === 0) return { ...tree, [key]: value };
  const below = tree[key];
  // Something else than a section stays, for its own error message.
  if (below !== undefined && !isTree(below)) return tree;
  return { ...tree, [key]: withValue(below ?? {}, rest, value) };
}

export function withoutKey(tree: Tree, path: KeyPath): Tree {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const below = tree[key];
  if (rest.length > 0) return isTree(below) ? { ...tree, [key]: withoutKey(below, rest) } : tree;
  return Object.fromEntries(Object.entries(tree).filter(([name]) => name !== key));
}

/** A key without a value ("upstream:") counts as left out. */
export function withoutNulls(tree: Tree): Tree {
  const kept = Object.entries(tree).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([key, value]) => [key, isTree(value) ? withoutNulls(value) : value]));
}
