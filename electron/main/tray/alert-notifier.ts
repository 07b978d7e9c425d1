// Says on the desktop what a policy wants the user to know of a call.
import { Notification } from 'electron';
import type { Logger } from '../../gateway/ports.ts';
import type { PolicyAlert } from '../../shared/domain.ts';
import { noticeText } from './one-line.ts';

/** Characters; desktops cut longer ones where they like. */
const LONGEST_BODY = 200;

export interface AlertNotifier {
  show(alert: PolicyAlert): void;
  close(): void;
}

/** One notification for each alert, whether the window is looked at or not. The gateway bounds how many there are. */
export function createAlertNotifier(onClick: (callId: number) => void, logger: Logger): AlertNotifier {
  /** What is not referred to would lose its click. */
  const shown = new Set<Notification>();

  return {
    show({ text, client, callId }) {
      if (!Notification.isSupported()) return;
      const notification = new Notification({
        title: `Policy alert: ${noticeText(client)}`,
        body: noticeText(text, LONGEST_BODY),
      });
      shown.add(notification);
      notification.on('click', () => onClick(callId));
      notification.on('close', () => shown.delete(notification));
      notification.on('failed', (_event, error) => {
        shown.delete(notification);
        logger.info('notification.failed', { error });
      });
      notification.show();
    },
    close() {
      for (const notification of shown) notification.close();
      shown.clear();
    },
  };
}
