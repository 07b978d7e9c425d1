// electron-builder's hook after the unpacked app is laid out, before its fuses are set and it goes into packages.
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Without these the app starts and then cannot do its work; electron-builder only warns. */
const needed = { linux: ['app.asar', 'opa', 'policies/policy_data.json'] };

export default async function afterPack({ appOutDir, electronPlatformName, packager }) {
  const resources = packager.getResourcesDir(appOutDir);
  // Electron's own sample, shown when an app is missing.
  await rm(join(resources, 'default_app.asar'), { force: true });
  for (const name of needed[electronPlatformName] ?? ['app.asar', 'policies/policy_data.json']) {
    await access(join(resources, name));
  }
}
