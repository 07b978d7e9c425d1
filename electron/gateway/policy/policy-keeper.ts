// Keeps a policy in force: takes in what lies on disk once it has passed, and holds on to the last good one until then.
import { basename } from 'node:path';
import type { PolicyOverview } from '../../shared/domain.ts';
import type {
  PolicyCheck,
  PolicyFolder,
  PolicySave,
  PolicySaved,
  PolicyVersion,
} from '../../shared/policy-editing.ts';
import { CommandError } from '../../shared/rpc.ts';
import type { Closable, Logger } from '../ports.ts';
import type { SwappableEngine } from './engine.ts';
import { errorNowhere, type Examined, type Examiner, type SchemaCounts } from './examine.ts';
import { createDiskProblems } from './disk-problems.ts';
import { fixedAmong } from './bundles/beside-bundle.ts';
import { isOfBundle } from './bundles/bundle-names.ts';
import type { ServedBundle } from './bundles/read-served.ts';
import { createFolderWatch } from './folder-watch.ts';
import type { LoadedPolicy } from './load.ts';
import { describeErrors, diagnose } from './policy-failure.ts';
import {
  dataFileOf,
  evaluationHash,
  readPolicyFolder,
  versionHash,
  type FolderFile,
  type PolicyFiles,
  type PolicyPlace,
} from './policy-folder.ts';
import type { PolicyVersions } from './policy-history.ts';
import { createPolicySaves } from './policy-saves.ts';
import { overlay, type Overlay } from './overlay.ts';
import type { ShippedCopy } from './shipped-copy.ts';

export interface PolicyKeeperOptions {
  readonly place: PolicyPlace;
  /** Whether edits by other programs are taken in while this one runs. */
  readonly watched: boolean;
  readonly engine: SwappableEngine;
  readonly examiner: Examiner;
  readonly history: PolicyVersions;
  /** Null where the folder is the user's own choice. */
  readonly shipped: ShippedCopy | null;
  readonly logger: Logger;
  /** Another policy is in force, or what is on disk has changed, or what is wrong with it. */
  readonly onChange: () => void;
}

export interface PolicyKeeper extends Closable {
  overview(): Omit<PolicyOverview, 'bundle'>;
  /** What lies on disk now. Rejects with a CommandError where it can't be read. */
  files(): Promise<PolicyFolder>;
  /** The files on disk with these changes. */
  draft(changes: Overlay): Promise<FolderFile[]>;
  check(changes: Overlay): Promise<PolicyCheck>;
  save(wanted: PolicySave): Promise<PolicySaved>;
  rollback(id: number): Promise<PolicySaved>;
  /** Puts a bundle in force beside the local files; null where that went well, otherwise what is wrong with it. */
  takeBundle(bundle: Pick<ServedBundle, 'files' | 'manifest'>): Promise<string | null>;
}

interface InForce {
  readonly version: PolicyVersion;
  readonly policy: LoadedPolicy;
  /** Of all that it was made of. */
  readonly mark: string;
}

type Author = PolicyVersion['by'];

