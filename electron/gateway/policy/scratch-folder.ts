// A folder that exists while OPA works on copies of policy files: what it sees is what was read and hashed.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PolicySource } from './sources.ts';

export interface Scratch {
  /** For whatever else the work needs. */
  readonly folder: string;
  /** Holds the copies under their names. */
  readonly sources: string;
}

/** The folder is gone when the promise settles, with what the work gave. */
export async function withCopies<T>(
  files: readonly PolicySource[],
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-policy-'));
  try {
    const sources = join(folder, 'sources');
    await mkdir(sources);
    for (const { name, text } of files) {
      await mkdir(dirname(join(sources, name)), { recursive: true });
      await writeFile(join(sources, name), text);
    }
    return await work({ folder, sources });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
