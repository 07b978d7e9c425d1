// Reads all that belongs to a policy from disk: rules, their tests and their data, and gives the whole a name.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PolicyFolderFile } from '../../shared/policy-editing.ts';
import { isOfBundle } from './bundles/bundle-names.ts';
import { failed, type Loaded } from './policy-failure.ts';
import { isTest, readRegoFiles } from './sources.ts';
import { ifThere } from './write-files.ts';

export type FolderFile = PolicyFolderFile;

/** Where a policy lies; all paths are absolute. */
export interface PolicyPlace {
  readonly policyDir: string;
  /** The JSON policies that the configuration names; null: those in `json`, beside the policies, where there are any. */
  readonly jsonPolicyDir: string | null;
  /** The data that the configuration names; null: policy_data.json beside the policies, where there is one. */
  readonly dataFile: string | null;
  /** Null where no bundle server is configured. */
  readonly bundle: BundleShelf | null;
}

/** What a bundle server gave: files that stand beside those of the folder. */
export interface BundleShelf {
  /** Where they come from, for people. */
  readonly url: string;
  /** Those of the last good bundle; null where there was none yet, and then nothing else decides in its place. */
  files: readonly FolderFile[] | null;
}

export interface PolicyFiles {
  /** Rules and tests in the order of their names, then JSON policies, then the data, then what is of a bundle. */
  readonly files: readonly FolderFile[];
  /** Every folder that something of it lies in, as absolute paths. */
  readonly folders: readonly string[];
}

/** Wherever they lie, JSON policies go by this folder and their names in it. */
const jsonFolder = 'json';

export function isJsonName(name: string): boolean {
  const [folder, file = '', ...rest] = name.split('/');
  return folder === jsonFolder && rest.length === 0 && file.endsWith('.json') && !file.startsWith('.');
}

/** Where the data lies, or would. */
export function dataFileOf({ policyDir, dataFile }: PolicyPlace): string {
  return dataFile ?? join(policyDir, 'policy_data.json');
}

/** Where a file lies, or would, as an absolute path. */
export function pathOf(place: PolicyPlace, name: string): string {
  const dataFile = dataFileOf(place);
  if (name === basename(dataFile)) return dataFile;
  return isJsonName(name) ? join(jsonFolderOf(place), basename(name)) : join(place.policyDir, name);
}

function jsonFolderOf({ policyDir, jsonPolicyDir }: PolicyPlace): string {
  return jsonPolicyDir ?? join(policyDir, jsonFolder);
}

export async function readPolicyFolder(place: PolicyPlace): Promise<Loaded<PolicyFiles>> {
  const { policyDir } = place;
  let files: FolderFile[];
  const folders: string[] = [];
  try {
    const rego = await readRegoFiles(policyDir);
    files = rego.files.map(({ name, text }) => fileOf(name, isTest(name) ? 'test' : 'policy', text));
    folders.push(...rego.folders);
    files.push(...(await readJsonFiles(place)));
    if (place.jsonPolicyDir !== null) folders.push(place.jsonPolicyDir);
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
  if (place.bundle !== null) {
    if (place.bundle.files === null) return failed(noBundleYet(place.bundle.url));
    files = [...files.filter((file) => !isOfBundle(file.name)), ...place.bundle.files];
  }
  return { ok: true, value: { files, folders: [...new Set([...folders, dirname(dataFile)])] } };
}

/** Said for as long as nothing on disk counts, because the first bundle has still to come. */
export function noBundleYet(url: string): string {
  return `No bundle could be taken from ${url} yet`;
}

async function readJsonFiles(place: PolicyPlace): Promise<FolderFile[]> {
  const folder = jsonFolderOf(place);
  // A folder that the configuration names must be there.
  const found = await (place.jsonPolicyDir === null ? ifThere(readdir(folder), []) : readdir(folder));
  const names = found
    .map((name) => `${jsonFolder}/${name}`)
    .filter(isJsonName)
    .sort();
  return Promise.all(
    names.map(async (name) => fileOf(name, 'json', await readFile(pathOf(place, name), 'utf8'))),
  );
}

export function fileOf(name: string, kind: FolderFile['kind'], text: string): FolderFile {
  return { name, kind, text, hash: hashOf(text) };
}

/** SHA-256 over names and texts, in whichever order they stand. */
export function versionHash(files: readonly Pick<FolderFile, 'name' | 'hash'>[]): string {
  const named = files.map(({ name, hash }) => [name, hash] as const);
  return hashOf(JSON.stringify(named.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Of what decisions depend on: of all but tests, whose edits make no other policy. */
export function evaluationHash(files: readonly Pick<FolderFile, 'name' | 'hash' | 'kind'>[]): string {
  return versionHash(files.filter(({ kind }) => kind !== 'test'));
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
