// The tray's icon and its one line of words, for each state.
import type { DesktopState } from '../desktop-state.ts';

/** Name of the picture in build/icons/tray. */
export type TrayIcon =
  | 'idle'
  | 'working'
  | 'waiting'
  | `waiting-${2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`
  | 'waiting-more'
  | 'paused'
  | 'quiet'
  | 'attention';

const counted = [
  'waiting',
  'waiting-2',
  'waiting-3',
  'waiting-4',
  'waiting-5',
  'waiting-6',
  'waiting-7',
  'waiting-8',
  'waiting-9',
] as const satisfies TrayIcon[];

/** What needs a person first comes first. */
export function trayIcon({ status, approvals, quiet, isWorking }: DesktopState): TrayIcon {
  if (approvals.length > 0) return counted[approvals.length - 1] ?? 'waiting-more';
  if (status.problems.length > 0 || status.state === 'stopped') return 'attention';
  if (status.state === 'paused') return 'paused';
  if (quiet !== null) return 'quiet';
  return isWorking ? 'working' : 'idle';
}

/** The state in a few words. */
export function stateInWords({ status, approvals, quiet }: DesktopState): string {
  if (approvals.length === 1) return 'One call waits for your answer';
  if (approvals.length > 1) return `${approvals.length} calls wait for your answer`;
  switch (status.state) {
    case 'starting':
      return 'Starting';
    case 'running':
      if (quiet !== null) return quietInWords(quiet);
      return status.url === null ? 'Running' : `Running on ${new URL(status.url).host}`;
    case 'paused':
      return 'Paused: every call is denied';
    case 'stopped':
      return 'Stopped: no call gets through';
  }
}

/** What the pointer is told: a line more than the menu, because pictures need words. */
export function tooltip(name: string, state: DesktopState): string {
  const [problem] = state.status.problems;
  const isQuietlyRunning = state.status.state === 'running' && state.approvals.length === 0;
  const more = problem?.message ?? (state.isWorking && isQuietlyRunning ? 'Calls are coming in' : null);
  return `${name}: ${stateInWords(state)}${more === null ? '' : `. ${more}`}`;
}

function quietInWords({ until, as }: NonNullable<DesktopState['quiet']>): string {
  const time = new Date(until).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  const fate = as === 'deny' ? 'denied' : 'let through and recorded';
  return `Do not disturb until ${time}: questions are ${fate}`;
}
