// Notices through Electron: with buttons on macOS and Windows; on Linux it has none, and only the notice can be pressed.
import { Notification } from 'electron';
import type { Logger } from '../../gateway/ports.ts';
import { withoutMarkup } from '../tray/one-line.ts';
import { buttonWords, type NoticeBoard } from './notice-board.ts';

export function createElectronNotices(logger: Logger): NoticeBoard {
  /** What is not referred to would lose its click. */
  let shown: Notification | null = null;

  function takeDown(): void {
    const gone = shown;
    shown = null;
    gone?.close();
  }

  return {
    post({ title, body, buttons, silent }, listener) {
      takeDown();
      if (!Notification.isSupported()) return;
      const notification = new Notification({
        title: withoutMarkup(title),
        body: withoutMarkup(body),
        silent,
        urgency: 'critical',
        actions: buttons.map((button) => ({ type: 'button', text: buttonWords[button] })),
      });
      shown = notification;
      const ifShown = (act: () => void) => () => {
        if (shown === notification) act();
      };
      notification.on('show', ifShown(listener.onShown));
      notification.on(
        'click',
        ifShown(() => listener.onPress('show')),
      );
      notification.on('action', ({ actionIndex }) => {
        const button = buttons[actionIndex];
        if (shown === notification && button !== undefined) listener.onPress(button);
      });
      notification.on('close', ifShown(listener.onPutAway));
      // A desktop without a notification service shows none; the tray and the window do.
      notification.on('failed', (_event, error) => logger.info('notification.failed', { error }));
      notification.show();
    },
    takeDown,
    close: takeDown,
  };
}
