// "Do not disturb" in words.
import type { QuietState } from '../../electron/shared/approvals.ts';
import { counted, shortTime, timeOfDay } from '../format.ts';
import type { QuietSpan } from '../quiet-spans.ts';

export const quietSpanNames: Readonly<Record<QuietSpan, string>> = {
  minutes: '15 minutes',
  hour: '1 hour',
  tomorrow: 'Until tomorrow',
};

type Period = NonNullable<QuietState['current']>;

export const quietAsNames: Readonly<Record<Period['as'], string>> = {
  deny: 'Denied',
  record: 'Let through, recorded',
};

/** In the foot of the window: "Not asking until 14:30". */
export function quietWords({ until }: Period, now: number): string {
  return `Not asking until ${clock(until, now)}`;
}

export function quietSentence({ until, as, calls }: Period, now: number): string {
  const fate = as === 'deny' ? 'denied' : 'let through and recorded';
  return `Nobody is asked until ${clock(until, now)}: such calls are ${fate}. ${counted(calls, 'call')} so far.`;
}

/** What came of a period that is over, or goes on. */
export function unaskedSentence({ from, until, calls }: Period, now: number): string {
  const end = until > now ? 'now' : clock(until, now);
  return `${counted(calls, 'call')} would have been asked about between ${clock(from, now)} and ${end}.`;
}

/** To the minute, with the day where it is not today's. */
function clock(at: number, now: number): string {
  const written = shortTime(at, now);
  return written === timeOfDay(at) ? written.slice(0, 5) : written;
}
