import Database from 'better-sqlite3';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AuditError } from '../../../../electron/gateway/audit/audit-error.ts';
import { type LastingLogOptions, openLastingLog } from '../../../../electron/gateway/audit/lasting-log.ts';
import { salvage } from '../../../../electron/gateway/audit/salvage.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { canMount, remount, smallDisk, temporaryFolder } from './places.ts';
import { allowed, answered, denied, recordingLogger, sampleCall } from './samples.ts';
import { verified } from './verified.ts';

const refusal = { code: -32001, message: 'Policy violation' };

function openLog(path: string, options: Partial<LastingLogOptions> = {}) {
  const log = openLastingLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger: recordingLogger(),
    clock: { now: () => Date.now(), monotonicMicros: () => performance.now() * 1000 },
    onFailure: 'deny',
    onTrouble: () => undefined,
    readers: { pause: () => Promise.resolve(), resume: () => undefined },
    ...options,
  });
  onTestFinished(() => void log.close());
  return log;
}

function read(path: string) {
  const database = new Database(path, { readonly: true });
  try {
    return {
      integrity: database.pragma('integrity_check', { simple: true }),
      calls: database.prepare('SELECT id, status, arguments FROM audit_log ORDER BY id').all() as {
        id: number;
        status: string;
        arguments: string;
      }[],
      events: (
        database.prepare('SELECT kind, details FROM events ORDER BY seq').all() as {
          kind: string;
          details: string;
        }[]
      ).map(({ kind, details }) => ({ kind, details: JSON.parse(details) as Record<string, unknown> })),
    };
  } finally {
    database.close();
  }
}

const numbered = (n: number) => sampleCall({ argumentsText: JSON.stringify({ n, text: 'x'.repeat(400) }) });
const numbers = (path: string) =>
  read(path).calls.map((call) => (JSON.parse(call.arguments) as { n: number }).n);

/** A closed log of so many calls, all of it in the database's own file. */
async function logOf(path: string, count: number) {
  const log = openLog(path);
  for (let n = 1; n <= count; n += 1)
    await log.complete(await log.record(numbered(n), allowed, null), answered);
  await log.close();
}

function damage(path: string, at: number, length: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(length, 0xa5), 0, length, at);
  closeSync(file);
}

