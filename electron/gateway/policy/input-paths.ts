// Finds out which parts of the input a policy can see, by what stands in its text.
//
// `opa deps` answers this question too, but passes over `else` branches (OPA 1.19): what is read there alone would be
// kept from the policy. A policy has no way to its input but the variable `input`, so every place counts where that
// is written, whether a decision can come to it or not.
import { isObject } from '../wire/json-object.ts';

/** The names that lead from the input to a part of it; the empty path is the whole input. */
export type InputPath = readonly string[];

/** Where an expression reads `input.a[i]`, the path is that of `a`. Each path is given once. */
export function inputPathsIn(syntaxTree: unknown): InputPath[] {
  const found = new Map<string, InputPath>();
  visit(syntaxTree, (path) => found.set(JSON.stringify(path), path));
  return [...found.values()];
}

/**
 * Whether a policy can see anything of a part of the input.
 * @param paths that it can see; null where that is not known
 */
export function mayRead(paths: readonly InputPath[] | null, part: InputPath): boolean {
  return paths === null || paths.some((path) => meet(path, part));
}

/** Whether one leads to a part of what the other leads to. */
function meet(one: InputPath, other: InputPath): boolean {
  return one.every((name, index) => index >= other.length || name === other[index]);
}

/** @param node of a module as `opa parse --format json` prints it */
function visit(node: unknown, found: (path: InputPath) => void): void {
  if (Array.isArray(node)) {
    for (const each of node as unknown[]) visit(each, found);
    return;
  }
  if (!isObject(node)) return;
  const path = pathOf(node);
  if (path !== null) found(path);
  // The head of a reference that was understood is not to be visited: by itself it would mean the whole input.
  if (path !== null && Array.isArray(node.value)) visit(node.value.slice(1), found);
  else for (const part of Object.values(node)) visit(part, found);
  // What `input.a.b` is replaced in depends on all that is around it: on whether `input.a` is an object.
  if (Array.isArray(node.with)) for (const { target } of node.with as Node[]) if (leadsIn(target)) found([]);
}

/** The path where the node reads the input; null where it does not. */
function pathOf(node: Node): InputPath | null {
  if (isInput(node)) return [];
  if (node.type !== 'ref' || !Array.isArray(node.value) || !isInput(node.value[0])) return null;
  const path: string[] = [];
  for (const step of node.value.slice(1) as unknown[]) {
    if (!isObject(step) || step.type !== 'string' || typeof step.value !== 'string') break;
    path.push(step.value);
  }
  return path;
}

function leadsIn(target: unknown): boolean {
  return isObject(target) && pathOf(target) !== null;
}

function isInput(node: unknown): boolean {
  return isObject(node) && node.type === 'var' && node.value === 'input';
}

type Node = Readonly<Record<string, unknown>>;
