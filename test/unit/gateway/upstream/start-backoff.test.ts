import { expect, it } from 'vitest';
import { assertMayStart, createStartBackoff } from '../../../../electron/gateway/upstream/start-backoff.ts';

/** The waits after deaths, each of which comes `livedMs` after a start that came as soon as it could. */
function waitsAfter(lives: readonly number[]): number[] {
  const backoff = createStartBackoff();
  let now = 1000;
  return lives.map((livedMs) => {
    now += backoff.waitMs(now);
    backoff.started(now);
    now += livedMs;
    backoff.died(now);
    return backoff.waitMs(now);
  });
}

it('lets a server start at once that has never died', () => {
  expect(createStartBackoff().waitMs(0)).toBe(0);
});

it('waits longer after each death in a row, up to the longest', () => {
  expect(waitsAfter([10, 10, 10, 10, 10, 10])).toEqual([0, 1000, 5000, 30_000, 30_000, 30_000]);
});

it('begins anew after a life that was long', () => {
  expect(waitsAfter([10, 10, 10, 60_000, 10])).toEqual([0, 1000, 5000, 0, 1000]);
});

it('counts the wait down', () => {
  const backoff = createStartBackoff();
  backoff.died(0);
  backoff.died(100);
  expect([backoff.waitMs(100), backoff.waitMs(600), backoff.waitMs(5000)]).toEqual([1000, 500, 0]);
});

it('says why and how long there is no start', () => {
  const backoff = createStartBackoff();
  const start = (): void => assertMayStart(backoff, 'demo exited with code 1');
  backoff.died(performance.now());
  expect(start).not.toThrow();
  backoff.died(performance.now());
  expect(start).toThrow('demo exited with code 1. It is started again for a call after 1 s');
});
