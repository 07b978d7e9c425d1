// Node modules: installed from the lock file whenever they are not what it says.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { capture } from '../child.mjs';
import { nodeModules, root } from '../places.mjs';
import { SetupError } from '../setup-error.mjs';

/** Runs `npm ci` unless every package of package-lock.json is installed at its version. */
export async function ensureNodeModules(progress) {
  const locked = await readPackages(join(root, 'package-lock.json'));
  if (locked === undefined) throw new SetupError('package-lock.json is missing: the clone is incomplete.');
  if (matches(locked, await readPackages(join(nodeModules, '.package-lock.json')))) return;

  await progress.step(`Node modules: npm ci (${Object.keys(locked).length - 1} packages)`, async () => {
    const [command, ...first] = npm();
    const { code, output } = await capture(
      command,
      [...first, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
      { cwd: root },
    );
    if (code !== 0) throw new SetupError(`npm ci failed with exit code ${code}:\n${complaint(output)}`);
  });
}

/** The npm that runs this script, else the one on PATH, as the start of a command line. */
export function npm() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return [process.execPath, script];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** npm adds the whole help text of its command to some errors. */
function complaint(output) {
  return output.split(/^npm error Clean install a project$/m, 1)[0].trim();
}

/** npm writes the second of these files last, so a broken-off installation has none and does not match. */
function matches(locked, installed) {
  if (installed === undefined) return false;
  return Object.entries(locked).every(([path, wanted]) => {
    if (path === '') return true;
    const present = installed[path];
    // Optional packages of other platforms are not installed.
    if (present === undefined) return wanted.optional === true;
    return present.version === wanted.version && present.integrity === wanted.integrity;
  });
}

async function readPackages(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
