// Where shipping goes on, with the log as it was left, cut off, put back to an older state, salvaged, or begun anew.
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCallLog } from '../../../../../electron/gateway/audit/call-log.ts';
import { createPlaceReader } from '../../../../../electron/gateway/audit/chained-rows.ts';
import { logId, newestEvent } from '../../../../../electron/gateway/audit/event-rows.ts';
import { openForUpkeep } from '../../../../../electron/gateway/audit/open-database.ts';
import { salvage } from '../../../../../electron/gateway/audit/salvage.ts';
import { resume } from '../../../../../electron/gateway/audit/shipping/resume.ts';
import type { ShippedPlace } from '../../../../../electron/gateway/audit/shipping/shipped-place.ts';
import { writeCheckpointFile } from '../../../../../electron/gateway/audit/checkpoint-file.ts';
import { sampleRedactor } from '../../redaction/sample.ts';
import { temporaryFolder } from '../places.ts';
import { allowed, recordingLogger, sampleCall } from '../samples.ts';

/** One run of the program with so many calls; gives where shipping would have come by its end. */
async function run(path: string, calls: number): Promise<ShippedPlace> {
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger: recordingLogger(),
  });
  for (let n = 0; n < calls; n += 1) await log.record(sampleCall(), allowed, null);
  log.close();
  return at(path, (database) => {
    const { seq, hash } = createPlaceReader(database)(Number.MAX_SAFE_INTEGER);
    return { log: logId(database), seq, hash, collector: null };
  });
}

function at<T>(path: string, look: (database: ReturnType<typeof openForUpkeep>) => T): T {
  const database = openForUpkeep(path);
  try {
    return look(database);
  } finally {
    database.close();
  }
}

const goesOn = (path: string, kept: ShippedPlace | 'unreadable' | null, from: 'now' | 'start' = 'now') =>
  at(path, (database) => resume(database, kept, from));
const opened = (path: string) => at(path, (database) => newestEvent(database, 'log.opened')?.seq ?? 0);
const somewhere = () => join(temporaryFolder(), 'audit.db');

it('goes on where it was', async () => {
  const path = somewhere();
  const kept = await run(path, 3);
  await run(path, 3);
  expect(goesOn(path, kept)).toEqual({ after: kept.seq, why: 'on' });
});

it('begins with this start of the program, or with all that there is', async () => {
  const path = somewhere();
  await run(path, 3);
  await run(path, 3);
  expect(goesOn(path, null)).toEqual({ after: opened(path) - 1, why: 'first' });
  expect(goesOn(path, null, 'start')).toEqual({ after: 0, why: 'first' });
  expect(goesOn(path, 'unreadable')).toEqual({ after: 0, why: 'forgotten' });
});

it('sends all of a log that was begun anew in the place of the one before', async () => {
  const path = somewhere();
  const kept = await run(path, 30);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
  await run(path, 3);
  expect(goesOn(path, kept)).toEqual({ after: 0, why: 'replaced' });
});

it('sends of a salvaged log what was not sent before', async () => {
  const path = somewhere();
  await run(path, 5);
  const kept = await run(path, 5);
  await run(path, 5);
  await salvage(path);
  await run(path, 1);
  expect(goesOn(path, kept)).toEqual({ after: kept.seq, why: 'replaced' });
});

it('sends what came after the end was cut off', async () => {
  const path = somewhere();
  const before = await run(path, 3);
  const copy = join(temporaryFolder(), 'copy.db');
  copyFileSync(path, copy);
  const kept = await run(path, 6);
  writeCheckpointFile(path, { ...kept, at: 1, keyId: 'key', signature: 'signature' });
  copyFileSync(copy, path);
  await run(path, 3);
  expect(goesOn(path, kept)).toEqual({ after: before.seq, why: 'cut' });
});

it('sends what came after an older copy was put in its place', async () => {
  const path = somewhere();
  const before = await run(path, 3);
  const copy = join(temporaryFolder(), 'copy.db');
  copyFileSync(path, copy);
  const kept = await run(path, 6);
  copyFileSync(copy, path);
  await run(path, 20);
  expect(goesOn(path, kept)).toEqual({ after: before.seq, why: 'replaced' });
});
