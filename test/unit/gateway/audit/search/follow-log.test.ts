import Database from 'better-sqlite3';
import { copyFileSync, existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openForUpkeep } from '../../../../../electron/gateway/audit/open-database.ts';
import { indexPathOf } from '../../../../../electron/gateway/audit/search/index-database.ts';
import { deleteBefore } from '../../../../../electron/gateway/audit/retention.ts';
import { temporaryFolder } from '../places.ts';
import { allowed, answered, sampleCall } from '../samples.ts';
import { newLog, openLog, openQuestions } from './setting.ts';

type Opened = ReturnType<typeof openQuestions>;

const ready = (opened: Opened) =>
  vi.waitFor(() => {
    expect(opened.index.database()).not.toBeNull();
    expect(opened.index.state().state).toBe('ready');
  });

async function words({ ask }: Opened, text: string) {
  return (await ask('calls.search', { filter: { text } })).calls.length;
}

async function logOf(count: number) {
  const opened = openLog();
  const ids: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const call = sampleCall({ at: 1000 + n, argumentsText: `{"text":"needle number${n}"}` });
    const id = await opened.log.record(call, allowed, null);
    await opened.log.complete(id, answered);
    ids.push(id);
  }
  await ready(opened);
  await words(opened, 'needle');
  return { ...opened, ids };
}

describe('the index file', () => {
  it('is for its owner alone, and is taken up where it was left', async () => {
    const { path, close, events } = await logOf(10);
    expect(statSync(indexPathOf(path)).mode & 0o777).toBe(0o600);
    expect(events).toContain('audit.index_building');
    close();
    const again = openQuestions(path);
    await ready(again);
    expect(await words(again, 'needle')).toBe(10);
    expect(again.events).not.toContain('audit.index_building');
  });

  it.each([
    ['is no database', (file: string) => writeFileSync(file, 'shopping list '.repeat(1000))],
    ['is empty', (file: string) => writeFileSync(file, '')],
    ['is of another version', (file: string) => void new Database(file).pragma('user_version = 99')],
  ])('is built anew where it %s', async (_, spoil) => {
    const { path, close } = await logOf(10);
    close();
    spoil(indexPathOf(path));
    const again = openQuestions(path);
    await ready(again);
    expect(again.events).toContain('audit.index_building');
    expect(await words(again, 'needle')).toBe(10);
  });

  it('is built anew where the log is another file', async () => {
    const { path, log, close } = await logOf(10);
    close();
    log.close();
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
    const again = openQuestions(path);
    await ready(again);
    expect(again.events).toContain('audit.index_building');
  });

  it('is built anew where the log lost its end, and wrote something else there', async () => {
    const { path, ids, close } = await logOf(10);
    close();
    const log = openForUpkeep(path);
    log.prepare("UPDATE calls SET request_id = 'req_other' WHERE id = ?").run(ids.at(-1));
    log.close();
    const again = openQuestions(path);
    await ready(again);
    expect(again.events).toContain('audit.index_building');
  });

  it('may break while it is used: the question is answered all the same', async () => {
    const opened = await logOf(10);
    opened.index.database()?.exec('DROP TABLE shapes');
    expect(await words(opened, 'needle')).toBe(10);
    await ready(opened);
    expect(await words(opened, 'number7')).toBe(1);
  });
});

