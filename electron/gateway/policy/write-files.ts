// Changes files so that a reader finds the old text or the new one, and never half of one.
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface FileChange {
  /** Absolute. */
  readonly path: string;
  /** Null: the file is to go. */
  readonly text: string | null;
}

/**
 * Writes all texts beside where they belong before the first takes its place, so that a full disk changes nothing.
 * Rejects with the system's error. A file that is linked in is changed where it lies, and keeps its permissions.
 */
export async function changeFiles(changes: readonly FileChange[]): Promise<void> {
  const drafts: { readonly draft: string; readonly target: string }[] = [];
  try {
    for (const { path, text } of changes) {
      if (text === null) continue;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const target = await targetOf(path);
      // Hidden, so that nobody takes it for a policy.
      const draft = join(dirname(target), `.${basename(target)}.new`);
      drafts.push({ draft, target });
      await writeDraft(draft, text, await modeOf(target));
    }
    for (const { draft, target } of drafts) await rename(draft, target);
  } catch (error) {
    await Promise.all(drafts.map(({ draft }) => rm(draft, { force: true })));
    throw error;
  }
  for (const { path, text } of changes) if (text === null) await rm(path, { force: true });
}

async function writeDraft(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'w', mode);
  try {
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function targetOf(path: string): Promise<string> {
  return ifThere(realpath(path), path);
}

async function modeOf(path: string): Promise<number> {
  const status = await ifThere(stat(path), null);
  return status === null ? 0o600 : status.mode & 0o777;
}

/** What is asked of a file, or something else where there is no such file. */
export async function ifThere<T, U>(asked: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise;
    throw error;
  }
}
