// Reads a policy folder: which files are in force, and a hash that names exactly this set of them.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonPolicies } from './json-policies/read.ts';
import { failed, type Loaded } from './policy-failure.ts';

export interface PolicySource {
  /** Relative to the policy folder, with slashes. */
  readonly name: string;
  readonly text: string;
}

export interface PolicySources {
  /** In the order of their names. */
  readonly files: readonly PolicySource[];
  /** SHA-256 over names, texts and how they are compiled. */
  readonly hash: string;
}

/** To be raised with every change of compile.ts, entrypoints.ts or input-paths.ts that gives other bundles. */
const bundleFormat = 3;

/** Deeper than anybody sorts policies, and an end for folders that are linked in a circle. */
const maxDepth = 8;

/**
 * Takes all `.rego` files below the folder, so that no rule is left out by where it lies, but tests (`_test.rego`),
 * hidden folders, and `examples`, whose policies are for reading and would contradict each other.
 * @param jsonFolder JSON policies, which come beside them as Rego; with these the folder may be without any
 */
export async function readSources(
  folder: string,
  jsonFolder: string | null = null,
): Promise<Loaded<PolicySources>> {
  const files: PolicySource[] = [];
  try {
    for (const name of await regoFiles(folder, '', 0)) {
      files.push({ name, text: await readFile(join(folder, name), 'utf8') });
    }
  } catch (error) {
    return failed(`The policy folder can't be read: ${String(error)}`, folder);
  }
  if (jsonFolder !== null) {
    const made = await readJsonPolicies(jsonFolder, files);
    if (!made.ok) return made;
    files.push(...made.value);
  }
  if (files.length === 0) return failed('There is no policy (*.rego) in the policy folder', folder);
  const ordered = files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ok: true, value: { files: ordered, hash: hashOf(ordered) } };
}

async function regoFiles(root: string, below: string, depth: number): Promise<string[]> {
  if (depth > maxDepth) throw new Error(`folders are nested more than ${maxDepth} deep at ${below}`);
  const found: string[] = [];
  for (const entry of await readdir(join(root, below))) {
    if (entry.startsWith('.') || entry === 'examples') continue;
    const name = below === '' ? entry : `${below}/${entry}`;
    // stat follows links: a rule that is linked in from elsewhere is as much in force as any other.
    if ((await stat(join(root, name))).isDirectory()) found.push(...(await regoFiles(root, name, depth + 1)));
    else if (entry.endsWith('.rego') && !entry.endsWith('_test.rego')) found.push(name);
  }
  return found;
}

function hashOf(files: readonly PolicySource[]): string {
  return createHash('sha256')
    .update(JSON.stringify([bundleFormat, files.map(({ name, text }) => [name, text])]))
    .digest('hex');
}
