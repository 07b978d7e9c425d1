// For how long nobody is to be asked.

export type QuietSpan = 'minutes' | 'hour' | 'tomorrow';
/** When a morning begins, hours. */
const morning = 6;

/** Unix milliseconds. */
export function quietUntil(span: QuietSpan, now: number): number {
  switch (span) {
    case 'minutes':
      return now + 15 * 60_000;
    case 'hour':
      return now + 3_600_000;
    case 'tomorrow': {
      const date = new Date(now);
      return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1, morning).getTime();
    }
  }
}
