import { expect, it } from 'vitest';
import { callSearch } from '../../../../electron/shared/audit-search.ts';
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
  expect(await archive.questions['calls.search'](callSearch.parse({}))).toMatchObject({
    calls: [],
    cursor: null,
  });
  expect(await archive.story(id)).toBeNull();
});
