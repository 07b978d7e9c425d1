// The prompt: a small window above all others, made before it is needed and shown without taking the focus.
import { app, BrowserWindow, screen } from 'electron';
import type { Logger } from '../../gateway/ports.ts';
import { eventChannel } from '../../shared/contract-names.ts';
import type { PendingApproval } from '../../shared/approvals.ts';
import type { Area } from './bounds.ts';
import { pageBackground, pagePreferences, type PageSetup } from './page-preferences.ts';
import { promptBounds, promptWidth } from './prompt-bounds.ts';
import { createPromptShortcut, PROMPT_SHORTCUT } from './prompt-shortcut.ts';
import { promptUrl } from './window-files.ts';

export interface PromptWindowSetup extends Omit<PageSetup, 'offscreen'> {
  readonly title: string;
  readonly icon: string;
  /** Where the tray's icon is; null where the system does not tell. */
  readonly tray: () => Area | null;
  readonly logger: Logger;
  /** Questions can be shown from now on. */
  readonly onThere: () => void;
  /** What it asks can be seen from now on, or not any more. */
  readonly onVisible: () => void;
  /** It crashed, hangs or could not be loaded: nobody sees what it showed. */
  readonly onLost: () => void;
}

export interface PromptWindow {
  /** Whether a question that comes now will be seen. */
  isThere(): boolean;
  isVisible(): boolean;
  /** Makes it, hidden, or takes it away: nobody is ever asked. */
  setWanted(wanted: boolean): void;
  /** Tells the page what waits; it answers by `fit`. */
  tell(pending: PendingApproval[]): void;
  /**
   * Shows so many pixels of the page, or nothing of it.
   * @returns the keys that give it the keyboard, as Electron writes them; null where none are heard.
   */
  fit(height: number | null): string | null;
  /**
   * Shows it again after its answer was put off, and gives it the keyboard: somebody has asked for it.
   * @param group of the question that is to be in front; null for the first one.
   * @returns false where it can't be shown, or nothing waits.
   */
  recall(group: string | null): boolean;
  close(): void;
}

/** So long the page may take to say what it shows, milliseconds: at its start, and after each change. */
const patience = { start: 15_000, change: 5_000 } as const;
/** One that is lost within this time of its making is made again after as long. */
const breatherMs = 5_000;

interface OpenPrompt {
  readonly window: BrowserWindow;
  readonly since: number;
  /** Resolves once the page hears events. */
  readonly loaded: Promise<void>;
}

