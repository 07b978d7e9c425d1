// Policy files as they would be with changes that are not on disk yet.
import type { PolicyChange } from '../../shared/policy-editing.ts';
import { CommandError } from '../../shared/rpc.ts';
import { isOfBundle } from './bundles/bundle-names.ts';
import { fileOf, isJsonName, type FolderFile } from './policy-folder.ts';
import { isTest } from './sources.ts';

export type Overlay = readonly PolicyChange[];

/** Throws a CommandError where a change is of no file of a policy. */
export function overlay(files: readonly FolderFile[], changes: Overlay, dataName: string): FolderFile[] {
  const merged = new Map(files.map((file) => [file.name, file]));
  for (const { name, text } of changes) {
    const kind = kindOf(name, dataName);
    if (text === null) merged.delete(name);
    else merged.set(name, fileOf(name, kind, text));
  }
  return [...merged.values()].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** What would not be read from there again must not be written there. */
function kindOf(name: string, dataName: string): FolderFile['kind'] {
  if (isOfBundle(name))
    throw new CommandError('of_bundle', `${name} comes from the bundle: it is changed where that is built.`);
  if (name === dataName) return 'data';
  if (isJsonName(name)) return 'json';
  const below = name.split('/');
  if (!name.endsWith('.rego') || below.some((part) => part.startsWith('.') || part === 'examples'))
    throw new CommandError('bad_name', `${name} is no name of a policy: it would not be read.`);
  return isTest(name) ? 'test' : 'policy';
}

/** As the folder is read: rules and tests, then JSON policies, then data, then what is of a bundle. */
function rank({ name, kind }: FolderFile): number {
  return isOfBundle(name) ? 3 : { policy: 0, test: 0, json: 1, data: 2, manifest: 3 }[kind];
}
