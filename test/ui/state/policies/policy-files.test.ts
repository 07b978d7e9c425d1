import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Notices } from '../../../../renderer/state/notices.svelte.ts';
import { PolicyFiles } from '../../../../renderer/state/policies/policy-files.svelte.ts';
import { nameFault } from '../../../../renderer/state/policies/policy-entries.ts';
import { fakeApi } from '../../fake-api.ts';
import { hashOf, sampleFiles, sampleFolder } from '../../sample-policies.ts';

async function open(folder = sampleFolder()) {
  const api = fakeApi(folder.answers);
  const notices = new Notices();
  const files = new PolicyFiles(api, notices);
  await files.load();
  const entry = (name: string) => files.entries.find((one) => one.name === name);
  const undo = () => notices.list.at(-1)?.undo?.();
  return { folder, api, files, entry, undo };
}

describe('PolicyFiles', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('lists policies, tests and data, in this order', async () => {
    const { files } = await open(sampleFolder({ ...sampleFiles, 'b.rego': 'package b' }));
    expect(files.entries.map(({ name, kind }) => [kind, name])).toEqual([
      ['policy', 'ask.rego'],
      ['policy', 'b.rego'],
      ['test', 'ask_test.rego'],
      ['data', 'policy_data.json'],
    ]);
    expect(files.current?.name).toBe('ask.rego');
  });

  it('makes a draft of an edit, with what it was made of; none of an edit that was taken back', async () => {
    const { files, entry } = await open();
    files.edit('ask.rego', 'package other');
    expect(entry('ask.rego')?.state).toBe('edited');
    expect(files.changes).toEqual([
      { name: 'ask.rego', text: 'package other', base: hashOf(sampleFiles['ask.rego']) },
    ]);
    files.edit('ask.rego', sampleFiles['ask.rego']);
    expect(files.changes).toEqual([]);
  });

  it('keeps drafts on disk once typing rests, and finds them again', async () => {
    const { files, folder } = await open();
    files.edit('ask.rego', 'package o');
    files.edit('ask.rego', 'package other');
    expect(folder.drafts).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(folder.drafts.map(({ text }) => text)).toEqual(['package other']);
    const again = await open(folder);
    expect(again.entry('ask.rego')).toMatchObject({
      state: 'edited',
      text: 'package other',
      conflict: false,
    });
  });

  it('keeps them at once where the window goes', async () => {
    const { files, folder } = await open();
    files.edit('ask.rego', 'package other');
    files.flush();
    expect(folder.drafts).toHaveLength(1);
  });

  it('forgets no draft where the first reading failed', async () => {
    const folder = sampleFolder();
    folder.drafts = [{ name: 'ask.rego', text: 'package kept', base: hashOf(sampleFiles['ask.rego']) }];
    const answer = folder.answers['policy.files'];
    let broken = true;
    const api = fakeApi({
      ...folder.answers,
      'policy.files': () => {
        if (broken || answer === undefined) throw new Error('not now');
        return answer();
      },
    });
    const files = new PolicyFiles(api, new Notices());
    await files.load();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([files.failed, files.folder, folder.drafts.length]).toEqual([true, null, 1]);
    broken = false;
    await files.load();
    expect(files.current?.text).toBe('package kept');
  });

  it('tells of a conflict where another program changed what is edited, and keeps both texts', async () => {
    const { files, folder, entry } = await open();
    files.edit('ask.rego', 'package mine');
    folder.disk.set('ask.rego', 'package theirs');
    await files.load();
    expect(entry('ask.rego')).toMatchObject({ conflict: true, text: 'package mine' });
    expect(entry('ask.rego')?.disk?.text).toBe('package theirs');
    files.edit('ask.rego', 'package mine too');
    expect(entry('ask.rego')?.conflict).toBe(true);
    files.keepMine('ask.rego');
    expect(files.changes[0]?.base).toBe(hashOf('package theirs'));
    expect(entry('ask.rego')?.conflict).toBe(false);
  });

  it('can take the text of the other program, and take that back', async () => {
    const { files, folder, entry, undo } = await open();
    files.edit('ask.rego', 'package mine');
    folder.disk.set('ask.rego', 'package theirs');
    await files.load();
    files.discard('ask.rego');
    expect(entry('ask.rego')).toMatchObject({ state: 'saved', text: 'package theirs' });
    undo();
    expect(entry('ask.rego')).toMatchObject({ conflict: true, text: 'package mine' });
  });

  it('drops a draft that the disk has come to hold', async () => {
    const { files, folder } = await open();
    files.edit('ask.rego', 'package same');
    folder.disk.set('ask.rego', 'package same');
    await files.load();
    expect(files.unsaved).toEqual([]);
  });

  it('removes, renames and creates as drafts, and takes each back', async () => {
    const { files, entry, undo } = await open();
    files.remove('ask.rego');
    expect(entry('ask.rego')).toMatchObject({ state: 'removed', text: null });
    undo();
    expect(entry('ask.rego')?.state).toBe('saved');

    files.rename('ask.rego', 'permission.rego');
    expect(entry('ask.rego')?.state).toBe('removed');
    expect(files.current).toMatchObject({
      name: 'permission.rego',
      state: 'new',
      text: sampleFiles['ask.rego'],
    });
    undo();
    expect(files.entries.map(({ name, state }) => [name, state])).toEqual([
      ['ask.rego', 'saved'],
      ['ask_test.rego', 'saved'],
      ['policy_data.json', 'saved'],
    ]);

    files.create('new_test.rego');
    expect(files.current).toMatchObject({ name: 'new_test.rego', kind: 'test', state: 'new' });
    files.remove('new_test.rego');
    expect(entry('new_test.rego')).toBeUndefined();
  });

  it('keeps what was typed while it was saved', async () => {
    const { files, folder, entry } = await open();
    files.edit('ask.rego', 'package one');
    const saved = files.changes;
    files.edit('ask.rego', 'package two');
    folder.disk.set('ask.rego', 'package one');
    await files.saved(saved);
    expect(entry('ask.rego')).toMatchObject({ state: 'edited', text: 'package two', conflict: false });
  });
});

describe('nameFault', () => {
  it.each([
    ['mine.rego', null],
    ['team/mine_test.rego', null],
    ['', /needs a name/],
    ['mine.txt', /\.rego/],
    ['../mine.rego', /Letters/],
    ['/etc/mine.rego', /Letters/],
    ['.hidden.rego', /Letters/],
    ['ASK.rego', /ask\.rego already/],
  ])('of %j', (name, fault) => {
    const said = nameFault(name, ['ask.rego']);
    if (fault === null) expect(said).toBeNull();
    else expect(said).toMatch(fault);
  });
});
