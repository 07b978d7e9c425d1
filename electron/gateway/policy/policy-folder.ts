// Reads all that belongs to a policy from disk: rules, their tests and their data, and gives the whole a name.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PolicyFolderFile } from '../../shared/policy-editing.ts';
import { failed, type Loaded } from './policy-failure.ts';
import { isTest, readRegoFiles } from './sources.ts';

export type FolderFile = PolicyFolderFile;

/** Where a policy lies; all paths are absolute. */
export interface PolicyPlace {
  readonly policyDir: string;
  /** JSON policies that are in force beside these; null where there are none. */
  readonly jsonPolicyDir: string | null;
  /** The data that the configuration names; null: policy_data.json beside the policies, where there is one. */
  readonly dataFile: string | null;
}

export interface PolicyFiles {
  /** Rules and tests in the order of their names, then the data. JSON policies are not among them. */
  readonly files: readonly FolderFile[];
  /** Of names and texts of the JSON policies; empty where there are none. */
  readonly jsonHash: string;
  /** Every folder that something of it lies in, as absolute paths. */
  readonly folders: readonly string[];
}

/** Where the data lies, or would. */
export function dataFileOf({ policyDir, dataFile }: PolicyPlace): string {
  return dataFile ?? join(policyDir, 'policy_data.json');
}

export async function readPolicyFolder(place: PolicyPlace): Promise<Loaded<PolicyFiles>> {
  const { policyDir, jsonPolicyDir } = place;
  let files: FolderFile[];
  const folders: string[] = [];
  let jsonHash = '';
  try {
    const rego = await readRegoFiles(policyDir);
    files = rego.files.map(({ name, text }) => fileOf(name, isTest(name) ? 'test' : 'policy', text));
    folders.push(...rego.folders);
    if (jsonPolicyDir !== null) {
      jsonHash = await hashOfJson(jsonPolicyDir);
      folders.push(jsonPolicyDir);
    }
  } catch (error) {
    return failed(`The policy folder can't be read: ${String(error)}`, policyDir);
  }
  const dataFile = dataFileOf(place);
  const name = basename(dataFile);
  try {
    files.push(fileOf(name, 'data', await readFile(dataFile, 'utf8')));
  } catch (error) {
    // A file that the configuration names must be there.
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (place.dataFile !== null || !missing)
      return failed(error instanceof Error ? error.message : String(error), name);
  }
  return { ok: true, value: { files, jsonHash, folders: [...new Set([...folders, dirname(dataFile)])] } };
}

async function hashOfJson(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return hashOf(JSON.stringify([names, texts]));
}

export function fileOf(name: string, kind: FolderFile['kind'], text: string): FolderFile {
  return { name, kind, text, hash: hashOf(text) };
}

/** SHA-256 over names and texts, in whichever order they stand. */
export function versionHash(files: readonly Pick<FolderFile, 'name' | 'hash'>[]): string {
  const named = files.map(({ name, hash }) => [name, hash] as const);
  return hashOf(JSON.stringify(named.sort(([a], [b]) => (a < b ? -1 : 1))));
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
