// Holds calls back from a server that has let several in a row down, until one of them shows that it is well again.

export interface CircuitBreakerOptions {
  /** So many failures in a row open it. */
  readonly threshold: number;
  /** How long it then holds calls back before it lets one through, milliseconds. */
  readonly timeoutMs: number;
}

/** All times are milliseconds of one monotonic clock. */
export interface CircuitBreaker {
  /** Until when calls are held back; null while it is closed. */
  readonly heldUntil: number | null;
  /** Whether a call may be sent. One that is let through to try holds the next ones back for as long again. */
  admits(now: number): boolean;
  /** True where this opened it. */
  failed(now: number): boolean;
  /** True where this closed it. */
  succeeded(): boolean;
}

export function createCircuitBreaker({ threshold, timeoutMs }: CircuitBreakerOptions): CircuitBreaker {
  let failures = 0;
  let heldUntil: number | null = null;
  return {
    get heldUntil() {
      return heldUntil;
    },
    admits(now) {
      if (heldUntil === null) return true;
      if (now < heldUntil) return false;
      heldUntil = now + timeoutMs;
      return true;
    },
    failed(now) {
      failures += 1;
      if (failures < threshold) return false;
      const wasClosed = heldUntil === null;
      heldUntil = now + timeoutMs;
      return wasClosed;
    },
    succeeded() {
      const wasOpen = heldUntil !== null;
      failures = 0;
      heldUntil = null;
      return wasOpen;
    },
  };
}
