// Periods of the audit log that can be learned from.

const day = 86_400_000;

export const learnPeriods = {
  hour: { name: 'The last hour', length: 3_600_000 },
  day: { name: 'The last 24 hours', length: day },
  week: { name: 'The last 7 days', length: 7 * day },
  month: { name: 'The last 30 days', length: 30 * day },
  all: { name: 'The whole log', length: null },
  chosen: { name: 'From … to …', length: null },
} as const;
export type LearnPeriod = keyof typeof learnPeriods;

/** Days as a date field writes them, `2026-11-22`, local time; both belong to the period. Empty: open. */
export interface ChosenDays {
  readonly from: string;
  readonly to: string;
}

/** Unix milliseconds; `to` is not part of it. */
export function boundsOf(
  period: LearnPeriod,
  days: ChosenDays,
  now: number,
): { from: number | null; to: number | null } {
  if (period === 'chosen') return { from: startOf(days.from, 0), to: startOf(days.to, 1) };
  const { length } = learnPeriods[period];
  return { from: length === null ? null : now - length, to: null };
}

function startOf(date: string, later: number): number | null {
  const [year, month, dayOfMonth] = date.split('-').map(Number);
  if (year === undefined || month === undefined || dayOfMonth === undefined) return null;
  return new Date(year, month - 1, dayOfMonth + later).getTime();
}
