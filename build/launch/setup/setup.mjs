// Everything that a fresh clone lacks, in order; on a prepared one a few file checks and nothing else.
import { ensureElectron } from './electron.mjs';
import { ensureNodeModules } from './node-modules.mjs';
import { ensureOpa } from './opa.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

/**
 * @param {{ window: boolean, bus?: boolean, release?: boolean }} needs `window`: a display is needed, real or virtual;
 *   `bus`: a D-Bus daemon is wanted.
 * @returns The programs that later steps run: `electron` (see ensureElectron) and `opa` (a path, or undefined).
 */
export async function setUp(progress, needs) {
  await ensureNodeModules(progress);
  const electron = await ensureElectron(progress, needs);
  await ensureSystemPackages(progress, electron, needs);
  return { electron, opa: await ensureOpa(progress) };
}
