// Reads a policy folder: which files are in force, and a hash that names exactly this set of them.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonPolicy, writtenInRego } from './json-policies/read.ts';
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
const bundleFormat = 4;

/** Deeper than anybody sorts policies, and an end for folders that are linked in a circle. */
const maxDepth = 8;

/**
 * Takes all `.rego` files below the folder, so that no rule is left out by where it lies, but tests (`_test.rego`),
 * hidden folders, and `examples`, whose policies are for reading and would contradict each other.
 */
export async function readSources(folder: string): Promise<Loaded<PolicySources>> {
  try {
    const { files } = await readRegoFiles(folder);
    return sourcesAmong(files, folder, { jsonExpected: false });
  } catch (error) {
    return failed(`The policy folder can't be read: ${String(error)}`, folder);
  }
}

/**
 * Leaves out tests.
 * @param files JSON policies among them, which become Rego; with these the folder may be without any
 * @param jsonExpected whether it is a mistake if there are none of these
 */
export function sourcesAmong(
  files: readonly PolicySource[],
  folder: string,
  { jsonExpected }: { readonly jsonExpected: boolean },
): Loaded<PolicySources> {
  const policies = files.filter(({ name }) => !isTest(name));
  if (jsonExpected && !policies.some(isJsonPolicy))
    return failed('There is no policy (*.json) in the folder of JSON policies', folder);
  if (policies.length === 0) return failed('There is no policy (*.rego) in the policy folder', folder);
  const written = writtenInRego(policies);
  if (!written.ok) return written;
  const sources = written.value.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { ok: true, value: { files: sources, hash: hashOf(sources) } };
}

export function isTest(name: string): boolean {
  return name.endsWith('_test.rego');
}

export interface RegoFiles {
  /** Tests among them, in the order of their names. */
  readonly files: readonly PolicySource[];
  /** All folders that were looked into, as absolute paths. */
  readonly folders: readonly string[];
}

/** Rejects where the folder or something in it can't be read. */
export async function readRegoFiles(folder: string): Promise<RegoFiles> {
  const folders: string[] = [];
  const names = await regoFiles(folder, '', 0, folders);
  names.sort((a, b) => (a < b ? -1 : 1));
  const files = names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') }));
  return { files: await Promise.all(files), folders };
}

async function regoFiles(root: string, below: string, depth: number, seen: string[]): Promise<string[]> {
  if (depth > maxDepth) throw new Error(`folders are nested more than ${maxDepth} deep at ${below}`);
  seen.push(join(root, below));
  const found: string[] = [];
  for (const entry of await readdir(join(root, below))) {
    if (entry.startsWith('.') || entry === 'examples') continue;
    const name = below === '' ? entry : `${below}/${entry}`;
    // stat follows links: a rule that is linked in from elsewhere is as much in force as any other.
    if ((await stat(join(root, name))).isDirectory())
      found.push(...(await regoFiles(root, name, depth + 1, seen)));
    else if (entry.endsWith('.rego')) found.push(name);
  }
  return found;
}

function hashOf(files: readonly PolicySource[]): string {
  return createHash('sha256')
    .update(JSON.stringify([bundleFormat, files.map(({ name, text }) => [name, text])]))
    .digest('hex');
}
