// What a bundle holds, as policy files that stand beside those of the policy folder: under names of their own.
import { z } from 'zod';
import { fileOf, type FolderFile } from '../policy-folder.ts';
import { isTest } from '../sources.ts';
import { readBundleData } from './bundle-data.ts';
import { bundleFolder } from './bundle-names.ts';
import { isWithin, outside, overlap, packageOf, rootPath, type DataPath } from './roots.ts';

const manifestName = `${bundleFolder}.manifest`;
const dataName = `${bundleFolder}data.json`;

/** https://www.openpolicyagent.org/docs/management-bundles, section on the manifest. */
const manifest = z.looseObject({
  revision: z.string().default(''),
  roots: z.array(z.string()).min(1).default(['']),
  wasm: z.array(z.unknown()).default([]),
});

/** What is kept of it beside its files, so that the files alone say what belongs to whom. */
const kept = z.object({ revision: z.string(), roots: z.array(z.string()) });
export type BundleManifest = z.infer<typeof kept>;

export type BundleFiles =
  | { readonly ok: true; readonly files: readonly FolderFile[]; readonly manifest: BundleManifest }
  | { readonly ok: false; readonly problem: string };

/** @param unpacked by their names, relative with slashes */
export function readBundleFiles(unpacked: ReadonlyMap<string, Buffer>): BundleFiles {
  try {
    return gather(unpacked);
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

function gather(unpacked: ReadonlyMap<string, Buffer>): BundleFiles {
  const { revision, roots: written, wasm } = readManifest(unpacked.get('.manifest'));
  const names = [...unpacked.keys()];
  if (unpacked.has('patch.json'))
    return refused('it is a delta, which says only what has changed; this proxy takes whole bundles');
  if (wasm.length > 0 || names.some((name) => name.endsWith('.wasm')))
    return refused(
      'it holds compiled policies, whose sources are not whole; build it for Rego (`opa build --target rego`, the default)',
    );
  const roots = written.map(rootPath);
  const ambiguous = roots.find((root, at) => roots.slice(0, at).some((other) => overlap(root, other)));
  if (ambiguous !== undefined)
    return refused(`its roots overlap at "${ambiguous.join('/')}": each may be named once`);
  const files: FolderFile[] = [];
  for (const name of names.filter((each) => each.endsWith('.rego')).sort()) {
    const text = decode(name, unpacked.get(name));
    const owner = packageOf(text);
    if (owner === null) return refused(`${name} does not begin with a package`);
    // The tests of a package stand beside it, and are no part of what it answers.
    if (!isTest(name) && !isOwned(owner, roots))
      return refused(`${name} declares the package ${owner.join('.')}, which is not within its roots`);
    files.push(fileOf(bundleFolder + name, isTest(name) ? 'test' : 'policy', text));
  }
  const data = readBundleData(unpacked);
  if (data !== null) {
    const stray = outside(data, roots);
    if (stray !== null) return refused(`its data has ${stray.join('.')}, which is not within its roots`);
    files.push(fileOf(dataName, 'data', `${JSON.stringify(data, null, 2)}\n`));
  }
  if (files.length === 0) return refused('it holds neither policies nor data');
  const what: BundleManifest = { revision, roots: roots.map((root) => root.join('/')) };
  files.push(fileOf(manifestName, 'manifest', `${JSON.stringify(what, null, 2)}\n`));
  return { ok: true, files, manifest: what };
}

/** Of files among which there may be those of a bundle; null where there are none. */
export function manifestAmong(files: readonly FolderFile[]): BundleManifest | null {
  const file = files.find(({ name }) => name === manifestName);
  return file === undefined ? null : kept.parse(JSON.parse(file.text));
}

function isOwned(path: DataPath, roots: readonly DataPath[]): boolean {
  return roots.some((root) => isWithin(path, root));
}

function readManifest(file: Buffer | undefined): z.output<typeof manifest> {
  if (file === undefined) return manifest.parse({});
  const parsed = manifest.safeParse(parseJson('.manifest', file));
  if (!parsed.success) throw new Error('its .manifest is none that OPA would write');
  return parsed.data;
}

function parseJson(name: string, file: Buffer): unknown {
  try {
    return JSON.parse(decode(name, file));
  } catch (error) {
    throw new Error(`${name} is no JSON`, { cause: error });
  }
}

function decode(name: string, file: Buffer | undefined): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch (error) {
    throw new Error(`${name} is no text in UTF-8`, { cause: error });
  }
}

function refused(problem: string): BundleFiles {
  return { ok: false, problem };
}
