// Which part of `data` belongs to whom: paths of a bundle's manifest, packages of Rego files, and keys of policy data.

/** A place in `data`: the names on the way to it. */
export type DataPath = readonly string[];

/** As a manifest writes it: "mcp/policy"; the empty one is all of `data`. */
export function rootPath(root: string): DataPath {
  return root.split('/').filter((part) => part !== '');
}

export function isWithin(path: DataPath, root: DataPath): boolean {
  return root.length <= path.length && root.every((part, at) => path[at] === part);
}

/** Whether one of the two holds the other: from either of them rules could reach into the other. */
export function overlap(one: DataPath, other: DataPath): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

const declaration =
  /^(?:\s|#[^\n]*(?:\n|$))*package\s+([a-z_]\w*(?:\.[a-z_]\w*|\["(?:[^"\\\n]|\\.)*"\])*)\s*(?:[;#\n]|$)/iu;

/** Of Rego, where a package has to be declared before all else; null where that is not found. */
export function packageOf(text: string): DataPath | null {
  const [, reference] = declaration.exec(text) ?? [];
  if (reference === undefined) return null;
  const parts = reference.match(/\w+|"(?:[^"\\]|\\.)*"/gu) ?? [];
  return parts.map((part) => (part.startsWith('"') ? String(JSON.parse(part)) : part));
}

/** The first place where a document holds something outside all of the roots, or null. */
export function outside(document: object, roots: readonly DataPath[], at: DataPath = []): DataPath | null {
  for (const [key, value] of Object.entries(document)) {
    const path = [...at, key];
    if (roots.some((root) => isWithin(path, root))) continue;
    if (!isObject(value)) return path;
    const deeper = outside(value, roots, path);
    if (deeper !== null) return deeper;
  }
  return null;
}

/** The document without what overlaps with one of the roots; undefined where nothing of it is left. */
export function without(value: unknown, roots: readonly DataPath[], at: DataPath = []): unknown {
  if (roots.some((root) => isWithin(at, root))) return undefined;
  if (!roots.some((root) => isWithin(root, at))) return value;
  if (!isObject(value)) return undefined;
  const left = Object.entries(value).flatMap(([key, member]) => {
    const rest = without(member, roots, [...at, key]);
    return rest === undefined ? [] : [[key, rest] as const];
  });
  return Object.fromEntries(left);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
