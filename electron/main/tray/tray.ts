// The icon in the system's tray, and its menu.
import { Menu, Tray, nativeImage, type NativeImage, type Rectangle } from 'electron';
import { join } from 'node:path';
import type { DesktopState } from '../desktop-state.ts';
import { stateInWords, trayIcon, type TrayIcon } from './tray-face.ts';
import { trayMenu, type TrayActions } from './tray-menu.ts';

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
  readonly pauseKeys: string | null;
}

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

  let shown = '';
  const clicks: TrayActions = {
    ...actions,
    setMode(mode) {
      // The system has moved the mark by itself; should the gateway refuse, the next drawing puts it right.
      shown = '';
      actions.setMode(mode);
    },
  };

  return {
    show(state) {
      const menu = trayMenu({ name, pauseKeys }, state, clicks);
      const icon = trayIcon(state);
      // An open menu closes when it is replaced, so it is left alone where nothing in it has changed.
      const now = JSON.stringify([icon, menu]);
      if (now === shown) return;
      shown = now;
      tray.setImage(picture(icon));
      tray.setToolTip(`${name}: ${stateInWords(state)}`);
      tray.setContextMenu(Menu.buildFromTemplate(menu));
    },
    place() {
      // On Linux all of it is 0.
      const bounds = tray.getBounds();
      return bounds.width > 0 && bounds.height > 0 ? bounds : null;
    },
    close: () => tray.destroy(),
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
