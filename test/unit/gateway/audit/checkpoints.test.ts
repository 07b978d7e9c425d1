import Database from 'better-sqlite3';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openCallLog, type SqliteCallLog } from '../../../../electron/gateway/audit/call-log.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { temporaryFolder } from './places.ts';
import { allowed, answered, recordingLogger, sampleCall } from './samples.ts';

const megabyte = 1024 * 1024;
const call = sampleCall({ argumentsText: JSON.stringify({ text: 'x'.repeat(2000) }) });

async function checkpointedLog() {
  const path = join(temporaryFolder(), 'audit.db');
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger: recordingLogger(),
  });
  const worker = new Worker(new URL('checkpoint-worker.ts', import.meta.url), { workerData: { path } });
  onTestFinished(async () => {
    await worker.terminate();
    log.close();
  });
  const events = async () => {
    worker.postMessage('tell');
    return (await once(worker, 'message'))[0] as string[];
  };
  await events();
  return { path, log, events, walSize: () => statSync(`${path}-wal`).size };
}

/** Commits twice a round, with at least five pages in all; returns how much that wrote at least. */
async function writeWithoutPause(log: SqliteCallLog, rounds: number): Promise<number> {
  for (let round = 0; round < rounds; round += 1) {
    await log.complete(await log.record(call, allowed, null), answered);
    // Never long enough for a checkpoint to find everything done.
    if (round % 50 === 0) await pause(1);
  }
  return rounds * 5 * 2048;
}

describe('startCheckpoints', () => {
  it('bounds the write-ahead file under a load without a pause', { timeout: 30_000 }, async () => {
    const { log, walSize } = await checkpointedLog();
    // Without checkpoints the file is always as long as all that was written. How soon they come is the machine's.
    let written = 0;
    do written += await writeWithoutPause(log, 2000);
    while (written < 58 * megabyte || (walSize() >= written / 2 && written < 400 * megabyte));
    expect(walSize()).toBeLessThan(written / 2);
  });

  it('brings records into the database itself while the log is open', async () => {
    const { path, log } = await checkpointedLog();
    for (let n = 0; n < 100; n += 1) await log.record(call, allowed, null);
    await vi.waitFor(() => expect(statSync(path).size).toBeGreaterThan(100 * 2000), { timeout: 4000 });
  });

  it('loses no time on a reader that holds the file, and says so', { timeout: 30_000 }, async () => {
    const { path, log, events } = await checkpointedLog();
    await log.record(call, allowed, null);
    const reader = new Database(path, { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM calls').get();
    await writeWithoutPause(log, 1000);
    await vi.waitFor(async () => expect(await events()).toContain('audit.wal_held_by_reader'), {
      timeout: 4000,
    });
    reader.close();
  });
});
