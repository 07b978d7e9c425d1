// Which files count where there is a bundle among them: it owns what its roots name, and local files own the rest.
import { bundleFolder, isOfBundle } from './bundle-names.ts';
import { merge } from './bundle-data.ts';
import { manifestAmong, type BundleManifest } from './bundle-files.ts';
import { fileOf, type FolderFile } from '../policy-folder.ts';
import { isObject, overlap, packageOf, rootPath, without, type DataPath } from './roots.ts';

/** A local file that does not count, or of which only a part does. */
export interface SetAside {
  readonly name: string;
  readonly kind: FolderFile['kind'];
  readonly why: string;
  /** Whether it is of the package that the bundle is there to replace, so that nobody has to be warned. */
  readonly isExpected: boolean;
}

export interface Counting {
  /** Without a manifest; at most one of them is data. */
  readonly files: readonly FolderFile[];
  readonly setAside: readonly SetAside[];
}

/** Whom calls are decided by. */
const decisionPackage: DataPath = ['mcp', 'policy'];

/** All files as they are where there is no bundle among them. */
export function countingBeside(files: readonly FolderFile[]): Counting {
  const manifest = manifestAmong(files);
  if (manifest === null) return { files, setAside: [] };
  const roots = manifest.roots.map(rootPath);
  const ofBundle = files.filter(({ name, kind }) => isOfBundle(name) && kind !== 'manifest');
  const local = files.filter(({ name }) => !isOfBundle(name));
  const setAside = local.flatMap((file) => claimed(file, roots, manifest));
  const gone = new Set(setAside.filter(({ kind }) => kind !== 'data').map(({ name }) => name));
  // Tests of what is not there would fail, and which rules a test is about can't be seen from outside.
  const testsCount = gone.size === 0;
  const rules = [...local, ...ofBundle].filter(
    ({ name, kind }) =>
      kind !== 'data' && !gone.has(name) && (testsCount || kind !== 'test' || isOfBundle(name)),
  );
  return { files: [...rules, ...dataOf(local, ofBundle, roots)], setAside };
}

/** Files that can't be edited here, or would have no effect at all if they were, and why. */
export function fixedAmong(files: readonly FolderFile[]): { name: string; why: string }[] {
  const ofBundle = files
    .filter(({ name }) => isOfBundle(name))
    .map(({ name }) => ({ name, why: 'It comes from the bundle, and is changed where that is built.' }));
  const local = countingBeside(files)
    .setAside.filter(({ kind }) => kind !== 'data')
    .map(({ name, why }) => ({ name, why: `${why}.` }));
  return [...ofBundle, ...local];
}

/** The bundle in words, where it owns this place in `data` so that no local file counts there; null otherwise. */
export function ownerAmong(files: readonly FolderFile[], place: DataPath): string | null {
  const manifest = manifestAmong(files);
  if (!manifest?.roots.some((root) => overlap(rootPath(root), place))) return null;
  return inWords(manifest);
}

function inWords({ revision }: BundleManifest): string {
  return `the bundle${revision === '' ? '' : ` (revision ${revision})`}`;
}

function claimed(file: FolderFile, roots: readonly DataPath[], manifest: BundleManifest): SetAside[] {
  const { name, kind, text } = file;
  const owner = `belongs to ${inWords(manifest)}`;
  switch (kind) {
    case 'policy':
    case 'json': {
      const declared = kind === 'json' ? decisionPackage : packageOf(text);
      if (declared !== null && !roots.some((root) => overlap(root, declared))) return [];
      const what = declared === null ? 'what it declares' : `the package ${declared.join('.')}`;
      const isExpected = declared?.join('.') === decisionPackage.join('.');
      return [{ name, kind, why: `It is not in force: ${what} ${owner}`, isExpected }];
    }
    case 'data': {
      const document = parsed(text);
      const left = without(document, roots);
      if (document === null || JSON.stringify(left) === JSON.stringify(document)) return [];
      const keys = roots.some((root) => root.length === 0) ? 'all data' : 'some of these keys';
      return [{ name, kind, why: `Not all of it is in force: ${keys} ${owner}`, isExpected: true }];
    }
    case 'test':
    case 'manifest':
      return [];
  }
}

/** One file for both: what is left of the local data, and that of the bundle. */
function dataOf(
  local: readonly FolderFile[],
  ofBundle: readonly FolderFile[],
  roots: readonly DataPath[],
): FolderFile[] {
  const [own] = local.filter(({ kind }) => kind === 'data');
  const [served] = ofBundle.filter(({ kind }) => kind === 'data');
  if (own === undefined) return served === undefined ? [] : [served];
  const document = parsed(own.text);
  // What is wrong with it is found out where it is loaded.
  if (document === null) return [own];
  const left = without(document, roots);
  if (!isObject(left) || Object.keys(left).length === 0) return served === undefined ? [] : [served];
  const others = served === undefined ? {} : (parsed(served.text) ?? {});
  const whole = merge(left, others, `${bundleFolder}data.json`);
  return [fileOf(own.name, 'data', `${JSON.stringify(whole, null, 2)}\n`)];
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
}
