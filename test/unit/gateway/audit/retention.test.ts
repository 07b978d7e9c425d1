import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCallLog } from '../../../../electron/gateway/audit/call-log.ts';
import { openForUpkeep } from '../../../../electron/gateway/audit/open-database.ts';
import { deleteBefore } from '../../../../electron/gateway/audit/retention.ts';
import { temporaryFolder } from './places.ts';
import { allowed, answered, recordingLogger, sampleCall } from './samples.ts';

const never = new AbortController().signal;

async function logWith(times: readonly number[]) {
  const path = join(temporaryFolder(), 'audit.db');
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    logger: recordingLogger(),
  });
  for (const at of times) await log.complete(await log.record(sampleCall({ at }), allowed, null), answered);
  const database = openForUpkeep(path);
  onTestFinished(() => {
    database.close();
    log.close();
  });
  const left = (table: string, id: string) =>
    database.prepare<[], number>(`SELECT ${id} FROM ${table} ORDER BY ${id}`).pluck().all();
  return { database, calls: () => left('calls', 'id'), outcomes: () => left('outcomes', 'call_id') };
}

describe('deleteBefore', () => {
  it('deletes the older records with their outcomes', async () => {
    const { database, calls, outcomes } = await logWith([10, 20, 30, 40]);
    expect(await deleteBefore(database, 30, never)).toBe(2);
    expect(calls()).toEqual([3, 4]);
    expect(outcomes()).toEqual([3, 4]);
  });

  it('deletes nothing where nothing is old, or nothing is there', async () => {
    expect(await deleteBefore((await logWith([10, 20])).database, 5, never)).toBe(0);
    expect(await deleteBefore((await logWith([])).database, 5, never)).toBe(0);
  });

  it('keeps the newest record, so that its id is never given again', async () => {
    const { database, calls } = await logWith([10, 20, 30]);
    expect(await deleteBefore(database, 1000, never)).toBe(2);
    expect(calls()).toEqual([3]);
  });

  it('stops at the first young record, where the clock was once set back', async () => {
    const { database, calls } = await logWith([10, 50, 20, 60]);
    expect(await deleteBefore(database, 30, never)).toBe(1);
    expect(calls()).toEqual([2, 3, 4]);
  });

  it('works through many pieces', async () => {
    const { database, calls } = await logWith(Array.from({ length: 1500 }, (_, n) => n));
    expect(await deleteBefore(database, 1400, never)).toBe(1400);
    expect(calls()).toHaveLength(100);
  });

  it('ends between two pieces when it is told to', async () => {
    const { database, calls } = await logWith(Array.from({ length: 500 }, (_, n) => n));
    const stop = new AbortController();
    const deleting = deleteBefore(database, 1000, stop.signal);
    stop.abort();
    await expect(deleting).rejects.toThrow('abort');
    expect(calls().length).toBeGreaterThan(100);
  });
});
