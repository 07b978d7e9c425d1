// Where an administrator lays settings over all others: a file that the users of a machine can't write.
import { posix, win32 } from 'node:path';

/**
 * `managed.yaml` in /etc/NAME, /Library/Application Support/NAME (macOS) or C:\Program Files\NAME Settings (Windows); it
 * need not be there. No variable has a say, because those are the user's. On Windows it is not ProgramData, where every user
 * may make the folder that is missing, and would configure the proxies of all others; nor the folder of the program, which
 * an update empties.
 * @param name The program's name.
 */
export function managedConfigFile(name: string, platform: NodeJS.Platform): string {
  switch (platform) {
    case 'win32':
      return win32.join('C:\\Program Files', `${name} Settings`, 'managed.yaml');
    case 'darwin':
      return posix.join('/Library/Application Support', name, 'managed.yaml');
    default:
      return posix.join('/etc', name.toLowerCase().replaceAll(' ', '-'), 'managed.yaml');
  }
}
