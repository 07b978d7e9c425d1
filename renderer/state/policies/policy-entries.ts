// The files of the policy folder together with what was edited and not saved yet.
import type {
  PolicyDrafts,
  PolicyFolder,
  PolicyFolderFile,
} from '../../../electron/shared/policy-editing.ts';

export type Draft = PolicyDrafts[number];

export interface PolicyEntry {
  readonly name: string;
  readonly kind: PolicyFolderFile['kind'];
  /** As it lies on disk; null where it is new. */
  readonly disk: PolicyFolderFile | null;
  /** As it shall be; null where it was taken away. */
  readonly text: string | null;
  readonly state: 'saved' | 'edited' | 'new' | 'removed';
  /** Another program has changed or removed the file since the edit began. */
  readonly conflict: boolean;
}

/** Rego or JSON; data is not the only JSON that a folder may hold. */
export const languageOf = (name: string): 'rego' | 'json' => (name.endsWith('.rego') ? 'rego' : 'json');

const kindOrder: Readonly<Record<PolicyEntry['kind'], number>> = {
  policy: 0,
  test: 1,
  json: 2,
  data: 3,
  manifest: 4,
};

/** Policies first, then tests, JSON policies, and data, each in the order of their names. */
export function entriesOf(folder: PolicyFolder, drafts: readonly Draft[]): PolicyEntry[] {
  // What a bundle says of itself is shown beside the files.
  const shown = folder.files.filter(({ kind }) => kind !== 'manifest');
  const onDisk = new Map(shown.map((file) => [file.name, file]));
  const drafted = new Map(drafts.map((draft) => [draft.name, draft]));
  const names = new Set([...onDisk.keys(), ...drafted.keys()]);
  return [...names]
    .map((name) => entryOf(folder, name, onDisk.get(name) ?? null, drafted.get(name)))
    .sort((a, b) => kindOrder[a.kind] - kindOrder[b.kind] || (a.name < b.name ? -1 : 1));
}

function entryOf(
  folder: PolicyFolder,
  name: string,
  disk: PolicyFolderFile | null,
  draft: Draft | undefined,
): PolicyEntry {
  const kind = disk?.kind ?? kindOf(folder, name);
  if (draft === undefined)
    return { name, kind, disk, text: disk?.text ?? null, state: 'saved', conflict: false };
  const conflict = draft.base !== (disk?.hash ?? null);
  const state = draft.text === null ? 'removed' : disk === null ? 'new' : 'edited';
  return { name, kind, disk, text: draft.text, state, conflict };
}

function kindOf(folder: PolicyFolder, name: string): PolicyEntry['kind'] {
  if (name === folder.dataName) return 'data';
  if (name.endsWith('.json')) return 'json';
  return name.endsWith('_test.rego') ? 'test' : 'policy';
}

/** Without drafts that change nothing: the disk has come to hold the same. */
export function withoutSettled(folder: PolicyFolder, drafts: readonly Draft[]): Draft[] {
  const texts = new Map(folder.files.map(({ name, text }) => [name, text]));
  return drafts.filter(({ name, text }) => (texts.get(name) ?? null) !== text);
}

const allowedName = /^(?:[\w-][\w.-]*(?:\/[\w-][\w.-]*)*\.rego|json\/[\w-][\w.-]*\.json)$/;

/** Why a file can't be called that; null where it can. */
export function nameFault(name: string, taken: readonly string[]): string | null {
  if (name.trim() === '') return 'It needs a name.';
  if (!/\.(?:rego|json)$/.test(name))
    return 'Policies end with .rego, their tests with _test.rego, JSON policies with .json.';
  if (name.endsWith('.json') && !/^json\/[^/]+$/.test(name))
    return 'JSON policies lie in the folder json: json/my-rules.json.';
  if (!allowedName.test(name) || name.length > 200)
    return 'Letters, digits, - and _ only; folders end with /.';
  const same = taken.find((other) => other.toLowerCase() === name.toLowerCase());
  return same === undefined ? null : `There is a file ${same} already.`;
}
