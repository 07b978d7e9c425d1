// The user's own copy of the shipped policies: made at the first start, and followed up where nobody has edited it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PolicyUpdate } from '../../shared/policy-editing.ts';
import type { Logger } from '../ports.ts';
import { hashOf } from './policy-folder.ts';
import { changeFiles, ifThere, type FileChange } from './write-files.ts';

/** What is known of each shipped file. */
const memory = z.record(
  z.string(),
  z.object({
    /** The hash of the shipped text that lies, or lay, in the copy; null where the user had a file of that name first. */
    seeded: z.string().nullable(),
    /** The hash of the shipped text that the user has decided against. */
    kept: z.string().nullable(),
  }),
);
type Memory = z.infer<typeof memory>;

export interface ShippedCopyOptions {
  readonly shipped: string;
  readonly copy: string;
  /** Where it is remembered which shipped text each file came from. */
  readonly memoryFile: string;
  readonly logger: Logger;
}

export interface ShippedCopy {
  /** Writes what is new, and says what that was: the whole, some of it, or nothing. Rejects with the system's error. */
  follow(): Promise<'seeded' | 'updated' | 'unchanged'>;
  /** Shipped texts that differ from edited ones, and were not decided against. */
  updates(): Promise<PolicyUpdate[]>;
  /** Decides against a shipped text. */
  keep(name: string, shippedHash: string): Promise<void>;
}

export function createShippedCopy({ shipped, copy, memoryFile, logger }: ShippedCopyOptions): ShippedCopy {
  async function remembered(): Promise<Memory> {
    const text = await ifThere(readFile(memoryFile, 'utf8'), null);
    if (text === null) return {};
    try {
      return memory.parse(JSON.parse(text));
    } catch (error) {
      // Nothing is lost: what equals the shipped text is followed again, all else counts as edited.
      logger.warn('policy_memory_damaged', { file: memoryFile, error: String(error) });
      return {};
    }
  }

  async function shippedFiles(): Promise<{ readonly name: string; readonly text: string }[]> {
    const entries = await readdir(shipped, { recursive: true, withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(shipped.length + 1)
          .replaceAll('\\', '/'),
      );
    return Promise.all(
      names.sort().map(async (name) => ({ name, text: await readFile(join(shipped, name), 'utf8') })),
    );
  }

  const read = (name: string) => ifThere(readFile(join(copy, name), 'utf8'), null);
  const remember = (now: Memory): FileChange => ({
    path: memoryFile,
    text: `${JSON.stringify(now, null, 2)}\n`,
  });

  return {
    async follow() {
      const known = await remembered();
      const followed: Memory = { ...known };
      const changes: FileChange[] = [];
      const ships = await shippedFiles();
      for (const { name, text } of ships) {
        const own = await read(name);
        const before = known[name];
        const seeded = before?.seeded ?? null;
        const hash = hashOf(text);
        const untouched = own === null ? before === undefined : hashOf(own) === seeded;
        if (untouched && own !== text) changes.push({ path: join(copy, name), text });
        const follows = untouched || own === text;
        followed[name] = { seeded: follows ? hash : seeded, kept: before?.kept ?? null };
      }
      const gone = new Set<string>();
      for (const [name, { seeded }] of Object.entries(known)) {
        if (ships.some((each) => each.name === name)) continue;
        const own = await read(name);
        if (own !== null && hashOf(own) === seeded) changes.push({ path: join(copy, name), text: null });
        gone.add(name);
      }
      const next = Object.fromEntries(Object.entries(followed).filter(([name]) => !gone.has(name)));
      // The memory comes last: a file that was written and is not remembered equals the shipped one, and is adopted.
      await changeFiles(changes);
      if (JSON.stringify(next) !== JSON.stringify(known)) await changeFiles([remember(next)]);
      if (changes.length === 0) return 'unchanged';
      logger.info('policy_copy_followed', { folder: copy, files: changes.length });
      return Object.keys(known).length === 0 ? 'seeded' : 'updated';
    },

    async updates() {
      const known = await remembered();
      const offered: PolicyUpdate[] = [];
      for (const { name, text } of await shippedFiles()) {
        if (name.includes('/') || !(name.endsWith('.rego') || name.endsWith('_data.json'))) continue;
        const own = await read(name);
        const shippedHash = hashOf(text);
        const { seeded = null, kept = null } = known[name] ?? {};
        if (own === text || shippedHash === seeded || shippedHash === kept) continue;
        offered.push({ name, own, ownHash: own === null ? null : hashOf(own), shipped: text, shippedHash });
      }
      return offered;
    },

    async keep(name, shippedHash) {
      const known = await remembered();
      const { seeded = null } = known[name] ?? {};
      await changeFiles([remember({ ...known, [name]: { seeded, kept: shippedHash } })]);
    },
  };
}
