import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { boundRefusals } from '../../../../electron/gateway/audit/refusal-bound.ts';
import { MemoryLog } from '../fakes.ts';
import { malformed } from './samples.ts';

const clock = { now: () => Date.now(), monotonicMicros: () => performance.now() * 1000 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function bounded() {
  const log = new MemoryLog();
  const lost: unknown[] = [];
  return { log, lost, bound: boundRefusals(log, clock, (error) => lost.push(error)) };
}

it('records each of a few, and counts what is beyond, by its reasons', () => {
  const { log, bound } = bounded();
  for (let n = 0; n < 250; n += 1) bound.refused(malformed);
  bound.refused({ ...malformed, reason: 'door' });
  expect(log.refusals).toHaveLength(200);
  expect(log.events).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(log.events).toMatchObject([
    {
      kind: 'refusals.counted',
      subject: '127.0.0.1',
      details: { count: 51, reasons: { malformed: 50, door: 1 } },
    },
  ]);
});

it('records again once the second is over, and says nothing where there was nothing to count', () => {
  const { log, bound } = bounded();
  for (let n = 0; n < 150; n += 1) bound.refused(malformed);
  vi.advanceTimersByTime(1000);
  for (let n = 0; n < 150; n += 1) bound.refused(malformed);
  vi.advanceTimersByTime(1000);
  expect(log.refusals).toHaveLength(300);
  expect(log.events).toEqual([]);
});

it('does not let one source hide another, nor a call that ended the gateway', () => {
  const { log, bound } = bounded();
  for (let n = 0; n < 300; n += 1) bound.refused(malformed);
  bound.refused({ ...malformed, sourceIp: '10.0.0.2' });
  bound.refused({ ...malformed, reason: 'runaway' });
  expect(log.refusals).toHaveLength(202);
});

it('records the count when it is closed, and tells where that fails', async () => {
  const { log, bound } = bounded();
  for (let n = 0; n < 201; n += 1) bound.refused(malformed);
  await bound.close();
  expect(log.events).toMatchObject([{ details: { count: 1 } }]);

  const failing = bounded();
  failing.log.note = () => Promise.reject(new Error('full'));
  for (let n = 0; n < 201; n += 1) failing.bound.refused(malformed);
  await vi.advanceTimersByTimeAsync(1000);
  expect(failing.lost).toEqual([new Error('full')]);
});
