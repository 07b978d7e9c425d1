import Database from 'better-sqlite3';
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { firstDamaged, writeWholeFrames } from '../../../../electron/gateway/audit/write-ahead-file.ts';
import { temporaryFolder } from './places.ts';

const frameBytes = 24 + 4096;

/** A database with rows 1 to 20, the last ones in its write-ahead file; and a copy of both, as a killed process leaves it. */
function killed() {
  const path = join(temporaryFolder(), 'some.db');
  const database = new Database(path);
  onTestFinished(() => void database.close());
  database.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x)');
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  // Frames of an earlier time stay behind those of the present one.
  for (let x = 1; x <= 15; x += 1) insert.run(x);
  database.pragma('wal_checkpoint(RESTART)');
  for (let x = 16; x <= 20; x += 1) insert.run(x);
  const copy = `${path}.copy`;
  for (const end of ['', '-wal']) copyFileSync(path + end, copy + end);
  return copy;
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}

const rowsOf = (path: string) => {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare<[], number>('SELECT x FROM t ORDER BY x').pluck().all();
  } finally {
    database.close();
  }
};
const all = Array.from({ length: 20 }, (_, index) => index + 1);

describe('a write-ahead file', () => {
  it('is not damaged as a killed process leaves it, nor where its last write was cut, nor where there is none', () => {
    const path = killed();
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(32 + 10 * frameBytes);
    expect(firstDamaged(path)).toBeNull();
    flip(`${path}-wal`, 32 + 4 * frameBytes + 100);
    expect(firstDamaged(path)).toBeNull();
    truncateSync(`${path}-wal`, 32 + 3 * frameBytes + 10);
    expect(firstDamaged(path)).toBeNull();
    expect(firstDamaged(`${path}.none`)).toBeNull();
  });

  it.each([
    ['the page', 24 + 1000],
    ['its number', 2],
    ['the salt', 9],
    ['the checksum', 17],
  ])('is damaged where %s of a frame is not what was written', (_, at) => {
    for (const frame of [0, 1, 2, 3]) {
      const path = killed();
      flip(`${path}-wal`, 32 + frame * frameBytes + at);
      expect(firstDamaged(path)).toBe(frame);
    }
  });

  it.each([0, 9, 17, 25])('is damaged where byte %i of its header is not', (at) => {
    const path = killed();
    flip(`${path}-wal`, at);
    expect(firstDamaged(path)).toBe(0);
  });

  it('can be made of what is whole in a damaged one, and has what stands behind the damage', () => {
    const path = killed();
    flip(`${path}-wal`, 32 + frameBytes + 500);
    expect(rowsOf(path)).toEqual(all.slice(0, 16));
    const whole = `${path}.whole`;
    copyFileSync(path, whole);
    writeWholeFrames(path, `${whole}-wal`);
    expect(rowsOf(whole)).toEqual(all);
  });
});