describe('a damaged log', () => {
  it('with a garbage header is put aside as it was, and calls go on in a new one', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'audit.db');
    await logOf(path, 20);
    damage(path, 0, 100);
    const damaged = readFileSync(path);
    const log = openLog(path);
    await expect(log.record(numbered(21), allowed, null)).rejects.toThrow(/not a SQLite database/);
    expect(log.trouble?.code).toBe('audit_write');
    await vi.waitFor(() => expect(log.trouble?.code).toBe('audit_salvaged'), 5000);
    await log.record(numbered(22), allowed, null);
    expect(numbers(path)).toEqual([22]);
    const aside = readdirSync(folder).find((name) => name.startsWith('audit.db.damaged-')) ?? '';
    expect(readFileSync(join(folder, aside)).equals(damaged)).toBe(true);
    expect(log.trouble?.remedy).toContain(join(folder, aside));
    expect(read(path).events.map(({ kind }) => kind)).toContain('log.salvaged');
  });

  it('with damaged pages in its middle loses what was on these and nothing else', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'audit.db');
    await logOf(path, 400);
    // All pages but the first ones, where the tables are described, and the last ones, where the writer comes by.
    const pages = statSync(path).size / 2048;
    for (const page of [0.3, 0.5, 0.51]) damage(path, Math.floor(pages * page) * 2048, 2048);
    const { aside, calls } = await salvage(path);
    expect(aside.startsWith(`${path}.damaged-`)).toBe(true);
    expect(calls).toBeGreaterThan(380);
    expect(calls).toBeLessThan(400);
    const log = openLog(path);
    await log.record(numbered(401), allowed, null);
    await log.close();
    const { integrity, calls: kept, events } = read(path);
    expect(integrity).toBe('ok');
    expect(kept).toHaveLength(calls + 1);
    expect(kept.at(-1)).toMatchObject({ status: 'pending' });
    // The chain begins anew, over what was saved.
    expect(events.find(({ kind }) => kind === 'chain.begun')).toMatchObject({ details: { calls } });
    const database = new Database(path, { readonly: true });
    expect(verified(database).broken).toBeNull();
    database.close();
  });

  it('keeps its events, but those by which the old chain was followed', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const first = openLog(path);
    await first.record(numbered(1), allowed, null);
    await first.note({
      kind: 'mode.set',
      by: 'person',
      subject: '',
      details: { mode: 'audit', before: 'enforce' },
    });
    await first.note({
      kind: 'key.created',
      by: 'app',
      subject: 'k',
      details: { publicKey: '', protection: 'file' },
    });
    await first.close();
    await salvage(path);
    await openLog(path).close();
    const { calls, events } = read(path);
    expect(calls).toHaveLength(1);
    expect(events.map(({ kind }) => kind)).toEqual(['log.opened', 'mode.set', 'chain.begun', 'log.opened']);
    const database = new Database(path, { readonly: true });
    expect(verified(database)).toMatchObject({ checked: 2, broken: null });
    database.close();
  });

  it('of an earlier version is salvaged, too', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    await logOf(path, 20);
    const old = new Database(path);
    old.exec('ALTER TABLE outcomes DROP COLUMN summary; PRAGMA user_version = 4');
    old.close();
    expect(await salvage(path)).toMatchObject({ calls: 20 });
    expect(read(path).calls.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'ok'));
  });

  it.each([
    ['in its middle', 0.5, 38],
    ['in its header', 0, 36],
  ])(
    'whose write-ahead file is damaged %s is kept aside, and loses what was there alone',
    async (_, where, least) => {
      const folder = temporaryFolder();
      const path = join(folder, 'audit.db');
      const living = openLog(join(folder, 'living.db'));
      for (let n = 1; n <= 40; n += 1) await living.record(numbered(n), allowed, null);
      // What a process leaves that was killed.
      for (const end of ['', '-wal']) copyFileSync(join(folder, `living.db${end}`), path + end);
      damage(`${path}-wal`, Math.floor(statSync(`${path}-wal`).size * where) + 8, 16);
      const damaged = readFileSync(`${path}-wal`);

      const log = openLog(path);
      await expect(log.record(numbered(41), allowed, null)).rejects.toThrow(/write-ahead file is damaged/);
      await vi.waitFor(() => expect(log.trouble?.code).toBe('audit_salvaged'), 5000);
      await log.record(numbered(42), allowed, null);
      expect(numbers(path).length).toBeGreaterThan(least);
      expect(numbers(path).at(-2)).toBe(40);
      const { integrity, events } = read(path);
      expect(integrity).toBe('ok');
      expect(events.map(({ kind }) => kind)).toContain('log.salvaged');
      const aside = readdirSync(folder).find((name) => /^audit\.db\.damaged-.*-wal$/u.test(name)) ?? '';
      expect(readFileSync(join(folder, aside)).equals(damaged)).toBe(true);
      expect(readdirSync(folder).filter((name) => name.includes('mended'))).toEqual([]);
    },
  );

  it('that a reader came upon while calls are written goes on in a new file, too', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'audit.db');
    await logOf(path, 400);
    const log = openLog(path);
    damage(path, Math.floor(statSync(path).size / 4096) * 2048, 2048);
    log.damaged('damaged, says the reader');
    await vi.waitFor(() => expect(log.trouble?.code).toBe('audit_salvaged'), 5000);
    await log.record(numbered(401), allowed, null);
    const { integrity, calls, events } = read(path);
    expect(integrity).toBe('ok');
    expect(calls.length).toBeGreaterThan(380);
    expect(events.find(({ kind }) => kind === 'log.salvaged')?.details).toMatchObject({
      problem: 'damaged, says the reader',
      calls: calls.length - 1,
    });
  });

  it('is left alone where it may be the file of another program', () => {
    const path = join(temporaryFolder(), 'notes.txt');
    writeFileSync(path, 'dear diary, '.repeat(1000));
    expect(() => openLog(path)).toThrow(/choose another audit\.db_path/);
    expect(readFileSync(path, 'utf8')).toContain('dear diary');
  });
});

