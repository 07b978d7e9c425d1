// Where an administrator lays settings over all others: a file that the users of a machine can't write.
import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/** `managed.yaml` in /etc/NAME, /Library/Application Support/NAME (macOS) or %ProgramData%\NAME (Windows). */
export function managedConfigFile(
  name: string,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): string {
  switch (platform) {
    case 'win32':
      return win32.join(env.ProgramData ?? 'C:\\ProgramData', name, 'managed.yaml');
    case 'darwin':
      return posix.join('/Library/Application Support', name, 'managed.yaml');
    default:
      return posix.join('/etc', name.toLowerCase().replaceAll(' ', '-'), 'managed.yaml');
  }
}

/**
 * Null where nothing is managed.
 * @param name The program's name.
 */
export function findManagedConfig(name: string): string | null {
  const file = managedConfigFile(name, process.platform, process.env);
  return existsSync(file) ? file : null;
}
