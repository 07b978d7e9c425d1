// Notes as Markdown files in one folder; nothing outside that folder can be named, read or written.
import { appendFile, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What came of a request; `message` tells a person what is wrong and what would be right. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

interface Note {
  readonly name: string;
  /** UTF-8 bytes. */
  readonly size: number;
  readonly changedAt: Date;
}

/** All methods reject on I/O errors (disk full, no permission); everything expected is in the outcome. */
export interface NotesFolder {
  /** Sorted by name. */
  list(): Promise<Note[]>;
  read(name: string): Promise<Outcome<string>>;
  write(name: string, text: string): Promise<Outcome<'created' | 'replaced'>>;
  remove(name: string): Promise<Outcome<void>>;
  /** Appends the note to `outbox.log` as one line of JSON. Nothing leaves the machine. */
  send(name: string, to: string): Promise<Outcome<void>>;
}

/** The greatest length of a note's name, in UTF-16 units: the file name stays below 255 bytes everywhere. */
export const maxNameLength = 60;

const extension = '.md';
const outbox = 'outbox.log';

// Letters, marks, digits, and between them spaces, hyphens and underscores: no dot and no separator of any system.
const namePattern = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} _-]*[\p{L}\p{M}\p{N}])?$/u;
const windowsDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

const seeds: Readonly<Record<string, string>> = {
  welcome: `# Welcome

This note came with MCP Proxy Desktop. It is an ordinary file: change it, or let your AI client do so.

- Reading notes is allowed by the policy that ships with the app.
- Deleting one is denied.
- Sending one asks you first.

All of it stands in the audit log, whatever the answer was.
`,
  ideas: `# Three things to try

1. Ask your AI client: "Which notes do I have?"
2. Ask it to delete one of them, and see what it is told.
3. Ask it to send this note to somebody, and decide yourself.

Sending is only pretended: it writes a line to outbox.log beside this file.
`,
};

/**
 * Opens the folder, and makes it with two notes in it where it is not there yet.
 * A folder that exists is never seeded again, so that notes stay deleted.
 */
export async function openNotesFolder(folder: string): Promise<NotesFolder> {
  await mkdir(dirname(folder), { recursive: true });
  if (await makeFolder(folder)) {
    for (const [name, text] of Object.entries(seeds)) await writeFile(join(folder, name + extension), text);
  }

  const pathOf = (name: string) => join(folder, name + extension);

  /** Runs `act` with the path of a note that exists. */
  async function withNote<T>(
    given: string,
    act: (path: string, name: string) => Promise<T>,
  ): Promise<Outcome<T>> {
    const name = checkedName(given);
    if (!name.ok) return name;
    const path = pathOf(name.value);
    if ((await kindOf(path)) !== 'note') return noSuchNote(name.value);
    return { ok: true, value: await act(path, name.value) };
  }

  return {
    async list() {
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries
        .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
        .map((entry) => entry.name.slice(0, -extension.length))
        .filter((name) => checkedName(name).ok);
      const notes = await Promise.all(
        names.map(async (name) => {
          const { size, mtime } = await lstat(pathOf(name));
          return { name, size, changedAt: mtime };
        }),
      );
      return notes.sort((a, b) => a.name.localeCompare(b.name));
    },

    read: (name) => withNote(name, (path) => readFile(path, 'utf8')),

    async write(given, text) {
      const name = checkedName(given);
      if (!name.ok) return name;
      const path = pathOf(name.value);
      const kind = await kindOf(path);
      // A link could lead out of the folder.
      if (kind === 'other') return { ok: false, message: `"${name.value}" is not an ordinary file.` };
      await writeFile(path, text);
      return { ok: true, value: kind === 'note' ? 'replaced' : 'created' };
    },

    remove: (name) => withNote(name, (path) => rm(path)),

    send: (given, to) =>
      withNote(given, async (path, name) => {
        const line = { at: new Date().toISOString(), to, name, text: await readFile(path, 'utf8') };
        await appendFile(join(folder, outbox), `${JSON.stringify(line)}\n`);
      }),
  };
}

/** False where it was there already. The one who makes it seeds it, even where two start at once. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** The name in its one spelling (NFC), or what is wrong with it. */
function checkedName(given: string): Outcome<string> {
  const name = given.normalize('NFC');
  if (name.length <= maxNameLength && namePattern.test(name) && !windowsDevice.test(name)) {
    return { ok: true, value: name };
  }
  return {
    ok: false,
    message:
      `${JSON.stringify(given.slice(0, 100))} can't be the name of a note: use up to ${maxNameLength} letters, ` +
      'digits, spaces, hyphens and underscores, without an extension.',
  };
}

async function kindOf(path: string): Promise<'note' | 'nothing' | 'other'> {
  try {
    return (await lstat(path)).isFile() ? 'note' : 'other';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nothing';
    throw error;
  }
}

function noSuchNote(name: string): { ok: false; message: string } {
  return { ok: false, message: `There is no note called "${name}": list_notes tells which there are.` };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