/** Resolves with a policy in force, or none, which denies every call; both is told in the overview. */
export async function createPolicyKeeper(options: PolicyKeeperOptions): Promise<PolicyKeeper> {
  const { place, engine, examiner, history, logger } = options;
  const { policyDir: folder } = place;
  const dataName = basename(dataFileOf(place));
  let inForce: InForce | null = null;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  const problems = createDiskProblems({
    folder,
    inForce: () => inForce?.version.id ?? null,
    refuse: (why) => engine.refuse(why),
    logger,
    onChange: options.onChange,
  });
  const saves = createPolicySaves({
    place,
    history,
    read: async () => (await read()).files,
    examine,
    use: (policy, version, files) => swap(policy, version, files, versionHash(files)),
    problems,
  });
  const watch = options.watched
    ? createFolderWatch({ logger, onChange: () => void inTurn(() => takeIn('outside')).catch(reportLate) })
    : null;

  /** One change at a time: each starts from what the one before it has left. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  function reportLate(error: unknown): void {
    logger.error('policy_not_taken_in', { folder, error: String(error) });
  }

  const read = async (): Promise<PolicyFiles> => {
    const found = await readPolicyFolder(place);
    if (found.ok) return found.value;
    throw new CommandError('policy_folder', describeErrors(found.failure.errors));
  };

  /** What ran away once is not tried again; what was in force before needs no new proof. */
  function examine(files: readonly FolderFile[], schemaCounts: SchemaCounts): Promise<Examined> {
    const hash = versionHash(files);
    const held = history.heldBack(files);
    if (held !== null) {
      const message = `These policies are held back: ${held}. Change them to have them tried again`;
      const found = diagnose([{ file: null, line: null, column: null, message }], 'time');
      return Promise.resolve({ policy: null, check: { ok: false, diagnostics: found, tests: null } });
    }
    return history.knows(hash) === 'was_in_force'
      ? examiner.again(files)
      : examiner.wholly(files, schemaCounts);
  }

  function swap(
    policy: LoadedPolicy,
    version: PolicyVersion,
    files: readonly FolderFile[],
    mark: string,
  ): void {
    if (closed) return;
    engine.use(policy, evaluationHash(files));
    inForce = { version, policy, mark };
    logger.info('policy_in_force', { version: version.id, by: version.by, hash: version.hash, folder });
  }

  /** Puts in force what is on disk, if it passes and is not so already. */
  async function takeIn(by: Author): Promise<void> {
    for (;;) {
      if (closed) return;
      if (place.bundle?.files === null) {
        problems.waitFor(place.bundle.url);
        return;
      }
      const found = await readPolicyFolder(place);
      watch?.over(found.ok ? found.value.folders : [folder]);
      if (!found.ok) {
        problems.tell(null, diagnose(found.failure.errors, 'compile'));
        return;
      }
      const { files } = found.value;
      const mark = versionHash(found.value.files);
      if (mark === problems.seen()) return;
      if (mark === inForce?.mark) {
        problems.tell(mark, []);
        return;
      }
      const { policy, check } = await examine(files, errorNowhere);
      // Whoever changes many files may still be at it: what is half done decides nothing.
      const now = await readPolicyFolder(place);
      if (now.ok && versionHash(now.value.files) !== mark) continue;
      if (policy !== null)
        swap(policy, await history.add({ by, note: '', wasInForce: true, files }), files, mark);
      problems.tell(mark, check.diagnostics);
      return;
    }
  }

  /** At a start: what is on disk, or else the newest version that still works. */
  async function start(): Promise<void> {
    const followed = (await options.shipped?.follow()) ?? 'unchanged';
    const found = await readPolicyFolder(place);
    const last = history.good()[0];
    if (found.ok && versionHash(found.value.files) === last?.hash) {
      const { policy } = await examiner.again(found.value.files);
      if (policy !== null) {
        const mark = versionHash(found.value.files);
        swap(policy, last, found.value.files, mark);
        problems.tell(mark, []);
        watch?.over(found.value.folders);
        return;
      }
    }
    await takeIn(followed === 'seeded' ? 'shipped' : followed === 'updated' ? 'update' : 'found');
    // Where no bundle is there, no version stands in for it: it might be one from before.
    if (inForce !== null || place.bundle?.files === null) return;
    for (const version of history.good()) {
      const files = await history.filesOf(version.id);
      const policy = files === null ? null : (await examiner.again(files)).policy;
      if (files === null || policy === null) continue;
      swap(policy, version, files, '');
      logger.warn('policy_last_good', { version: version.id, folder });
      return;
    }
  }

  async function takeBundle({
    files,
    manifest: { revision },
  }: Pick<ServedBundle, 'files' | 'manifest'>): Promise<string | null> {
    const shelf = place.bundle;
    if (shelf === null || closed) return 'no bundle is wanted any more';
    const found = await readPolicyFolder({ ...place, bundle: { ...shelf, files } });
    if (!found.ok) return describeErrors(found.failure.errors);
    let whole = found.value.files;
    let { policy, check } = await examine(whole, errorNowhere);
    const { diagnostics: wrong } = check;
    // What is wrong with local files does not keep a bundle from being in force: it is told as theirs, below.
    if (policy === null && wrong.some(({ file }) => file !== null && !isOfBundle(file))) {
      whole = files;
      ({ policy, check } = await examine(whole, errorNowhere));
    }
    if (policy === null)
      return describeErrors(check.diagnostics.filter(({ severity }) => severity === 'error'));
    shelf.files = files;
    const mark = versionHash(whole);
    if (mark !== inForce?.mark) {
      const version = await history.add({ by: 'bundle', note: revision, wasInForce: true, files: whole });
      swap(policy, version, whole, mark);
    }
    problems.tell(versionHash(found.value.files), wrong);
    watch?.over(found.value.folders);
    // Who edited local files meanwhile has them taken in beside it.
    await takeIn('outside');
    return null;
  }

  await start();

  return {
    overview: () => ({
      source: folder,
      files: [...(inForce?.policy.files ?? [])],
      entrypoint: inForce?.policy.question.rule ?? 'data.mcp.policy',
      problem: problems.problem(),
      diagnostics: problems.diagnostics(),
      version: inForce?.version.id ?? null,
    }),

    async files() {
      const { files } = await read();
      return { folder, dataName, watched: options.watched, files: [...files], fixed: fixedAmong(files) };
    },

    draft: async (changes) => overlay((await read()).files, changes, dataName),

    async check(changes) {
      const edited = changes.map(({ name }) => name);
      return examiner.asDraft(overlay((await read()).files, changes, dataName), edited);
    },

    save: (wanted) => inTurn(() => saves.save(wanted)),
    rollback: (id) => inTurn(() => saves.rollback(id)),
    takeBundle: (bundle) => inTurn(() => takeBundle(bundle)),

    async close() {
      closed = true;
      watch?.close();
      await turn;
      await engine.close();
    },
  };
}
