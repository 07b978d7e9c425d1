// Knows the admin API's token, and keeps those who guess at it from filling the audit log.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuditNotes, Clock } from '../../ports.ts';

/** `too_many`: wrong, as many others were before it; it needs no record of its own. */
export type Shown = 'right' | 'wrong' | 'too_many';

export interface TokenCheck {
  /** @param authorization the header as it came; takes the same time whatever is wrong with it. */
  check(authorization: string | undefined): Shown;
  close(): void;
}

/** In one minute so many are answered and recorded one by one; the others are refused, and counted in one record. */
const RECORDED_A_MINUTE = 20;
const MINUTE_MS = 60_000;

export function createTokenCheck(token: string, notes: AuditNotes, clock: Clock): TokenCheck {
  const wanted = digest(`Bearer ${token}`);
  let wrong = 0;
  let since = 0;
  let minute: NodeJS.Timeout | null = null;

  function endMinute(): void {
    if (minute !== null) clearTimeout(minute);
    minute = null;
    const count = wrong - RECORDED_A_MINUTE;
    wrong = 0;
    if (count <= 0) return;
    const details = { count, from: since, to: clock.now(), reasons: { token: count } };
    notes.note({ kind: 'refusals.counted', by: 'app', subject: 'admin API', details });
  }

  return {
    check(authorization = '') {
      // The right token is never locked out, or any program could keep its owner from pausing.
      if (timingSafeEqual(digest(authorization), wanted)) return 'right';
      if (minute === null) {
        since = clock.now();
        minute = setTimeout(endMinute, MINUTE_MS).unref();
      }
      wrong += 1;
      return wrong > RECORDED_A_MINUTE ? 'too_many' : 'wrong';
    },
    close: endMinute,
  };
}

/** Of equal length whatever it is of, so that comparing it tells nothing of the text. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
