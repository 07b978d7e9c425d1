// The application's menu: what a window needs to be edited, zoomed and closed by the keys that people know.
import type { MenuItemConstructorOptions } from 'electron';

export function applicationMenu(
  platform: NodeJS.Platform,
  developerTools: boolean,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const zoom: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ];
  const inspect: MenuItemConstructorOptions[] = [
    { type: 'separator' },
    { role: 'reload' },
    { role: 'toggleDevTools' },
  ];
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    { label: 'File', submenu: mac ? [{ role: 'close' }] : [{ role: 'close' }, { role: 'quit' }] },
    { role: 'editMenu' },
    { label: 'View', submenu: developerTools ? [...zoom, ...inspect] : zoom },
    ...(mac ? [{ role: 'windowMenu' } as const] : []),
  ];
}
