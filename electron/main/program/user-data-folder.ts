// Where a program of this system keeps a user's data: the folder that Electron uses, for when Electron is not there.
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * As `app.getPath('userData')`: https://www.electronjs.org/docs/latest/api/app#appgetpathname
 * @param name The program's name, which is the folder's.
 */
export function userDataFolder(
  name: string,
  platform: NodeJS.Platform = process.platform,
  env: Readonly<Record<string, string | undefined>> = process.env,
  home = homedir(),
): string {
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', name);
    case 'win32':
      return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), name);
    default:
      return join(env.XDG_CONFIG_HOME ?? join(home, '.config'), name);
  }
}
