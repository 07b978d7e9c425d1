// Keeps the last good bundle on disk as it was sent, so that a start without its server finds it.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { changeFiles, ifThere } from '../write-files.ts';

/** What has to be known beside the archive. */
const facts = z.object({
  url: z.string(),
  etag: z.string().nullable(),
  /** SHA-256 of the archive that this is about. */
  digest: z.string(),
  /** Unix milliseconds. */
  at: z.number(),
});
export type StoredFacts = z.infer<typeof facts>;

export interface Stored extends StoredFacts {
  readonly archive: Uint8Array;
}

export interface BundleStore {
  /** Null where there is none. Rejects where it can't be read, or is damaged. */
  read(): Promise<Stored | null>;
  write(stored: Stored): Promise<void>;
  forget(): Promise<void>;
}

/** @param folder made where it is missing */
export function createBundleStore(folder: string): BundleStore {
  const archiveFile = join(folder, 'bundle.tar.gz');
  const factsFile = join(folder, 'bundle.json');
  return {
    async read() {
      const text = await ifThere(readFile(factsFile, 'utf8'), null);
      const archive = await ifThere(readFile(archiveFile), null);
      return text === null || archive === null ? null : { ...facts.parse(JSON.parse(text)), archive };
    },

    // Whoever is interrupted between the two leaves an archive whose ETag is not known: it is asked for once more.
    async write({ archive, ...about }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = `${archiveFile}.new`;
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(archive);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, archiveFile);
      await changeFiles([{ path: factsFile, text: `${JSON.stringify(about)}\n` }]);
    },

    async forget() {
      await Promise.all([archiveFile, factsFile].map((file) => rm(file, { force: true })));
    },
  };
}
