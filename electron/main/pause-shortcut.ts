// The key combination that stops everything, whichever program is in front.
import { globalShortcut } from 'electron';
import type { Logger } from '../gateway/ports.ts';

/** As Electron writes it; the tray's menu shows it beside "Pause everything". */
export const PAUSE_SHORTCUT = 'CommandOrControl+Alt+Shift+P';

export interface PauseShortcut {
  /** False where another program has the combination, or the desktop lets no program have one (some of Wayland's). */
  readonly isListening: boolean;
  close(): void;
}

/** It stops and never resumes: a second press in a hurry must not undo the first. */
export function listenForPause(pause: () => void, logger: Logger): PauseShortcut {
  const isListening = globalShortcut.register(PAUSE_SHORTCUT, pause);
  if (!isListening) logger.info('shortcut.not_registered', { shortcut: PAUSE_SHORTCUT });
  return {
    isListening,
    close: () => globalShortcut.unregister(PAUSE_SHORTCUT),
  };
}
