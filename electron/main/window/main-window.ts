// The one window: made when it is wanted, gone when it is closed, in its old place when it comes back.
import { BrowserWindow, screen } from 'electron';
import Store from 'electron-store';
import type { Logger } from '../../gateway/ports.ts';
import { eventChannel } from '../../shared/contract-names.ts';
import type { WindowEventName, WindowEventPayload } from '../../shared/contract.ts';
import { minimumSize, openingBounds, savedBounds, type SavedBounds } from './bounds.ts';
import { pageBackground, pagePreferences, type PageSetup } from './page-preferences.ts';
import { windowUrl } from './window-files.ts';

export interface MainWindowSetup extends PageSetup {
  readonly title: string;
  readonly icon: string;
  readonly logger: Logger;
  /** Called when the window has come, and when it is gone. */
  readonly onChange: () => void;
  /** It crashed, or hangs: what it showed is not seen any more. */
  readonly onLost: () => void;
}

export interface MainWindow {
  isOpen(): boolean;
  /** Opens the window, or brings it to the front. */
  show(): void;
  /** Sends an event to the window if there is one; one that is still loading gets it when it can hear. */
  send<N extends WindowEventName>(name: N, payload: WindowEventPayload<N>): void;
}

interface OpenWindow {
  readonly window: BrowserWindow;
  /** It shows itself once there is something to see. */
  drawn: boolean;
  /** Resolves once the page hears events. */
  readonly loaded: Promise<void>;
}

export function createMainWindow(setup: MainWindowSetup): MainWindow {
  const store = new Store<{ bounds?: SavedBounds }>({ name: 'window', clearInvalidConfig: true });
  let current: OpenWindow | null = null;

  function open(): OpenWindow {
    const saved = savedBounds.safeParse(store.get('bounds')).data;
    const screens = screen.getAllDisplays().map(({ workArea }) => workArea);
    const window = new BrowserWindow({
      ...openingBounds(saved, screens),
      minWidth: minimumSize.width,
      minHeight: minimumSize.height,
      title: setup.title,
      icon: setup.icon,
      show: false,
      autoHideMenuBar: true,
      backgroundColor: pageBackground(),
      webPreferences: pagePreferences(setup),
    });
    const opened: OpenWindow = { window, drawn: false, loaded: window.loadURL(windowUrl) };
    opened.loaded.catch((error: unknown) =>
      setup.logger.error('window.not_loaded', { error: String(error) }),
    );
    window.once('ready-to-show', () => {
      opened.drawn = true;
      if (setup.offscreen) return;
      if (saved?.maximized === true) window.maximize();
      window.show();
    });
    window.on('close', () => {
      store.set('bounds', { ...window.getNormalBounds(), maximized: window.isMaximized() });
    });
    window.on('closed', () => {
      current = null;
      setup.onChange();
    });
    window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      setup.logger.error('window.crashed', { reason, exitCode });
      setup.onLost();
      window.destroy();
    });
    window.on('unresponsive', () => {
      setup.logger.error('window.unresponsive');
      setup.onLost();
    });
    return opened;
  }

  return {
    isOpen: () => current !== null,
    show() {
      if (current === null) {
        current = open();
        setup.onChange();
      } else if (current.drawn && !setup.offscreen) {
        const { window } = current;
        if (window.isMinimized()) window.restore();
        window.show();
        window.focus();
      }
    },
    send(name, payload) {
      const receiver = current;
      const deliver = () => {
        if (receiver === current) receiver?.window.webContents.send(eventChannel, name, payload);
      };
      const neverLoaded = () => undefined;
      void receiver?.loaded.then(deliver, neverLoaded);
    },
  };
}