describe('following', () => {
  it('counts each call once while the index is being built', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const log = newLog(path);
    const calls = 6_000;
    await Promise.all(Array.from({ length: calls }, () => log.record(sampleCall(), allowed, null)));
    log.close();
    const opened = openQuestions(path);
    const totals = new Set<number>();
    do {
      totals.add((await opened.ask('calls.count', {})).total);
    } while (opened.index.state().state !== 'ready');
    totals.add((await opened.ask('calls.count', {})).total);
    expect([...totals]).toEqual([calls]);
  });

  it('lets go what the log has deleted', async () => {
    const { path, ask, index, database, log } = await logOf(300);
    await log.record(sampleCall({ at: Date.now() + 60_000 }), allowed, null);
    const upkeep = openForUpkeep(path);
    await deleteBefore(upkeep, Date.now() + 30_000, new AbortController().signal, () => undefined);
    upkeep.close();
    expect((await ask('calls.search', { filter: { text: 'needle' } })).calls).toEqual([]);
    await vi.waitFor(async () => expect((await ask('calls.count', {})).total).toBe(1), { timeout: 3000 });
    expect(index.database()?.prepare('SELECT count(*) FROM entries').pluck().get()).toBe(1);
    expect(database.prepare('SELECT count(*) FROM calls').pluck().get()).toBe(1);
  });

  it('knows which calls a dead process left', async () => {
    const opened = openLog();
    const id = await opened.log.record(sampleCall(), allowed, null);
    await ready(opened);
    expect((await opened.ask('calls.search', { filter: { statuses: ['pending'] } })).calls).toHaveLength(1);
    opened.close();
    opened.log.close();
    newLog(opened.path).close();
    const again = openQuestions(opened.path);
    await ready(again);
    expect((await again.ask('calls.search', { filter: { decisions: ['unknown'] } })).calls).toMatchObject([
      { id },
    ]);
    expect(existsSync(indexPathOf(opened.path))).toBe(true);
  });
});

describe('asking', () => {
  it('gives up what a newer question has taken the place of', async () => {
    const { ask } = await logOf(5);
    const first = ask('calls.search', { filter: { text: 'needle' }, lane: 'field' });
    const refused = expect(first).rejects.toMatchObject({ code: 'superseded' });
    const second = ask('calls.search', { filter: { text: 'number3' }, lane: 'field' });
    const elsewhere = ask('calls.search', { filter: { text: 'needle' }, lane: 'other field' });
    await refused;
    expect((await second).calls).toHaveLength(1);
    expect((await elsewhere).calls).toHaveLength(5);
  });

  it('goes on at a cursor while new calls come in, and tells what is new', async () => {
    const { ask, log, ids } = await logOf(6);
    const first = await ask('calls.search', { limit: 3 });
    await log.record(sampleCall(), allowed, null);
    const second = await ask('calls.search', { limit: 3, cursor: first.cursor ?? '' });
    expect([...first.calls, ...second.calls].map(({ id }) => id)).toEqual(ids.toReversed());
    expect((await ask('calls.search', { after: first.through })).calls).toHaveLength(1);
  });

  it('refuses a cursor of another list', async () => {
    const { ask } = await logOf(3);
    const { cursor } = await ask('calls.search', { limit: 1 });
    await expect(ask('calls.search', { sort: 'slowest', cursor: cursor ?? '' })).rejects.toMatchObject({
      code: 'bad_cursor',
    });
    await expect(ask('calls.search', { cursor: 'nonsense' })).rejects.toMatchObject({ code: 'bad_cursor' });
  });

  it('takes anything for a text', async () => {
    const { ask } = await logOf(3);
    const texts = [
      ...[
        '"',
        '""',
        '!',
        '!!',
        '!"',
        '*',
        '^needle',
        'needle*',
        'AND',
        'OR NOT NEAR',
        'a:b',
        '{text}:x',
        '(',
        '-x',
        '\0',
      ],
      ...[
        "'; DROP TABLE calls; --",
        '\u{1F600}',
        '\uD800',
        'é'.repeat(300),
        'x '.repeat(499),
        '/ / /',
        '\u{E000}',
      ],
    ];
    for (const text of texts) {
      const page = await ask('calls.search', { filter: { text } });
      expect(page.calls.length, text).toBeLessThanOrEqual(3);
    }
    expect((await ask('calls.search', { filter: { text: '* needle (' } })).calls).toHaveLength(3);
    expect((await ask('calls.search', { filter: { text: 'NÉEDLE' } })).calls).toHaveLength(3);
    expect((await ask('calls.search', { filter: { text: 'needle:number1' } })).calls).toHaveLength(1);
  });
});
