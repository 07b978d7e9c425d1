// The tray's icon and its one line of words, for each state.
import type { DesktopState } from '../desktop-state.ts';

/** Name of the picture in build/icons/tray. */
export type TrayIcon = 'idle' | 'waiting' | 'paused' | 'attention';

/** What needs a person first comes first. */
export function trayIcon({ status, approvals }: DesktopState): TrayIcon {
  if (approvals.length > 0) return 'waiting';
  if (status.problems.length > 0 || status.state === 'stopped') return 'attention';
  if (status.state === 'paused') return 'paused';
  return 'idle';
}

/** The state in a few words. */
export function stateInWords({ status, approvals }: DesktopState): string {
  if (approvals.length === 1) return 'One call waits for your answer';
  if (approvals.length > 1) return `${approvals.length} calls wait for your answer`;
  switch (status.state) {
    case 'starting':
      return 'Starting';
    case 'running':
      return status.url === null ? 'Running' : `Running on ${new URL(status.url).host}`;
    case 'paused':
      return 'Paused: every call is denied';
    case 'stopped':
      return 'Stopped: no call gets through';
  }
}
