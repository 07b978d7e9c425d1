// Questions about processes: one after the other, never too many, and never an error.
import { expect, it } from 'vitest';
import type { CallerProcess } from '../../../../../electron/gateway/call.ts';
import { oneAtATime } from '../../../../../electron/gateway/clients/process/process-table.ts';
import { recordingLogger } from '../../fakes.ts';

const ends = { client: { address: '127.0.0.1', port: 1 }, proxy: { address: '127.0.0.1', port: 2 } };
const found: CallerProcess = { pid: 1, started: '1', executable: '', name: 'a' };

it('one is asked at a time', async () => {
  let asking = 0;
  let most = 0;
  const table = oneAtATime(
    {
      async ownerOf() {
        asking += 1;
        most = Math.max(most, asking);
        await Promise.resolve();
        asking -= 1;
        return found;
      },
      isRunning: () => Promise.resolve(false),
    },
    recordingLogger(),
  );
  const answers = await Promise.all(Array.from({ length: 5 }, () => table.ownerOf(ends)));
  expect([answers.length, most, await table.isRunning(found)]).toEqual([5, 1, false]);
});

it('too many get no answer, and later ones do again', async () => {
  const table = oneAtATime(
    { ownerOf: () => Promise.resolve(found), isRunning: () => Promise.resolve(false) },
    recordingLogger(),
    2,
  );
  const questions = [1, 2, 3].map(() => table.ownerOf(ends));
  expect(await table.isRunning(found)).toBe(true);
  expect(await Promise.all(questions)).toEqual([found, found, null]);
  expect(await table.ownerOf(ends)).toEqual(found);
});

it('an error is no answer, and is told', async () => {
  const logger = recordingLogger();
  const fail = () => Promise.reject(new Error('no'));
  const table = oneAtATime({ ownerOf: fail, isRunning: fail }, logger);
  expect([await table.ownerOf(ends), await table.isRunning(found)]).toEqual([null, true]);
  expect(logger.events).toEqual(['process_lookup_failed', 'process_lookup_failed']);
});
