// Where things lie in the repository, for the launcher's own use.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const root = resolve(fileURLToPath(import.meta.url), '../../..');

/** Compiled program; written by the compile step alone. */
export const out = join(root, 'out');

/** The example policy that builds on the shipped ones; checked and tested with them. */
export const exampleBesideShipped = join('policies', 'examples', 'no-sending-after-secrets');

export const nodeModules = join(root, 'node_modules');

/** What the launcher remembers between runs. `npm ci` empties it, and everything in it can be made again. */
export const memory = join(nodeModules, '.cache', 'mcp-proxy-desktop');

/** Entry script of a tool among the node modules, for example `tool('vite/bin/vite.js')`. */
export const tool = (path) => join(nodeModules, path);
