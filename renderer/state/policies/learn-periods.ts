// Periods of the audit log that can be learned from.

const day = 86_400_000;

export const learnPeriods = {
  hour: { name: 'The last hour', length: 3_600_000 },
  day: { name: 'The last 24 hours', length: day },
  week: { name: 'The last 7 days', length: 7 * day },
  month: { name: 'The last 30 days', length: 30 * day },
  all: { name: 'The whole log', length: null },
  chosen: { name: 'From … to …', length: null },
  quiet: { name: 'While you were not to be disturbed', length: null },
} as const;
export type LearnPeriod = keyof typeof learnPeriods;

/** Days as a date field writes them, `2026-11-22`, local time; both belong to the period. Empty: open. */
export interface ChosenDays {
  readonly from: string;
  readonly to: string;
}

/** Unix milliseconds; `to` is not part of it. Null: open. */
export interface LearnBounds {
  readonly from: number | null;
  readonly to: number | null;
}

/** @param quiet the time that `quiet` stands for; null where there is none, which is nothing to learn from. */
export function boundsOf(
  period: LearnPeriod,
  days: ChosenDays,
  quiet: LearnBounds | null,
  now: number,
): LearnBounds {
  if (period === 'quiet') return quiet ?? { from: now, to: now };
  if (period === 'chosen') return { from: startOf(days.from, 0), to: startOf(days.to, 1) };
  const { length } = learnPeriods[period];
  return { from: length === null ? null : now - length, to: null };
}

function startOf(date: string, later: number): number | null {
  const [year, month, dayOfMonth] = date.split('-').map(Number);
  if (year === undefined || month === undefined || dayOfMonth === undefined) return null;
  return new Date(year, month - 1, dayOfMonth + later).getTime();
}
