// Says on the desktop that calls wait for an answer, where nobody sees them otherwise; and takes the answer.
import type { PendingApproval } from '../../shared/approvals.ts';
import type { NoticeBoard } from '../notification/notice-board.ts';
import { noticeOf, type Notice } from './notice.ts';
import { createUnreadGuard } from './unread-guard.ts';

export interface Notifier {
  show(waiting: readonly PendingApproval[]): void;
  /** The calls may be seen elsewhere from now on, or not any more. */
  look(): void;
  close(): void;
}

export interface NotifierOptions {
  readonly board: NoticeBoard;
  /** Whether the calls can be seen anyway: notifications come up where the prompt is, and would hide it. */
  readonly isSeen: () => boolean;
  /** Whoever pressed it wants to see what waits. */
  readonly onShow: () => void;
  readonly onAnswer: (ids: readonly string[], allow: boolean) => void;
}

/** So long the prompt has to come up before the notification does, milliseconds. */
const PATIENCE_MS = 700;

/** One notification for all that waits: it says what still does, and goes when nothing waits any more. */
export function createNotifier({ board, isSeen, onShow, onAnswer }: NotifierOptions): Notifier {
  const guard = createUnreadGuard();
  /** What waits, and which of it was there when one was shown last. */
  let waiting: readonly PendingApproval[] = [];
  let told: ReadonlySet<string> = new Set();
  let shown: Notice | null = null;
  let soon: NodeJS.Timeout | undefined;

  function withdraw(): void {
    if (shown !== null) board.takeDown();
    shown = null;
  }

  function present(notice: Notice, silent: boolean): void {
    const { title, body, buttons, answers } = notice;
    shown = notice;
    guard.changed();
    board.post(
      { title, body, buttons, silent },
      {
        onShown() {
          if (shown === notice) guard.changed();
        },
        onPress(button) {
          if (shown !== notice) return;
          if (button === 'show') onShow();
          else if (guard.isRead()) onAnswer(answers, button === 'allow');
          // The system may have put it away with the click, which was too early to be meant for it.
          else present({ ...notice }, true);
        },
        onPutAway() {
          if (shown === notice) shown = null;
        },
      },
    );
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
    if (isSeen()) return;
    const isNew = waiting.some(({ id }) => !told.has(id));
    told = new Set(waiting.map(({ id }) => id));
    const isSame = JSON.stringify(shown) === JSON.stringify(notice);
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
      board.close();
    },
  };
}
