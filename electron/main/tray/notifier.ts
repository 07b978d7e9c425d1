// Says on the desktop that calls wait for an answer, where nobody sees them otherwise; and takes the answer.
import { Notification } from 'electron';
import type { Logger } from '../../gateway/ports.ts';
import type { PendingApproval } from '../../shared/approvals.ts';
import { noticeOf, type Notice } from './notice.ts';
import { createUnreadGuard } from './unread-guard.ts';

export interface Notifier {
  show(waiting: readonly PendingApproval[]): void;
  /** The calls may be seen elsewhere from now on, or not any more. */
  look(): void;
  close(): void;
}

export interface NotifierOptions {
  /** Whether the calls can be seen anyway: notifications come up where the prompt is, and would hide it. */
  readonly isSeen: () => boolean;
  readonly onClick: () => void;
  /** From its buttons: macOS and Windows have them, Electron's notifications on Linux take only the click. */
  readonly onAnswer: (ids: readonly string[], allow: boolean) => void;
  readonly logger: Logger;
}

/** In this order, which the index of an action refers to. */
const buttons = [
  { type: 'button', text: 'Allow once' },
  { type: 'button', text: 'Deny' },
] as const;

/** So long the prompt has to come up before the notification does, milliseconds. */
const PATIENCE_MS = 700;

/** One notification for all that waits: it says what still does, and goes when nothing waits any more. */
export function createNotifier({ isSeen, onClick, onAnswer, logger }: NotifierOptions): Notifier {
  const guard = createUnreadGuard();
  /** What waits, and which of it was there when one was shown last. */
  let waiting: readonly PendingApproval[] = [];
  let told: ReadonlySet<string> = new Set();
  let shown: { readonly notice: Notice; readonly notification: Notification } | null = null;
  let soon: NodeJS.Timeout | undefined;

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
    guard.changed();
    notification.on('click', onClick);
    notification.on('action', ({ actionIndex }) => {
      if (shown?.notification !== notification) return;
      if (guard.isRead()) onAnswer(answers, actionIndex === 0);
      // The system has put it away with the click, which was too early to be meant for it.
      else present(notice, true);
    });
    // A desktop without a notification service shows none; the tray and the window do.
    notification.on('failed', (_event, error) => logger.info('notification.failed', { error }));
    notification.show();
  }

  function look(): void {
    clearTimeout(soon);
    const notice = noticeOf(waiting);
    if (notice === null || isSeen()) {
      withdraw();
      return;
    }
    soon = setTimeout(() => tell(notice), PATIENCE_MS);
  }

  function tell(notice: Notice): void {
    if (isSeen() || !Notification.isSupported()) return;
    const isNew = waiting.some(({ id }) => !told.has(id));
    told = new Set(waiting.map(({ id }) => id));
    const isSame = JSON.stringify(shown?.notice) === JSON.stringify(notice);
    // Where some were answered elsewhere, what is left is said without a sound; what was put away does not come back.
    if (!isSame && (isNew || shown !== null)) present(notice, !isNew);
  }

  return {
    show(now) {
      const isChanged = now.map(({ id }) => id).join() !== waiting.map(({ id }) => id).join();
      waiting = now;
      if (isChanged) look();
    },
    look,
    close() {
      clearTimeout(soon);
      withdraw();
    },
  };
}
