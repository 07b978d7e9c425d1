import Database from 'better-sqlite3';
import { join } from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createGroupCommit } from '../../../../electron/gateway/audit/group-commit.ts';
import { temporaryFolder } from './places.ts';

function open() {
  const path = join(temporaryFolder(), 'group.db');
  const database = new Database(path, { timeout: 50 });
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE numbers (n INTEGER NOT NULL) STRICT');
  const other = new Database(path);
  onTestFinished(() => {
    database.close();
    other.close();
  });
  const insert = database.prepare('INSERT INTO numbers VALUES (?)');
  const group = createGroupCommit({
    begin: () => database.exec('BEGIN IMMEDIATE'),
    commit: () => database.exec('COMMIT'),
    rollback: () => database.inTransaction && database.exec('ROLLBACK'),
  });
  return {
    group,
    other,
    add: (n: number | string) => group.add(() => insert.run(n).lastInsertRowid),
    committed: () => other.prepare<[], number>('SELECT n FROM numbers').pluck().all(),
  };
}

it('commits what one turn of the loop has written together, before it says so', async () => {
  const { add, committed, other } = open();
  const version = () => other.pragma('data_version', { simple: true }) as number;
  const before = version();
  const seen = [add(1), add(2), add(3)].map((added) => added.then(committed));
  expect(committed()).toEqual([]);
  expect(await Promise.all(seen)).toEqual([
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
  ]);
  // It grows with each commit of another connection.
  expect(version()).toBe(before + 1);
});

it('resolves to what was returned, each to its own', async () => {
  const { add } = open();
  expect(await Promise.all([add(7), add(8)])).toEqual([1, 2]);
});

it('goes on in later turns', async () => {
  const { add, committed } = open();
  await add(1);
  await turnOfTheLoop();
  await add(2);
  expect(committed()).toEqual([1, 2]);
});

it('rejects the one that can not be written, and commits the others', async () => {
  const { add, committed } = open();
  const results = await Promise.allSettled([add(1), add('no number'), add(3)]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(committed()).toEqual([1, 3]);
});

it('rejects all of them, after one wait, while another program holds the lock', async () => {
  const { add, committed, other } = open();
  other.exec('BEGIN IMMEDIATE');
  const begun = performance.now();
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => add(n)));
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  expect(performance.now() - begun).toBeLessThan(20 * 50);
  other.exec('ROLLBACK');
  await add(99);
  expect(committed()).toEqual([99]);
});

it('commits at once where it is told to, and nothing twice', async () => {
  const { add, committed, group } = open();
  const added = add(1);
  group.flush();
  expect(committed()).toEqual([1]);
  await added;
  await turnOfTheLoop();
  expect(committed()).toEqual([1]);
});
