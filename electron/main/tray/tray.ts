// The icon in the system's tray, and its menu.
import { Menu, Tray, nativeImage, type NativeImage, type Rectangle } from 'electron';
import { join } from 'node:path';
import type { DesktopState } from '../desktop-state.ts';
import { tooltip, trayIcon, type TrayIcon } from './tray-face.ts';
import { trayMenu, type TrayActions } from './tray-menu.ts';
import { createUnreadGuard } from './unread-guard.ts';

export interface TrayIconHandle {
  show(state: DesktopState): void;
  /** Where it is on the screen; null where the system does not tell. */
  place(): Rectangle | null;
  close(): void;
}

export interface TrayOptions {
  readonly name: string;
  /** The folder of icons. */
  readonly icons: string;
  /** The key combination that pauses everything, as Electron writes it; null where there is none. */
  /** Null while they are not heard. */
  readonly pauseKeys: () => string | null;
}

/** A menu that is open stays as it is for so long at most: not every desktop tells when it was closed. Milliseconds. */
const LONGEST_LOOK_MS = 60_000;

export function createTray({ name, icons, pauseKeys }: TrayOptions, actions: TrayActions): TrayIconHandle {
  const pictures = new Map<TrayIcon, NativeImage>();
  const picture = (icon: TrayIcon): NativeImage => {
    const loaded = pictures.get(icon) ?? nativeImage.createFromPath(join(icons, 'tray', pictureFile(icon)));
    pictures.set(icon, loaded);
    return loaded;
  };

  const tray = new Tray(picture('idle'));
  // On macOS a click opens the menu; elsewhere that is what the other button does.
  if (process.platform !== 'darwin') tray.on('click', () => actions.open());

  const guard = createUnreadGuard();
  let icon: TrayIcon = 'idle';
  let words = '';
  /** What the menu was made of, as far as it can be compared. */
  let shownMenu = '';
  let latest: DesktopState | null = null;
  let listed: DesktopState['recent'] = [];
  /** Set while it is looked at. */
  let looking: NodeJS.Timeout | undefined;

  const clicks: TrayActions = {
    ...actions,
    setMode(mode) {
      // The system has moved the mark by itself; should the gateway refuse, the next drawing puts it right.
      shownMenu = '';
      actions.setMode(mode);
    },
    answer(ids, allow) {
      if (guard.isRead()) actions.answer(ids, allow);
    },
  };

  function looked(): void {
    clearTimeout(looking);
    looking = undefined;
    // On some systems the click comes after this.
    setImmediate(drawMenu);
  }

  /** An open menu would close, or change under the pointer, where it is replaced. */
  function drawMenu(): void {
    if (latest === null || looking !== undefined || tray.isDestroyed()) return;
    // On Linux nobody tells that it is open: while a call waits, it changes with what waits alone.
    if (latest.approvals.length === 0) listed = latest.recent;
    const template = trayMenu({ name, pauseKeys: pauseKeys() }, { ...latest, recent: listed }, clicks);
    const now = JSON.stringify(template);
    if (now === shownMenu) return;
    shownMenu = now;
    guard.changed();
    const menu = Menu.buildFromTemplate(template);
    menu.on('menu-will-show', () => {
      clearTimeout(looking);
      looking = setTimeout(looked, LONGEST_LOOK_MS);
    });
    menu.on('menu-will-close', looked);
    tray.setContextMenu(menu);
  }

  return {
    show(state) {
      latest = state;
      if (trayIcon(state) !== icon) tray.setImage(picture((icon = trayIcon(state))));
      if (tooltip(name, state) !== words) tray.setToolTip((words = tooltip(name, state)));
      drawMenu();
    },
    close() {
      clearTimeout(looking);
      tray.destroy();
    },
    place() {
      // On Linux all of it is 0.
      const bounds = tray.getBounds();
      return bounds.width > 0 && bounds.height > 0 ? bounds : null;
    },
  };
}

/** macOS draws template images in its own colours; Windows takes the size that it needs out of an .ico. */
function pictureFile(icon: TrayIcon): string {
  switch (process.platform) {
    case 'darwin':
      return `${icon}Template.png`;
    case 'win32':
      return `${icon}.ico`;
    default:
      return `${icon}.png`;
  }
}
