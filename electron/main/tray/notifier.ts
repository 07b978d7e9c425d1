// Says on the desktop that calls wait for an answer, where nobody is looking at the window; and takes the answer.
import { Notification } from 'electron';
import type { Logger } from '../../gateway/ports.ts';
import type { PendingApproval } from '../../shared/approvals.ts';
import { noticeOf, type Notice } from './notice.ts';
import { createUnreadGuard } from './unread-guard.ts';

export interface Notifier {
  show(waiting: readonly PendingApproval[]): void;
  close(): void;
}

export interface NotifierOptions {
  /** Whether the calls are being looked at anyway. */
  readonly isWatched: () => boolean;
  readonly onClick: () => void;
  /** From its buttons, where the system has them. */
  readonly onAnswer: (ids: readonly string[], allow: boolean) => void;
  readonly logger: Logger;
}

/** In this order, which the index of an action refers to. */
const buttons = [
  { type: 'button', text: 'Allow once' },
  { type: 'button', text: 'Deny' },
] as const;

/** One notification for all that waits: it says what still does, and goes when nothing waits any more. */
export function createNotifier({ isWatched, onClick, onAnswer, logger }: NotifierOptions): Notifier {
  const guard = createUnreadGuard();
  let known: ReadonlySet<string> = new Set();
  let shown: { readonly notice: Notice; readonly notification: Notification } | null = null;

  function withdraw(): void {
    shown?.notification.close();
    shown = null;
  }

  function present(notice: Notice, silent: boolean): void {
    withdraw();
    const { title, body, answers } = notice;
    const actions = answers.length === 0 ? [] : [...buttons];
    const notification = new Notification({ title, body, silent, actions, urgency: 'critical' });
    shown = { notice, notification };
    guard.shows(answers);
    notification.on('click', onClick);
    notification.on('action', ({ actionIndex }) => {
      if (shown?.notification !== notification) return;
      if (guard.isRead(answers)) onAnswer(answers, actionIndex === 0);
      // The system has put it away with the click, which was too early to be meant for it.
      else present(notice, true);
    });
    // A desktop without a notification service shows none; the tray and the window do.
    notification.on('failed', (_event, error) => logger.info('notification.failed', { error }));
    notification.show();
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
      if (!Notification.isSupported() || (isNew ? isWatched() : shown === null)) return;
      const isSame = JSON.stringify(shown?.notice) === JSON.stringify(notice);
      // Some were answered elsewhere: what is left is said without a sound.
      if (!isSame) present(notice, !isNew);
    },
    close: withdraw,
  };
}