export function createPromptWindow(setup: PromptWindowSetup): PromptWindow {
  const { logger } = setup;
  /** Null until that is known. */
  let wanted: boolean | null = null;
  let current: OpenPrompt | null = null;
  let silence: NodeJS.Timeout | undefined;
  let remaking: NodeJS.Timeout | undefined;
  let quitting = false;
  let waiting = 0;
  /** As it was told to be: desktops need a moment, in which a window says otherwise of itself. */
  let isUp = false;
  /** Whoever asks for it gets it with the keyboard; otherwise it takes none. */
  let isCalled = false;
  const shortcut = createPromptShortcut(() => recall(null), logger);
  const quit = () => (quitting = true);
  app.on('before-quit', quit);

  function open(): void {
    const window = new BrowserWindow({
      width: promptWidth,
      height: 320,
      title: setup.title,
      icon: setup.icon,
      show: false,
      frame: false,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      // The click that brings it to the front on macOS is one on what it shows: nobody should have to click twice.
      acceptFirstMouse: true,
      // On macOS a panel takes keys without bringing all of the app to the front.
      ...(process.platform === 'darwin' ? { type: 'panel' } : {}),
      backgroundColor: pageBackground(),
      webPreferences: {
        ...pagePreferences({ ...setup, offscreen: false }),
        // It is drawn while it is hidden, so that it can be seen as soon as it is shown.
        backgroundThrottling: false,
      },
    });
    window.setAlwaysOnTop(true, 'screen-saver');
    window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true, skipTransformProcessType: true });
    const opened: OpenPrompt = { window, since: Date.now(), loaded: window.loadURL(promptUrl) };
    current = opened;
    expectWord(patience.start);
    opened.loaded.catch((error: unknown) => lose(opened, `not loaded: ${String(error)}`));
    window.on('close', (event) => {
      if (quitting) return;
      // Whoever closes it wants to decide later: the calls go on waiting.
      event.preventDefault();
      hide(window);
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => lose(opened, reason));
    window.on('show', setup.onVisible);
    window.on('hide', setup.onVisible);
    window.on('unresponsive', () => lose(opened, 'unresponsive'));
    setup.onThere();
  }

  function expectWord(ms: number): void {
    const expected = current;
    silence ??= setTimeout(() => {
      silence = undefined;
      if (expected !== null) lose(expected, `no word from it for ${ms / 1000} s`);
    }, ms);
  }

  function hasSpoken(): void {
    clearTimeout(silence);
    silence = undefined;
  }

  function hide(window: BrowserWindow): void {
    window.hide();
    isCalled = false;
    isUp = false;
    listen();
  }

  /** The keys are heard while there is something to be shown, put off or not. */
  function listen(): string | null {
    if (current !== null && (waiting > 0 || isUp)) return shortcut.listen() ? PROMPT_SHORTCUT : null;
    shortcut.stop();
    return null;
  }

  function recall(group: string | null): boolean {
    if (current === null) return false;
    const { window } = current;
    if (window.isVisible()) window.focus();
    else if (waiting === 0) return false;
    isCalled = true;
    window.webContents.send(eventChannel, 'prompt.recalled', { group });
    expectWord(patience.change);
    return true;
  }

  function discard(): void {
    hasSpoken();
    shortcut.stop();
    current?.window.destroy();
    current = null;
    isUp = false;
  }

  function lose(lost: OpenPrompt, why: string): void {
    if (lost !== current || quitting) return;
    logger.error('prompt.lost', { why });
    discard();
    setup.onLost();
    const soon = Date.now() - lost.since >= breatherMs;
    remaking = setTimeout(
      () => {
        if (wanted === true && !quitting) open();
      },
      soon ? 0 : breatherMs,
    );
  }

  return {
    // Before it is known whether anybody is to be asked, a question waits for that.
    isThere: () => current !== null || wanted === null,
    isVisible: () => current?.window.isVisible() ?? false,

    setWanted(now) {
      if (now === wanted) return;
      wanted = now;
      clearTimeout(remaking);
      if (now) open();
      else discard();
    },

    tell(pending) {
      waiting = pending.filter(({ state }) => state === 'waiting').length;
      listen();
      const receiver = current;
      if (receiver === null) return;
      const deliver = () => {
        if (receiver !== current) return;
        receiver.window.webContents.send(eventChannel, 'approvals.changed', pending);
        if (pending.length > 0) expectWord(patience.change);
      };
      const neverLoaded = () => undefined;
      void receiver.loaded.then(deliver, neverLoaded);
    },

    fit(height) {
      hasSpoken();
      if (current === null) return null;
      const { window } = current;
      if (height === null) {
        hide(window);
        return null;
      }
      const tray = setup.tray();
      const shown = window.isVisible() ? window.getBounds() : null;
      const place = shown ?? tray ?? { ...screen.getCursorScreenPoint(), width: 1, height: 1 };
      const bounds = promptBounds({ height, tray, shown, screen: screen.getDisplayMatching(place) });
      window.setBounds(bounds);
      if (shown === null && isCalled) window.show();
      else if (shown === null) window.showInactive();
      isCalled = false;
      isUp = true;
      return listen();
    },

    recall,

    close() {
      app.off('before-quit', quit);
      wanted = false;
      clearTimeout(remaking);
      discard();
    },
  };
}
