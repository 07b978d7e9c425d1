// Writes edits of policy files to disk and puts them in force, or refuses them; nothing that was on disk is lost.
import { basename } from 'node:path';
import type { PolicySave, PolicySaved, PolicyVersion } from '../../shared/policy-editing.ts';
import { CommandError } from '../../shared/rpc.ts';
import { isOfBundle } from './bundles/bundle-names.ts';
import type { DiskProblems } from './disk-problems.ts';
import { errorNowhere, type Examined, type SchemaCounts } from './examine.ts';
import type { LoadedPolicy } from './load.ts';
import { overlay } from './overlay.ts';
import { dataFileOf, pathOf, versionHash, type FolderFile, type PolicyPlace } from './policy-folder.ts';
import type { PolicyVersions } from './policy-history.ts';
import { changeFiles } from './write-files.ts';

export interface PolicySavesOptions {
  readonly place: PolicyPlace;
  readonly history: PolicyVersions;
  /** What lies on disk now. Rejects with a CommandError where it can't be read. */
  readonly read: () => Promise<readonly FolderFile[]>;
  readonly examine: (files: readonly FolderFile[], schemaCounts: SchemaCounts) => Promise<Examined>;
  /** Puts a policy in force. */
  readonly use: (policy: LoadedPolicy, version: PolicyVersion, files: readonly FolderFile[]) => void;
  readonly problems: Pick<DiskProblems, 'tell'>;
}

/** One at a time: whoever calls sees to that. Both reject with a CommandError where the folder can't be read. */
export interface PolicySaves {
  save(wanted: PolicySave): Promise<PolicySaved>;
  /** Rejects with a CommandError also where the version is gone, or had another bundle. */
  rollback(id: number): Promise<PolicySaved>;
}

export function createPolicySaves(options: PolicySavesOptions): PolicySaves {
  const { place, history, read, examine, use, problems } = options;
  const dataName = basename(dataFileOf(place));

  async function put(
    disk: readonly FolderFile[],
    next: FolderFile[],
    { by, note }: Pick<PolicyVersion, 'by' | 'note'>,
    schemaCounts: SchemaCounts,
  ): Promise<PolicySaved> {
    const { policy, check } = await examine(next, schemaCounts);
    if (policy === null) return { outcome: 'refused', check };
    const now = await read();
    const changed = differing(disk, now);
    if (changed.length > 0) return conflictOf(changed, now);
    if (history.knows(versionHash(disk)) === null && disk.length > 0)
      await history.add({ by: 'outside', note: 'Set aside', wasInForce: false, files: disk });
    const changes = differing(disk, next).map((name) => ({
      path: pathOf(place, name),
      text: next.find((file) => file.name === name)?.text ?? null,
    }));
    await changeFiles(changes);
    const version = await history.add({ by, note, wasInForce: true, files: next });
    use(policy, version, next);
    problems.tell(versionHash(next), check.diagnostics);
    return { outcome: 'saved', version: version.id, check };
  }

  return {
    async save({ files: wanted, note }) {
      const disk = await read();
      const stale = wanted
        .filter(({ name, base }) => (disk.find((file) => file.name === name)?.hash ?? null) !== base)
        .map(({ name }) => name);
      if (stale.length > 0) return conflictOf(stale, disk);
      const edited = new Set<string | null>(wanted.map(({ name }) => name));
      const next = overlay(disk, wanted, dataName);
      return put(disk, next, { by: 'window', note }, (file) => edited.has(file));
    },

    async rollback(id) {
      const version = history.find(id);
      const files = version === null ? null : await history.filesOf(id);
      if (files === null)
        throw new CommandError('no_version', `Version ${id} is not in the history any more.`);
      const disk = await read();
      if (differing(disk, files).some(isOfBundle))
        throw new CommandError(
          'of_bundle',
          `Version ${id} had another bundle. To go back to it, have that one served at ${place.bundle?.url ?? 'its URL'}.`,
        );
      return put(disk, files, { by: 'rollback', note: `Back to version ${id}` }, errorNowhere);
    },
  };
}

/** Names of the files that are not the same in both. */
function differing(one: readonly FolderFile[], other: readonly FolderFile[]): string[] {
  const hashIn = (files: readonly FolderFile[], name: string) =>
    files.find((file) => file.name === name)?.hash;
  const names = new Set([...one, ...other].map(({ name }) => name));
  return [...names].filter((name) => hashIn(one, name) !== hashIn(other, name));
}

function conflictOf(names: readonly string[], disk: readonly FolderFile[]): PolicySaved {
  const files = names.map((name) => {
    const found = disk.find((file) => file.name === name);
    return { name, text: found?.text ?? null, hash: found?.hash ?? null };
  });
  return { outcome: 'conflict', files };
}
