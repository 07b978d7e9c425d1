import { expect, it } from 'vitest';
import {
  createEmptyCallArchive,
  createSilentCallLog,
} from '../../../../electron/gateway/audit/silent-audit.ts';
import { allowed, answered, malformed, sampleCall } from './samples.ts';

it('gives each record an id of its own and keeps nothing', async () => {
  const log = createSilentCallLog();
  const id = await log.record(sampleCall(), allowed, null);
  await log.complete(id, answered);
  expect(log.refused(malformed)).toBe(id + 1);
  const archive = createEmptyCallArchive();
  expect(await archive.page({})).toEqual({ calls: [], more: false });
  expect(await archive.read(id)).toBeNull();
});