describe('a log that was taken away', () => {
  it.each(['its folder', 'its file', 'its write-ahead file'])(
    '%s: is put back with all that was in it',
    async (what) => {
      const folder = join(temporaryFolder(), 'data');
      const path = join(folder, 'audit.db');
      const log = openLog(path);
      for (let n = 1; n <= 50; n += 1) await log.record(numbered(n), allowed, null);
      if (what === 'its folder') rmSync(folder, { recursive: true });
      else rmSync(what === 'its file' ? path : `${path}-wal`);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await expect(log.record(numbered(51), allowed, null)).rejects.toThrow(AuditError);
      await vi.waitFor(() => expect(log.trouble).toBeNull(), 5000);
      await log.record(numbered(52), allowed, null);
      expect(numbers(path)).toEqual([...Array.from({ length: 50 }, (_, n) => n + 1), 52]);
      expect(read(path).integrity).toBe('ok');
      expect(read(path).events.at(-1)).toMatchObject({
        kind: 'log.gap',
        details: { unrecorded: 0, denied: 1 },
      });
    },
  );

  it('does not overwrite what was put in its place', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'audit.db');
    const other = join(folder, 'other.db');
    await logOf(other, 3);
    const log = openLog(path);
    await log.record(numbered(7), allowed, null);
    rmSync(`${path}-wal`);
    rmSync(`${path}-shm`);
    renameSync(other, path);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await expect(log.record(numbered(8), allowed, null)).rejects.toThrow(/moved or deleted/);
    await vi.waitFor(() => expect(log.trouble).toBeNull(), 5000);
    await log.record(numbered(9), allowed, null);
    expect(numbers(path)).toEqual([1, 2, 3, 9]);
    const rescued = readdirSync(folder).find((name) => name.startsWith('audit.db.rescued-')) ?? '';
    expect(numbers(join(folder, rescued))).toEqual([7]);
  });
});

describe('a log that is locked', () => {
  it('denies without waiting for each call, and goes on by itself', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const log = openLog(path);
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(log.record(numbered(1), allowed, null)).rejects.toThrow(/holds the database locked/);
    const begun = performance.now();
    await expect(log.record(numbered(2), allowed, null)).rejects.toThrow(/holds the database locked/);
    expect(performance.now() - begun).toBeLessThan(500);
    other.exec('ROLLBACK');
    other.close();
    await vi.waitFor(() => expect(log.trouble).toBeNull(), 5000);
    expect(read(path).events.at(-1)).toMatchObject({ kind: 'log.gap', details: { denied: 2 } });
  });

  it('lets calls pass where the user wants that, counts them, and keeps outcomes until they can be written', async () => {
    const path = join(temporaryFolder(), 'audit.db');
    const log = openLog(path, { onFailure: 'allow' });
    const id = await log.record(numbered(1), allowed, null);
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await log.complete(id, answered);
    const unrecorded = await log.record(numbered(2), allowed, null);
    expect(log.trouble?.remedy).toContain('CALLS GO ON UNRECORDED (audit.on_failure: allow), 1 so far');
    await log.complete(unrecorded, answered);
    await expect(log.record(numbered(3), denied, refusal)).rejects.toThrow();
    other.exec('ROLLBACK');
    other.close();
    await vi.waitFor(() => expect(log.trouble).toBeNull(), 5000);
    const { calls, events } = read(path);
    expect(calls).toMatchObject([{ id, status: 'ok' }]);
    expect(events.at(-1)).toMatchObject({ kind: 'log.gap', details: { unrecorded: 1, denied: 1 } });
  });
});

describe.skipIf(!canMount)('a disk that fails', () => {
  it('that is full at the start: calls are denied until there is space, and then go on', async () => {
    const disk = smallDisk(1);
    const filler = join(disk, 'filler');
    const log = (() => {
      try {
        writeFileSync(filler, Buffer.alloc(2 * 1024 * 1024));
      } catch {
        // The disk is full now, as it shall be.
      }
      return openLog(join(disk, 'audit.db'));
    })();
    await expect(log.record(numbered(1), allowed, null)).rejects.toThrow(/the disk is full/);
    rmSync(filler);
    await vi.waitFor(() => expect(log.trouble).toBeNull(), 5000);
    await log.record(numbered(2), allowed, null);
    expect(numbers(join(disk, 'audit.db'))).toEqual([2]);
  });

  it('that becomes read-only while the log is used: the same', async () => {
    const disk = smallDisk(2);
    const folder = join(disk, 'data');
    mkdirSync(folder);
    const path = join(folder, 'audit.db');
    const first = openLog(path);
    await first.record(numbered(1), allowed, null);
    await first.close();
    remount(disk, 'ro');
    const log = openLog(path);
    await expect(log.record(numbered(2), allowed, null)).rejects.toThrow(/writable/);
    remount(disk, 'rw');
    await vi.waitFor(() => expect(log.trouble).toBeNull(), 5000);
    await log.record(numbered(3), allowed, null);
    expect(numbers(path)).toEqual([1, 3]);
  });
});
