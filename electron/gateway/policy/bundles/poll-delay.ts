// How long to wait until a bundle server is asked again.

export interface Polling {
  /** Milliseconds. */
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

/** After the first failure; twice as long after each further one. */
const firstRetryMs = 1000;

/**
 * Milliseconds, somewhere between the two delays, so that the machines of a company do not ask all at once. After
 * failures it is sooner at first, and then ever later up to the longer delay.
 * @param failures in a row until now
 * @param chance from 0 to 1
 */
export function pollDelay({ minDelayMs, maxDelayMs }: Polling, failures: number, chance: number): number {
  if (failures === 0) return minDelayMs + chance * (maxDelayMs - minDelayMs);
  const retry = Math.min(firstRetryMs, minDelayMs) * 2 ** Math.min(failures - 1, 30);
  return Math.min(retry, maxDelayMs) * (0.8 + 0.2 * chance);
}
