// "Do not disturb" in the tray's menu: for how long, and what becomes of the questions meanwhile.
import type { MenuItemConstructorOptions } from 'electron';
import type { QuietState } from '../../shared/approvals.ts';

export interface QuietWish {
  readonly until: number | null;
  readonly as: 'record' | 'deny';
}

type Item = MenuItemConstructorOptions;

const minuteMs = 60_000;
/** When a day begins for those who have said "until tomorrow", in hours. */
const MORNING = 8;

const spans: readonly { readonly label: string; readonly until: (now: number) => number }[] = [
  { label: 'For 15 minutes', until: (now) => now + 15 * minuteMs },
  { label: 'For an hour', until: (now) => now + 60 * minuteMs },
  { label: 'Until tomorrow', until: tomorrow },
];

/** @param setQuiet gets Unix milliseconds */
export function quietMenu(
  current: QuietState['current'],
  isServing: boolean,
  setQuiet: (wish: QuietWish) => void,
): Item {
  if (current !== null)
    return { label: 'Ask me again', click: () => setQuiet({ until: null, as: current.as }) };
  const choices = (as: QuietWish['as']) =>
    spans.map(({ label, until }): Item => ({
      label,
      // Counted from the click: a menu may be older.
      click: () => setQuiet({ until: until(Date.now()), as }),
    }));
  return {
    label: 'Do not disturb',
    enabled: isServing,
    submenu: [
      { label: 'Deny what I would be asked about', enabled: false },
      ...choices('deny'),
      { type: 'separator' },
      { label: 'Let it through, and record it', enabled: false },
      ...choices('record'),
    ],
  };
}

/** Of the next day by the local calendar, Unix milliseconds. */
function tomorrow(now: number): number {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  return morning.setHours(MORNING, 0, 0, 0);
}
