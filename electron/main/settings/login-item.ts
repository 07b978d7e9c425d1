// Whether the app starts when its user logs in, as each system keeps that.
import { app } from 'electron';
import { homedir } from 'node:os';
import type { StartAtLogin } from '../../shared/app-preferences.ts';
import { autostartFile, isAutostarted, removeAutostart, writeAutostart } from './autostart-entry.ts';

export interface LoginItem {
  read(): StartAtLogin;
  /** @throws where the system does not let it. */
  set(enabled: boolean): void;
}

/** @param args What the app was started with, so that it is the same one that comes back. */
export function createLoginItem(name: string, args: readonly string[]): LoginItem {
  if (process.platform === 'linux') return onLinux(name, args);
  if (!app.isPackaged) {
    const why = 'Only an installed app can start with the system, not one from a checkout.';
    return { read: () => ({ enabled: null, why }), set: () => undefined };
  }
  // macOS takes no arguments: it tells the app that it was opened at login. Windows finds an entry by them.
  const item = process.platform === 'win32' ? { args: ['--hidden', ...args] } : {};
  return {
    read: () => ({ enabled: app.getLoginItemSettings(item).openAtLogin, why: null }),
    set: (enabled) => app.setLoginItemSettings({ ...item, openAtLogin: enabled }),
  };
}

function onLinux(name: string, args: readonly string[]): LoginItem {
  const file = autostartFile(process.env, homedir());
  // An AppImage is mounted somewhere else each time, and says where it itself lies.
  const program = process.env.APPIMAGE ?? process.execPath;
  const command = [program, ...(app.isPackaged ? [] : [app.getAppPath()]), '--hidden', ...args];
  return {
    read: () => ({ enabled: isAutostarted(file), why: null }),
    set(enabled) {
      if (enabled) writeAutostart(file, { name, command });
      else removeAutostart(file);
    },
  };
}
