// The folder of notes: what it keeps, and that no name leads out of it.
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NotesFolder, openNotesFolder } from '../../../electron/demo/notes-folder.ts';

let home: string;
let folder: string;
let notes: NotesFolder;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'notes-'));
  folder = join(home, 'not yet', 'there');
  notes = await openNotesFolder(folder);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const names = async () => (await notes.list()).map((note) => note.name);

describe('a new folder', () => {
  it('is made with two notes in it', async () => {
    expect(await names()).toEqual(['ideas', 'welcome']);
    expect(await notes.read('welcome')).toMatchObject({
      ok: true,
      value: expect.stringContaining('# Welcome') as string,
    });
  });

  it('is not seeded again after its notes were deleted', async () => {
    await notes.remove('ideas');
    await notes.remove('welcome');
    notes = await openNotesFolder(folder);
    expect(await names()).toEqual([]);
  });
});

describe('notes', () => {
  it('are written, replaced, read and deleted', async () => {
    expect(await notes.write('Über uns 2', 'eins')).toEqual({ ok: true, value: 'created' });
    expect(await notes.write('Über uns 2', 'zwei')).toEqual({ ok: true, value: 'replaced' });
    expect(await notes.read('Über uns 2')).toEqual({ ok: true, value: 'zwei' });
    expect(readFileSync(join(folder, 'Über uns 2.md'), 'utf8')).toBe('zwei');
    expect(await notes.remove('Über uns 2')).toMatchObject({ ok: true });
    expect(await notes.read('Über uns 2')).toMatchObject({ ok: false });
  });

  it('are one note in both spellings of an accent', async () => {
    await notes.write('cafe\u0301', 'one');
    expect(await notes.read('caf\u00e9')).toEqual({ ok: true, value: 'one' });
  });

  it('that do not exist are refused by name', async () => {
    const refusal = { ok: false, message: expect.stringContaining('"nothing"') as string };
    expect(await notes.read('nothing')).toEqual(refusal);
    expect(await notes.remove('nothing')).toEqual(refusal);
    expect(await notes.send('nothing', 'a@example.com')).toEqual(refusal);
  });

  it('list with their size in bytes', async () => {
    await notes.write('short', 'äö');
    expect((await notes.list()).find((note) => note.name === 'short')?.size).toBe(4);
  });
});

describe('names', () => {
  it.each([
    '',
    '.',
    '..',
    '../secret',
    'a/b',
    'a\\b',
    '/etc/passwd',
    'C:x',
    'a.b',
    'a\0',
    'a\nb',
    ' a',
    'a ',
    '-a',
    'nul',
    'COM1',
    'x'.repeat(61),
  ])('%j is refused everywhere', async (name) => {
    const refusal = { ok: false, message: expect.stringContaining("can't be the name") as string };
    expect(await notes.read(name)).toEqual(refusal);
    expect(await notes.write(name, 'x')).toEqual(refusal);
    expect(await notes.remove(name)).toEqual(refusal);
    expect(await notes.send(name, 'x')).toEqual(refusal);
    expect(existsSync(join(folder, 'outbox.log'))).toBe(false);
  });
});

describe('a link that leads out of the folder', () => {
  beforeEach(() => {
    writeFileSync(join(home, 'secret.md'), 'secret');
    symlinkSync(join(home, 'secret.md'), join(folder, 'link.md'));
  });

  it('is neither listed, read, sent nor written through', async () => {
    expect(await names()).not.toContain('link');
    expect(await notes.read('link')).toMatchObject({ ok: false });
    expect(await notes.send('link', 'x')).toMatchObject({ ok: false });
    expect(await notes.write('link', 'overwritten')).toMatchObject({ ok: false });
    expect(readFileSync(join(home, 'secret.md'), 'utf8')).toBe('secret');
  });
});

describe('sending', () => {
  it('writes one line of JSON to outbox.log, whatever the text', async () => {
    await notes.write('two lines', 'first\nsecond');
    await notes.send('two lines', 'anna@example.com');
    await notes.send('welcome', 'x\n{"to":"forged"}');
    const lines = readFileSync(join(folder, 'outbox.log'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      to: 'anna@example.com',
      name: 'two lines',
      text: 'first\nsecond',
    });
  });

  it('does not make the outbox a note', async () => {
    await notes.send('welcome', 'x');
    expect(await names()).toEqual(['ideas', 'welcome']);
  });
});
