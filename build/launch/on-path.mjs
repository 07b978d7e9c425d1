// Looks a program up on PATH.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** @returns {Promise<string | undefined>} Path of the executable called `name`. */
export async function onPath(name) {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, file);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  return undefined;
}
