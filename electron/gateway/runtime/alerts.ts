// What policies want the user to be told at once: each on the desktop, as long as they are few, and a line in the status.
import type { PolicyAlert, Problem } from '../../shared/domain.ts';
import type { Clock } from '../ports.ts';

/** More within this time are counted alone: a policy that raises one for each call is not to bury the desktop. */
const MOST_TOLD = 5;
const SPAN_MS = 60_000;
/** The newest one stays in the status for so long. */
const SHOWN_MS = 15 * 60_000;

export interface Alerts {
  raise(alert: PolicyAlert): void;
  /** The newest one, for a while. */
  readonly problem: Problem | null;
}

export function createAlerts(clock: Clock, tell: (alert: PolicyAlert) => void): Alerts {
  let told: readonly number[] = [];
  /** Without a break of the time for which they are shown. */
  let count = 0;
  let newest: { readonly at: number; readonly text: string } | null = null;

  return {
    raise(alert) {
      const now = clock.now();
      count = isShown(now) ? count + 1 : 1;
      newest = { at: now, text: alert.text };
      told = told.filter((at) => now - at < SPAN_MS);
      if (told.length >= MOST_TOLD) return;
      told = [...told, now];
      tell(alert);
    },

    get problem() {
      if (newest === null || !isShown(clock.now())) return null;
      const others = count === 1 ? '' : ` (the newest of ${count} alerts)`;
      return {
        code: 'policy_alert',
        message: `The policy wants you to know: ${newest.text}${others}`,
        remedy: 'The call stands in Activity. This line goes by itself after a quarter of an hour.',
      };
    },
  };

  function isShown(now: number): boolean {
    return newest !== null && now - newest.at < SHOWN_MS;
  }
}
