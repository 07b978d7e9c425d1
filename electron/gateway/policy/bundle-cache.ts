// Keeps compiled policies on disk under the hash of their sources, so that OPA runs only after a change.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../ports.ts';
import { readBundle, type PolicyBundle } from './bundle.ts';

/** How many compiled versions stay: enough to go back and forth between some edits. */
const kept = 8;

export interface BundleCache {
  /** The bundle that was compiled from exactly these sources, or null. A damaged one counts as none. */
  find(hash: string): Promise<PolicyBundle | null>;
  /** Never fails: a policy that could not be cached is compiled again the next time. */
  store(hash: string, archive: Uint8Array): Promise<void>;
}

/**
 * @param own folder that is written to; made where it is missing
 * @param shipped folder with the policies that were compiled when the app was built, null where there is none
 */
export function createBundleCache(own: string, shipped: string | null, logger: Logger): BundleCache {
  return {
    async find(hash) {
      for (const folder of shipped === null ? [own] : [shipped, own]) {
        const found = await read(join(folder, `${hash}.tar.gz`));
        if (found !== null) return found;
      }
      return null;
    },

    async store(hash, archive) {
      try {
        await mkdir(own, { recursive: true });
        const partial = join(own, `${hash}.${process.pid}.partial`);
        await writeFile(partial, archive);
        await rename(partial, join(own, `${hash}.tar.gz`));
        await forgetOldest();
      } catch (error) {
        logger.warn('policy_cache_not_written', { folder: own, error: String(error) });
      }
    },
  };

  async function read(file: string): Promise<PolicyBundle | null> {
    try {
      return readBundle(await readFile(file));
    } catch (error) {
      if (!isMissing(error)) logger.warn('policy_cache_damaged', { file, error: String(error) });
      return null;
    }
  }

  async function forgetOldest(): Promise<void> {
    const files = await Promise.all(
      (await readdir(own)).map(async (name) => {
        const file = join(own, name);
        return { file, modified: (await stat(file)).mtimeMs };
      }),
    );
    const old = files.sort((a, b) => b.modified - a.modified).slice(kept);
    await Promise.all(old.map(({ file }) => rm(file, { force: true })));
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
