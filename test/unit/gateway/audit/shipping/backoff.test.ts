import { expect, it } from 'vitest';
import { backoffMs } from '../../../../../electron/gateway/audit/shipping/backoff.ts';

it.each([
  [1, 0.5, null, 1000],
  [2, 0.5, null, 2000],
  [4, 0.5, null, 8000],
  [1, 0, null, 800],
  [1, 1, null, 1200],
  [100, 0.5, null, 300_000],
  [1, 0, 30_000, 30_000],
  [9, 1, 30_000, 36_000],
  [1, 0, 0, 1000],
  [1, 0, 86_400_000, 3_600_000],
])('after %i failures, by chance %d, where %j was asked for: %i ms', (failures, chance, wanted, ms) => {
  expect(backoffMs(failures, chance, wanted)).toBe(ms);
});
