// Says on the desktop that calls wait for an answer, where nobody is looking at the window.
import { Notification } from 'electron';
import type { Logger } from '../../gateway/ports.ts';
import type { PendingApproval } from '../../shared/approvals.ts';
import { noticeOf } from './notice.ts';

export interface Notifier {
  show(waiting: readonly PendingApproval[]): void;
  close(): void;
}

/** One notification for all that waits: a newer one takes its place, and it goes when nothing waits any more. */
export function createNotifier(isWatched: () => boolean, onClick: () => void, logger: Logger): Notifier {
  let known: ReadonlySet<string> = new Set();
  let shown: Notification | null = null;

  function withdraw(): void {
    shown?.close();
    shown = null;
  }

  return {
    show(waiting) {
      const isNew = waiting.some(({ id }) => !known.has(id));
      known = new Set(waiting.map(({ id }) => id));
      const notice = noticeOf(waiting);
      if (notice === null) {
        withdraw();
        return;
      }
      if (!isNew || isWatched() || !Notification.isSupported()) return;
      withdraw();
      shown = new Notification({ ...notice, urgency: 'critical' });
      shown.on('click', onClick);
      // A desktop without a notification service shows none; the tray and the window do.
      shown.on('failed', (_event, error) => logger.info('notification.failed', { error }));
      shown.show();
    },
    close: withdraw,
  };
}
