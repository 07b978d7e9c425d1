// Keeps a policy in force: takes in what lies on disk once it has passed, and holds on to the last good one until then.
import { basename } from 'node:path';
import type { PolicyOverview } from '../../shared/domain.ts';
import type {
  PolicyCheck,
  PolicyDiagnostic,
  PolicyFolder,
  PolicySave,
  PolicySaved,
  PolicyVersion,
} from '../../shared/policy-editing.ts';
import { CommandError } from '../../shared/rpc.ts';
import type { Closable, Logger } from '../ports.ts';
import type { SwappableEngine } from './engine.ts';
import type { Examined, Examiner, SchemaCounts } from './examine.ts';
import { fixedAmong } from './bundles/beside-bundle.ts';
import { isOfBundle } from './bundles/bundle-names.ts';
import type { ServedBundle } from './bundles/read-served.ts';
import { createFolderWatch } from './folder-watch.ts';
import type { LoadedPolicy } from './load.ts';
import { describeErrors, diagnose } from './policy-failure.ts';
import {
  dataFileOf,
  evaluationHash,
  pathOf,
  readPolicyFolder,
  versionHash,
  type FolderFile,
  type PolicyFiles,
  type PolicyPlace,
} from './policy-folder.ts';
import type { PolicyVersions } from './policy-history.ts';
import { overlay, type Overlay } from './overlay.ts';
import type { ShippedCopy } from './shipped-copy.ts';
import { changeFiles } from './write-files.ts';

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

const anywhere: SchemaCounts = () => false;

