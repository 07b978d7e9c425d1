// The files that settings are in, shown to whoever wants to edit them; and those that settings name, to choose.
import { BrowserWindow, dialog, shell } from 'electron';
import type { ConfigPlaces } from '../../gateway/composition/inspect-config.ts';
import { loadOptions } from '../../gateway/composition/inspect-config.ts';

/** False where there is no such file, or no program that opens it. */
export async function showSettingFile(
  places: ConfigPlaces,
  { from, how }: { readonly from: 'window' | 'file' | 'managed'; readonly how: 'open' | 'folder' },
): Promise<boolean> {
  const { file, windowFile, managedFile } = loadOptions(places);
  const path = { file, window: windowFile, managed: managedFile }[from];
  if (path == null) return false;
  if (how === 'open') return (await shell.openPath(path)) === '';
  shell.showItemInFolder(path);
  return true;
}

/** Null where the dialog was cancelled. */
export async function chooseForSetting(kind: 'file' | 'folder'): Promise<string | null> {
  const options: Electron.OpenDialogOptions = {
    buttonLabel: 'Choose',
    properties: kind === 'file' ? ['openFile', 'showHiddenFiles'] : ['openDirectory', 'createDirectory'],
  };
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const { filePaths } = await (window === undefined
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  return filePaths[0] ?? null;
}
