import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isClockBelievable } from '../../../../electron/gateway/audit/believable-clock.ts';
import { openCallLog } from '../../../../electron/gateway/audit/call-log.ts';
import { newestEvent } from '../../../../electron/gateway/audit/event-rows.ts';
import { openForUpkeep } from '../../../../electron/gateway/audit/open-database.ts';
import { deleteBefore, deleteBeyond, startRetention } from '../../../../electron/gateway/audit/retention.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { temporaryFolder } from './places.ts';
import { allowed, answered, recordingLogger, sampleCall } from './samples.ts';

const never = new AbortController().signal;
const sign = () => undefined;

/** The log's own events are of now, the calls of an hour later. */
const start = Date.now() + 3_600_000;

/** Each call is two records, and before the first one are two events. */
async function logWith(times: readonly number[]) {
  const path = join(temporaryFolder(), 'audit.db');
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger: recordingLogger(),
  });
  for (const time of times) {
    await log.complete(await log.record(sampleCall({ at: start + time }), allowed, null), answered);
  }
  const database = openForUpkeep(path);
  onTestFinished(() => {
    database.close();
    log.close();
  });
  const left = (table: string, id: string) =>
    database.prepare<[], number>(`SELECT ${id} FROM ${table} ORDER BY ${id}`).pluck().all();
  return {
    log,
    database,
    calls: () => left('calls', 'id'),
    outcomes: () => left('outcomes', 'seq'),
    events: () => left('events', 'seq'),
  };
}

describe('deleteBefore', () => {
  it('deletes all that is older, up to one record', async () => {
    const { database, calls, outcomes, events } = await logWith([10, 20, 30, 40]);
    expect(await deleteBefore(database, start + 30, never, sign)).toBe(6);
    expect(calls()).toEqual([7, 9]);
    expect(outcomes()).toEqual([8, 10]);
    expect(events()).toEqual([11]);
  });

  it('says before, in the chain, up to where and what the rest stands on', async () => {
    const { database } = await logWith([10, 20, 30, 40]);
    const hash = database.prepare<[], Buffer>('SELECT hash FROM outcomes WHERE seq = 6').pluck().get();
    const { log } = newestEvent(database, 'chain.begun')?.details ?? {};
    await deleteBefore(database, start + 30, never, sign);
    expect(newestEvent(database, 'log.trimmed')).toMatchObject({
      seq: 11,
      details: { log, through: 6, hash: hash?.toString('hex'), records: 6, before: start + 30 },
    });
  });

  it('keeps the outcome that came after the cut of a call before it, until it is old itself', async () => {
    const { log, database, calls, outcomes } = await logWith([]);
    const slow = await log.record(sampleCall({ at: start }), allowed, null);
    await log.record(sampleCall({ at: start + 50 }), allowed, null);
    await log.complete(slow, answered);
    expect(await deleteBefore(database, start + 50, never, sign)).toBe(3);
    expect(calls()).toEqual([4]);
    expect(outcomes()).toEqual([5]);
    await deleteBefore(database, start + 1000, never, sign);
    expect(outcomes()).toEqual([]);
  });

  it('deletes nothing where nothing is old', async () => {
    expect(await deleteBefore((await logWith([10, 20])).database, start - 7_200_000, never, sign)).toBe(0);
  });

  it('never gives a number again, also where nothing is left', async () => {
    const { log, database, calls, events } = await logWith([10, 20, 30]);
    expect(await deleteBefore(database, start + 1000, never, sign)).toBe(8);
    expect(calls()).toEqual([]);
    expect(events()).toEqual([9]);
    expect(await log.record(sampleCall(), allowed, null)).toBe(10);
  });

  it('stops at the first young record, where the clock was once set back', async () => {
    const { database, calls } = await logWith([10, 50, 20, 60]);
    await deleteBefore(database, start + 30, never, sign);
    expect(calls()).toEqual([5, 7, 9]);
  });

  it('works through many pieces', async () => {
    const { database, calls } = await logWith(Array.from({ length: 1500 }, (_, n) => n));
    expect(await deleteBefore(database, start + 1400, never, sign)).toBe(2802);
    expect(calls()).toHaveLength(100);
  });

  it('ends between two pieces when it is told to, and goes on the next time', async () => {
    const { database, calls, events } = await logWith(Array.from({ length: 500 }, (_, n) => n));
    const stop = new AbortController();
    const deleting = deleteBefore(database, start + 1000, stop.signal, sign);
    stop.abort();
    await expect(deleting).rejects.toThrow('abort');
    expect(calls().length).toBeGreaterThan(100);
    await deleteBefore(database, start - 7_200_000, never, sign);
    expect(calls()).toEqual([]);
    expect(events()).toEqual([1003]);
  });
});

describe('deleteBeyond', () => {
  const used = (database: Database) => {
    const read = (pragma: string) => Number(database.pragma(pragma, { simple: true }));
    return (read('page_count') - read('freelist_count')) * read('page_size');
  };

  it('deletes the oldest records until the rest is small enough, and says so in the chain', async () => {
    const { database, calls } = await logWith(Array.from({ length: 1500 }, (_, n) => n));
    const before = used(database);
    const deleted = await deleteBeyond(database, before / 2, never, sign);
    expect(used(database)).toBeLessThanOrEqual(before / 2);
    expect(used(database)).toBeGreaterThan((before / 2) * 0.7);
    const trimmed = newestEvent(database, 'log.trimmed');
    expect(trimmed?.details).toMatchObject({ before: null });
    expect(calls()[0]).toBeGreaterThan(trimmed?.details.through ?? Infinity);
    expect(calls().at(-1)).toBe(3001);
    expect(deleted).toBeGreaterThan(1000);
  });

  it('deletes nothing where there is room', async () => {
    const { database, events } = await logWith([10, 20]);
    expect(await deleteBeyond(database, 10_000_000, never, sign)).toBe(0);
    expect(events()).toHaveLength(2);
  });

  it('deletes nothing by age while the clock may have been put forward', async () => {
    const day = 24 * 3_600_000;
    const now = start + 400 * day;
    const { database, log, calls } = await logWith([0, day]);
    vi.spyOn(Date, 'now').mockReturnValue(now);
    onTestFinished(() => void vi.restoreAllMocks());
    const looks = async () => {
      const retention = startRetention(database, { days: 30, maxBytes: null }, recordingLogger(), sign);
      await new Promise((resolve) => setTimeout(resolve, 100));
      retention.close();
      return calls().length;
    };
    expect(isClockBelievable(database, now)).toBe(false);
    expect(await looks()).toBe(2);
    // What is written by the same clock does not vouch for it, until it is a day old.
    await log.record(sampleCall({ at: now - 1000 }), allowed, null);
    expect(await looks()).toBe(3);
    await log.record(sampleCall({ at: now - day - 1000 }), allowed, null);
    expect(isClockBelievable(database, now)).toBe(true);
    expect(await looks()).toBe(2);
  });

  it('gives the space back to the disk', { timeout: 30_000 }, async () => {
    const { database, calls } = await logWith(Array.from({ length: 10_000 }, (_, n) => n));
    const pages = () => Number(database.pragma('page_count', { simple: true }));
    const before = pages();
    const retention = startRetention(database, { days: 0, maxBytes: 1_000_000 }, recordingLogger(), sign);
    onTestFinished(() => retention.close());
    await vi.waitFor(() => expect(pages()).toBeLessThan(before), { timeout: 10_000 });
    expect(calls().length).toBeGreaterThan(100);
  });
});
