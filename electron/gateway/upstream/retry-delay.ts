// How long is waited before a message is tried again.

export interface RetryPolicy {
  /** Tries in all, the first one among them. */
  readonly maxAttempts: number;
  /** Milliseconds; so is the longest. */
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly backoff: 'exponential' | 'linear' | 'constant';
}

/** @param failures how often it was tried so far, from 1. Milliseconds; null where it is not tried again. */
export function retryDelay(policy: RetryPolicy, failures: number): number | null {
  if (failures >= policy.maxAttempts) return null;
  return Math.min(policy.initialDelayMs * growth(policy.backoff, failures), policy.maxDelayMs);
}

function growth(backoff: RetryPolicy['backoff'], failures: number): number {
  switch (backoff) {
    case 'exponential':
      return 2 ** (failures - 1);
    case 'linear':
      return failures;
    case 'constant':
      return 1;
  }
}
