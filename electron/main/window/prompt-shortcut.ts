// The key combination that brings the prompt up and gives it the keyboard, which it does not take by itself.
// Heard only while there is something to answer.
import { globalShortcut } from 'electron';
import type { Logger } from '../../gateway/ports.ts';

/** As Electron writes it. */
export const PROMPT_SHORTCUT = 'CommandOrControl+Alt+Shift+A';

export interface PromptShortcut {
  /** False where another program has the combination, or the desktop lets no program have one (some of Wayland's). */
  listen(): boolean;
  stop(): void;
}

export function createPromptShortcut(recall: () => void, logger: Logger): PromptShortcut {
  let isListening = false;
  return {
    listen() {
      if (isListening) return true;
      isListening = globalShortcut.register(PROMPT_SHORTCUT, recall);
      if (!isListening) logger.info('shortcut.not_registered', { shortcut: PROMPT_SHORTCUT });
      return isListening;
    },
    stop() {
      if (isListening) globalShortcut.unregister(PROMPT_SHORTCUT);
      isListening = false;
    },
  };
}
