// Times of spans: fine, forward, and by the system's clock.
import { expect, it } from 'vitest';
import { createSpanClock } from '../../../../electron/gateway/tracing/span-clock.ts';

function setting() {
  const time = { wall: 1_700_000_000_000, ticks: 5_000_000 };
  const now = createSpanClock({ now: () => time.wall, monotonicMicros: () => time.ticks });
  return { time, now };
}

it('is finer than the system’s clock', () => {
  const { time, now } = setting();
  expect(now()).toEqual([1_700_000_000, 0]);
  time.ticks += 250;
  expect(now()).toEqual([1_700_000_000, 250_000]);
  time.ticks += 1_000_000;
  time.wall += 1000;
  expect(now()).toEqual([1_700_000_001, 250_000]);
});

it('does not follow the steps in which the system’s clock goes', () => {
  const { time, now } = setting();
  now();
  time.ticks += 100;
  time.wall += 1;
  expect(now()).toEqual([1_700_000_000, 100_000]);
});

it('follows it where it was set, and after the machine slept', () => {
  const { time, now } = setting();
  now();
  time.ticks += 100;
  time.wall += 3_600_000;
  expect(now()).toEqual([1_700_003_600, 0]);
  time.wall -= 7_200_000;
  expect(now()).toEqual([1_699_996_400, 0]);
});
