// Every policy version that was in force, on disk: an index of who, when and why, and each file under its hash.
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  policyFileKind,
  policyVersion,
  type PolicyHistory,
  type PolicyVersion,
} from '../../shared/policy-editing.ts';
import type { Clock, Logger } from '../ports.ts';
import { evaluationHash, hashOf, versionHash, type FolderFile } from './policy-folder.ts';
import { changeFiles, ifThere } from './write-files.ts';

/** So many versions stay; the files of older ones go where no other version has them. */
const kept = 200;

const record = policyVersion.omit({ inForce: true, heldBack: true }).extend({
  source: z.string(),
  files: z.array(policyVersion.shape.files.element.extend({ kind: policyFileKind })),
});
type VersionRecord = z.infer<typeof record>;

const index = z.object({
  next: z.int(),
  /** Oldest first. */
  versions: z.array(record),
  /** Policies that ran away, by what their decisions depend on (`evaluationHash`), and what happened. */
  held: z.record(z.string(), z.string()),
});
type Index = z.infer<typeof index>;

export type NewVersion = Pick<PolicyVersion, 'by' | 'note' | 'wasInForce'> & {
  readonly files: readonly FolderFile[];
};

export interface HistoryOptions {
  /** Made where it is missing. */
  readonly dir: string;
  /** The policy folder: versions of another one are none of this one's. */
  readonly source: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface PolicyVersions {
  /** Resolves also where it can't be written: a policy is not kept from being in force by its history. */
  add(version: NewVersion): Promise<PolicyVersion>;
  /** Keeps a policy from being in force ever again; `hash` is its `evaluationHash`. */
  hold(hash: string, why: string): Promise<void>;
  /** Why it is held back, or null. */
  heldBack(files: readonly FolderFile[]): string | null;
  /** Whether these files were in force before, or set aside. */
  knows(hash: string): 'was_in_force' | 'set_aside' | null;
  /** The versions that were in force and are not held back, newest first. */
  good(): PolicyVersion[];
  page(before: number | undefined, limit: number): PolicyHistory;
  find(id: number): PolicyVersion | null;
  /** Null where a file of it is gone or damaged. */
  filesOf(id: number): Promise<FolderFile[] | null>;
}

/** A damaged index is put aside and begun anew: it must not keep the proxy from starting. */
export async function openPolicyHistory(options: HistoryOptions): Promise<PolicyVersions> {
  const { dir, source, clock, logger } = options;
  const indexFile = join(dir, 'index.json');
  const filesDir = join(dir, 'files');
  const current: Index = await readIndex(indexFile, clock, logger);

  const own = () => current.versions.filter((version) => version.source === source);
  const inForceId = () => own().findLast(({ wasInForce }) => wasInForce)?.id;

  function show({ source: _source, files, ...version }: VersionRecord): PolicyVersion {
    return {
      ...version,
      inForce: version.id === inForceId(),
      heldBack: current.held[evaluationHash(files)] ?? null,
      files: files.map(({ name, hash }) => ({ name, hash })),
    };
  }

  async function write(): Promise<void> {
    await changeFiles([{ path: indexFile, text: `${JSON.stringify(current)}\n` }]);
  }

  async function store(files: readonly FolderFile[]): Promise<void> {
    const known = new Set(await ifThere(readdir(filesDir), []));
    const missing = files.filter(({ hash }) => !known.has(hash));
    await changeFiles(missing.map(({ hash, text }) => ({ path: join(filesDir, hash), text })));
  }

  async function forgetOldest(): Promise<void> {
    const surplus = current.versions.length - kept;
    if (surplus <= 0) return;
    const last = inForceId();
    current.versions = current.versions.filter(({ id }, at) => at >= surplus || id === last);
    const needed = new Set(current.versions.flatMap(({ files }) => files.map(({ hash }) => hash)));
    for (const name of await readdir(filesDir)) if (!needed.has(name)) await rm(join(filesDir, name));
  }

  async function keep(files: readonly FolderFile[]): Promise<void> {
    try {
      await mkdir(filesDir, { recursive: true, mode: 0o700 });
      await store(files);
      await forgetOldest();
      await write();
    } catch (error) {
      logger.error('policy_history_not_written', { folder: dir, error: String(error) });
    }
  }

  return {
    async add({ files, ...version }) {
      const added: VersionRecord = {
        ...version,
        id: current.next,
        at: clock.now(),
        hash: versionHash(files),
        source,
        files: files.map(({ name, kind, hash }) => ({ name, kind, hash })),
      };
      current.next += 1;
      current.versions.push(added);
      await keep(files);
      return show(added);
    },

    async hold(hash, why) {
      current.held[hash] = why;
      await keep([]);
    },

    heldBack: (files) => current.held[evaluationHash(files)] ?? null,

    knows(hash) {
      const same = own().filter((version) => version.hash === hash);
      if (same.length === 0) return null;
      return same.some(({ wasInForce }) => wasInForce) ? 'was_in_force' : 'set_aside';
    },

    good: () =>
      own()
        .filter(({ wasInForce, files }) => wasInForce && !(evaluationHash(files) in current.held))
        .reverse()
        .map(show),

    page(before, limit) {
      const older = own().filter(({ id }) => before === undefined || id < before);
      return { versions: older.slice(-limit).reverse().map(show), more: older.length > limit };
    },

    find(id) {
      const found = own().find((version) => version.id === id);
      return found === undefined ? null : show(found);
    },

    async filesOf(id) {
      const found = own().find((version) => version.id === id);
      if (found === undefined) return null;
      const files: FolderFile[] = [];
      for (const { name, kind, hash } of found.files) {
        const text = await ifThere(readFile(join(filesDir, hash), 'utf8'), null);
        if (text === null || hashOf(text) !== hash) {
          logger.error('policy_version_damaged', { version: id, file: name });
          return null;
        }
        files.push({ name, kind, text, hash });
      }
      return files;
    },
  };
}

async function readIndex(file: string, clock: Clock, logger: Logger): Promise<Index> {
  const none: Index = { next: 1, versions: [], held: {} };
  const text = await ifThere(readFile(file, 'utf8'), null);
  if (text === null) return none;
  try {
    return index.parse(JSON.parse(text));
  } catch (error) {
    const aside = `${file}.damaged-${clock.now()}`;
    logger.error('policy_history_damaged', { file, aside, error: String(error) });
    await rename(file, aside);
    return none;
  }
}
