// npm run dist: compiles, and packages with electron-builder around the Electron that the launcher found.
// `npm run dist -- --release` takes the official Electron or fails; `npm run dist -- --linux AppImage` and the like
// choose other targets.
import { join } from 'node:path';
import { attend } from '../launch/child.mjs';
import { compile } from '../launch/compile.mjs';
import { onPath } from '../launch/on-path.mjs';
import { root, tool } from '../launch/places.mjs';
import { setUp } from '../launch/setup/setup.mjs';
import { install } from '../launch/setup/system-packages.mjs';
import { SetupError } from '../launch/setup-error.mjs';

/** What can be built on any Linux; AppImage and rpm want tools of their own. Elsewhere the configuration says it. */
const linuxTargets = ['--linux', 'dir', 'tar.gz', 'deb'];

/**
 * On Linux the product's name is also its folder's under /opt, and Chromium's setuid sandbox does not start from a path
 * with a space. People see the name in the desktop entry.
 */
const linuxFolder = 'mcp-proxy-desktop';

/** Where electron-builder gets 7-Zip and fpm. */
const toolsHost = 'https://github.com';
const reachMs = 5000;

/** @returns {Promise<number>} electron-builder's exit code. */
export async function dist(progress, args) {
  const release = args.includes('--release') || process.env.MCP_PROXY_RELEASE === '1';
  const given = args.filter((argument) => argument !== '--release');
  const tools = await setUp(progress, { window: false, release });
  if (tools.opa === undefined)
    throw new SetupError('A package carries compiled policies, for which OPA is needed.');
  await compile(progress, tools, { force: release });

  const { dist: electronDist, version } = tools.electron;
  const targets = given.length > 0 || process.platform !== 'linux' ? given : linuxTargets;
  const command = [
    tool('electron-builder/cli.js'),
    ...['--config', 'build/electron-builder.yml', '--publish', 'never'],
    ...[`-c.electronDist=${electronDist}`, `-c.electronVersion=${version}`],
    ...(targets.includes('--linux') ? [`-c.productName=${linuxFolder}`] : []),
    ...targets,
  ];
  // On plain Node: Electron's reads archives as folders, where electron-builder means the file.
  return attend(process.execPath, command, {
    cwd: root,
    env: { ...process.env, ...(await ownTools(progress, release)) },
  });
}

/** Environment that points electron-builder to tools of this system where it cannot download its own. */
async function ownTools(progress, release) {
  if (process.platform !== 'linux' || release || (await reachable(toolsHost))) return {};
  progress.note(`${toolsHost} is out of reach: packaging with this system's 7-Zip and a stand-in for fpm.`);
  return {
    ELECTRON_BUILDER_7ZIP_PATH: await sevenZip(progress),
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '5',
    CUSTOM_FPM_PATH: join(import.meta.dirname, 'fpm-deb.mjs'),
  };
}

async function reachable(url) {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(reachMs) });
    return true;
  } catch (error) {
    if (error instanceof TypeError || error.name === 'TimeoutError') return false;
    throw error;
  }
}

async function sevenZip(progress) {
  const present = await onPath('7za');
  if (present !== undefined) return present;
  if ((await onPath('apt-get')) === undefined || process.getuid() !== 0) {
    throw new SetupError('7za is missing: sudo apt-get update && sudo apt-get install -y p7zip-full');
  }
  await install(progress, [['p7zip-full']]);
  return '/usr/bin/7za';
}