/** Resolves with a policy in force, or none, which denies every call; both is told in the overview. */
export async function createPolicyKeeper(options: PolicyKeeperOptions): Promise<PolicyKeeper> {
  const { place, engine, examiner, history, logger } = options;
  const { policyDir: folder } = place;
  const dataName = basename(dataFileOf(place));
  let inForce: InForce | null = null;
  /** Of what is on disk. */
  let diagnostics: readonly PolicyDiagnostic[] = [];
  /** The mark of what was looked at last on disk. */
  let seen: string | null = null;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

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
      const found = await readPolicyFolder(place);
      watch?.over(found.ok ? found.value.folders : [folder]);
      if (!found.ok) {
        tellWrong(null, diagnose(found.failure.errors, 'compile'));
        return;
      }
      const { files } = found.value;
      const mark = versionHash(found.value.files);
      if (mark === seen) return;
      if (mark === inForce?.mark) {
        tellWrong(mark, []);
        return;
      }
      const { policy, check } = await examine(files, anywhere);
      // Whoever changes many files may still be at it: what is half done decides nothing.
      const now = await readPolicyFolder(place);
      if (now.ok && versionHash(now.value.files) !== mark) continue;
      if (policy !== null)
        swap(policy, await history.add({ by, note: '', wasInForce: true, files }), files, mark);
      tellWrong(mark, check.diagnostics);
      return;
    }
  }

  function tellWrong(mark: string | null, found: readonly PolicyDiagnostic[]): void {
    // A folder that is gone is looked for again and again: that is told once.
    if (mark === null && seen === null && JSON.stringify(found) === JSON.stringify(diagnostics)) return;
    seen = mark;
    diagnostics = found;
    const problem = problemNow();
    if (problem !== null)
      logger.error('policy_unusable', { folder, problem, inForce: inForce?.version.id ?? null });
    for (const { severity, message, file, line, column } of found)
      if (severity === 'warning') logger.warn('policy_warning', { file, line, column, message });
    if (inForce === null)
      engine.refuse(`No policy is in force, so every call is denied. ${problem ?? ''}`.trim());
    options.onChange();
  }

  function problemNow(): string | null {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    return errors.length === 0 ? null : describeErrors(errors);
  }

  /** At a start: what is on disk, or else the newest version that still works. */
  async function start(): Promise<void> {
    const followed = (await options.shipped?.follow()) ?? 'unchanged';
    const found = await readPolicyFolder(place);
    const last = history.good()[0];
    if (found.ok && versionHash(found.value.files) === last?.hash) {
      const { policy } = await examiner.again(found.value.files);
      if (policy !== null) {
        seen = versionHash(found.value.files);
        swap(policy, last, found.value.files, seen);
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
    let { policy, check } = await examine(whole, anywhere);
    const { diagnostics: wrong } = check;
    // What is wrong with local files does not keep a bundle from being in force: it is told as theirs, below.
    if (policy === null && wrong.some(({ file }) => file !== null && !isOfBundle(file))) {
      whole = files;
      ({ policy, check } = await examine(whole, anywhere));
    }
    if (policy === null)
      return describeErrors(check.diagnostics.filter(({ severity }) => severity === 'error'));
    shelf.files = files;
    const mark = versionHash(whole);
    if (mark !== inForce?.mark) {
      const version = await history.add({ by: 'bundle', note: revision, wasInForce: true, files: whole });
      swap(policy, version, whole, mark);
    }
    tellWrong(versionHash(found.value.files), wrong);
    watch?.over(found.value.folders);
    // Who edited local files meanwhile has them taken in beside it.
    await takeIn('outside');
    return null;
  }

  /** Writes these files in place of what is on disk, and puts them in force. Nothing that was on disk is lost. */
  async function put(
    disk: readonly FolderFile[],
    next: FolderFile[],
    {
      by,
      note,
      schemaCounts,
    }: { readonly by: Author; readonly note: string; readonly schemaCounts: SchemaCounts },
  ): Promise<PolicySaved> {
    const { policy, check } = await examine(next, schemaCounts);
    if (policy === null) return { outcome: 'refused', check };
    const now = await read();
    const changed = differing(disk, now.files);
    if (changed.length > 0) return conflictOf(changed, now.files);
    if (history.knows(versionHash(disk)) === null && disk.length > 0)
      await history.add({ by: 'outside', note: 'Set aside', wasInForce: false, files: disk });
    const changes = differing(disk, next).map((name) => ({
      path: pathOf(place, name),
      text: next.find((file) => file.name === name)?.text ?? null,
    }));
    await changeFiles(changes);
    const version = await history.add({ by, note, wasInForce: true, files: next });
    const mark = versionHash(next);
    swap(policy, version, next, mark);
    tellWrong(mark, check.diagnostics);
    return { outcome: 'saved', version: version.id, check };
  }

  await start();

  return {
    overview: () => ({
      source: folder,
      files: [...(inForce?.policy.files ?? [])],
      entrypoint: inForce?.policy.question.rule ?? 'data.mcp.policy',
      problem: problemNow(),
      diagnostics: [...diagnostics],
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

    save: ({ files: wanted, note }) =>
      inTurn(async () => {
        const disk = (await read()).files;
        const stale = wanted.filter(
          ({ name, base }) => (disk.find((file) => file.name === name)?.hash ?? null) !== base,
        );
        if (stale.length > 0)
          return conflictOf(
            stale.map(({ name }) => name),
            disk,
          );
        const edited = new Set<string | null>(wanted.map(({ name }) => name));
        const next = overlay(disk, wanted, dataName);
        return put(disk, next, { by: 'window', note, schemaCounts: (file) => edited.has(file) });
      }),

    rollback: (id) =>
      inTurn(async () => {
        const version = history.find(id);
        const files = version === null ? null : await history.filesOf(id);
        if (files === null)
          throw new CommandError('no_version', `Version ${id} is not in the history any more.`);
        const disk = (await read()).files;
        if (differing(disk, files).some(isOfBundle))
          throw new CommandError(
            'of_bundle',
            `Version ${id} had another bundle. To go back to it, have that one served at ${place.bundle?.url ?? 'its URL'}.`,
          );
        return put(disk, files, { by: 'rollback', note: `Back to version ${id}`, schemaCounts: anywhere });
      }),

    takeBundle: (bundle) => inTurn(() => takeBundle(bundle)),

    async close() {
      closed = true;
      watch?.close();
      await turn;
      await engine.close();
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
