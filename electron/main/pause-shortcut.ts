// The key combination that stops everything, whichever program is in front.
import { globalShortcut } from 'electron';
import type { Logger } from '../gateway/ports.ts';

export interface PauseKeys {
  /** As Electron writes them; the tray's menu shows them beside "Pause everything". */
  readonly keys: string;
  /** False where nobody wants it, where another program has it, or the desktop lets no program have one (some of Wayland's). */
  readonly isListening: boolean;
  listen(wanted: boolean): void;
  close(): void;
}

const keys = 'CommandOrControl+Alt+Shift+P';

/** They stop and never resume: a second press in a hurry must not undo the first. Nothing is heard before `listen`. */
export function createPauseKeys(pause: () => void, logger: Logger): PauseKeys {
  let isListening = false;

  function listen(wanted: boolean): void {
    if (wanted === isListening) return;
    if (wanted) {
      isListening = globalShortcut.register(keys, pause);
      if (!isListening) logger.info('shortcut.not_registered', { shortcut: keys });
    } else {
      globalShortcut.unregister(keys);
      isListening = false;
    }
  }

  return {
    keys,
    get isListening() {
      return isListening;
    },
    listen,
    close: () => listen(false),
  };
}
