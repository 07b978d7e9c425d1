// The shared libraries that Electron needs, Xvfb and, for tests, a D-Bus daemon: found missing by ldd and PATH, installed
// by apt-get when root.
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { capture } from '../child.mjs';
import { hasDisplay } from '../display.mjs';
import { onPath } from '../on-path.mjs';
import { memory } from '../places.mjs';
import { SetupError } from '../setup-error.mjs';

/** They bring all others. The names with t64 are those of Debian 13, Ubuntu 24.04 and later. */
const libraryPackages = [
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libasound2t64', 'libasound2'],
  ['libnss3'],
  ['libgbm1'],
];

/** What notifications and the tray's menu are tested over. */
const busPackages = [['dbus-daemon', 'dbus']];

const checkedNote = join(memory, 'libraries.json');

/**
 * Sees to it that Electron can be started. Does nothing but on Linux.
 * @param {{ path: string }} electron
 * @param {boolean} window Whether a display is needed, real or virtual.
 * @param {boolean} bus Whether a D-Bus daemon is wanted. Tests can do without: they say what they leave out.
 */
export async function ensureSystemPackages(progress, electron, { window, bus = false }) {
  if (process.platform !== 'linux') return;
  await ensureWindowPackages(progress, electron, window);
  if (bus) await wishForBus(progress);
}

async function wishForBus(progress) {
  const isThere = async () => (await onPath('dbus-daemon')) !== undefined;
  if (await isThere()) return;
  if (process.getuid() === 0 && (await onPath('apt-get')) !== undefined) {
    await install(progress, busPackages).catch((error) => progress.note(error.message));
  }
  if (!(await isThere()))
    progress.note('dbus-daemon is missing: answers on notifications and in the tray are NOT tested');
}

async function ensureWindowPackages(progress, electron, window) {
  const missing = await missingLibraries(electron.path);
  const needXvfb = window && !hasDisplay() && (await onPath('Xvfb')) === undefined;
  if (missing.length === 0 && !needXvfb) return;

  const what = [...missing, ...(needXvfb ? ['Xvfb (there is no display)'] : [])].join(', ');
  if ((await onPath('apt-get')) === undefined) {
    throw new SetupError(`Missing on this system: ${what}. Install them with your package manager.`);
  }
  const wanted = [...(missing.length > 0 ? libraryPackages : []), ...(needXvfb ? [['xvfb']] : [])];
  if (process.getuid() !== 0) {
    const names = await availableNames(wanted);
    throw new SetupError(
      `Missing on this system: ${what}. This installs them:\n\n` +
        `  sudo apt-get update && sudo apt-get install --no-install-recommends -y ${names.join(' ')}\n`,
    );
  }

  await install(progress, wanted);
  const still = await missingLibraries(electron.path);
  if (still.length > 0) throw new SetupError(`Still missing after the installation: ${still.join(', ')}.`);
}

/**
 * Installs Debian packages; only root can.
 * @param {string[][]} wanted For each thing its name, or the names that releases know it by, newest first.
 */
export async function install(progress, wanted) {
  // The lists of a fresh container are empty or old.
  await progress.step('System packages: apt-get update', () => aptGet('update'));
  const names = await availableNames(wanted);
  await progress.step(`System packages: apt-get install ${names.join(' ')}`, () =>
    aptGet('install', '--no-install-recommends', '-y', ...names),
  );
}

/** Names of libraries that the dynamic linker does not find. A binary once found complete is not asked again. */
async function missingLibraries(binary) {
  const { mtimeMs } = await stat(binary);
  const checked = JSON.stringify({ binary, mtimeMs });
  if ((await readFile(checkedNote, 'utf8').catch(() => '')) === checked) return [];
  if ((await onPath('ldd')) === undefined) return [];
  const { stdout } = await capture('ldd', [binary]);
  const missing = [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
  if (missing.length === 0) {
    await mkdir(memory, { recursive: true });
    await writeFile(checkedNote, checked);
  }
  return missing;
}

/** Of each list of names for one thing, the first that this release of the distribution has. */
async function availableNames(alternatives) {
  const names = [];
  for (const candidates of alternatives) {
    let chosen = candidates.at(-1);
    for (const name of candidates.slice(0, -1)) {
      const { code, stdout } = await capture('apt-cache', ['show', '--no-all-versions', name]);
      if (code === 0 && stdout.trim() !== '') {
        chosen = name;
        break;
      }
    }
    names.push(chosen);
  }
  return names;
}

async function aptGet(...args) {
  const { code, output } = await capture('apt-get', ['-q', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (code !== 0) throw new SetupError(`apt-get ${args.join(' ')} failed:\n${output.trim()}`);
}
