// Where the settings lie that were made in the window: below the configuration file, which may say otherwise.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** JSON, with keys as in the configuration file; null where nothing was set yet. */
export function windowSettingsFile(userData: string): string | null {
  const file = join(userData, 'window-settings.json');
  return existsSync(file) ? file : null;
}
