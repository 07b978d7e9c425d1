// Leaves out of the input what the policy can't see anyway, so that long arguments cost nothing that nobody asks about.
import type { InputPath } from './input-paths.ts';

const whole = 'whole';
type Wanted = typeof whole | Map<string, Wanted>;

export type Projection = (input: object) => object;

/** @param paths that the policy can see; null where nobody knows, which leaves the input as it is */
export function createProjection(paths: readonly InputPath[] | null): Projection {
  const wanted = paths === null ? whole : treeOf(paths);
  return wanted === whole ? (input) => input : (input) => pick(input, wanted) ?? {};
}

function treeOf(paths: readonly InputPath[]): Wanted {
  if (paths.some((path) => path.length === 0)) return whole;
  const byName = Map.groupBy(paths, ([name = '']) => name);
  return new Map([...byName].map(([name, below]) => [name, treeOf(below.map((path) => path.slice(1)))]));
}

/** Below anything but an object there is nothing that a name leads to: it is left out, as undefined as before. */
function pick(value: unknown, wanted: Map<string, Wanted>): object | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const picked: [string, unknown][] = [];
  for (const [name, below] of wanted) {
    if (!Object.hasOwn(value, name)) continue;
    const part = (value as Readonly<Record<string, unknown>>)[name];
    const kept = below === whole ? part : pick(part, below);
    if (kept !== undefined) picked.push([name, kept]);
  }
  // Unlike an assignment this makes a member of `__proto__` too.
  return Object.fromEntries(picked);
}
