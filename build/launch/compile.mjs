// Compiles the sources into out/ when they have changed since the last time.
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { capture } from './child.mjs';
import { asNode } from './electron-node.mjs';
import { out, root, tool } from './places.mjs';
import { SetupError } from './setup-error.mjs';

/** What out/ is made of. Folders count with all that is in them. */
const sources = [
  'electron',
  'renderer',
  'policies',
  'build/compile-policies.mjs',
  'package.json',
  'package-lock.json',
  'svelte.config.js',
  'tsconfig.base.json',
  'tsconfig.json',
  'vite.config.ts',
];

const stampFile = join(out, '.stamp');

/** @param {boolean} force Compile even if nothing has changed. */
export async function compile(progress, { electron, opa }, { force = false } = {}) {
  const stamp = await fingerprint();
  const last = await readFile(stampFile, 'utf8').catch(() => undefined);
  if (!force && last === stamp) return;

  await progress.step('Compiling', async () => {
    // Chunks carry hashes in their names: those of earlier builds would stay, and be packaged.
    await rm(out, { recursive: true, force: true });
    const { code, output } = await capture(
      electron.path,
      [tool('vite/bin/vite.js'), 'build', '--app', '--logLevel', 'warn'],
      { cwd: root, env: asNode() },
    );
    if (code !== 0) throw new SetupError(`The sources do not compile:\n${output.trim()}`);
    if (opa !== undefined) await compilePolicies(electron, opa);
    await writeFile(stampFile, stamp);
  });
}

/** The shipped policies, ready to run, so that the app decides where there is no OPA. */
async function compilePolicies(electron, opa) {
  const { code, output } = await capture(
    electron.path,
    [join(root, 'build', 'compile-policies.mjs'), opa, join(out, 'policies')],
    { cwd: root, env: asNode() },
  );
  if (code !== 0) throw new SetupError(`The policies do not compile:\n${output.trim()}`);
}

/** A hash over path, size and time of change of every source file. */
async function fingerprint() {
  const hash = createHash('sha256');
  for (const source of sources) await addTo(hash, source);
  return hash.digest('hex');
}

async function addTo(hash, path) {
  const entry = await stat(join(root, path)).catch(() => undefined);
  if (entry === undefined) return;
  if (!entry.isDirectory()) {
    hash.update(`${path}\0${entry.size}\0${entry.mtimeMs}\n`);
    return;
  }
  for (const name of (await readdir(join(root, path))).sort()) await addTo(hash, join(path, name));
}
