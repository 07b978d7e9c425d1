import { expect, it } from 'vitest';
import { retryDelay } from '../../../../electron/gateway/upstream/retry-delay.ts';

it.each([
  ['exponential', [100, 200, 400, 500, 500, null, null]],
  ['linear', [100, 200, 300, 400, 500, null, null]],
  ['constant', [100, 100, 100, 100, 100, null, null]],
] as const)('%s waits, up to the longest and the last', (backoff, delays) => {
  const policy = { maxAttempts: 6, initialDelayMs: 100, maxDelayMs: 500, backoff };
  expect(delays.map((_, index) => retryDelay(policy, index + 1))).toEqual(delays);
});

it('tries once where one attempt is all', () => {
  const policy = { maxAttempts: 1, initialDelayMs: 100, maxDelayMs: 500, backoff: 'constant' } as const;
  expect(retryDelay(policy, 1)).toBeNull();
});
