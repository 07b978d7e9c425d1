// Writes and removes the file of the service: only one that this program wrote is ever changed.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ServicePlan } from './service-plan.ts';
import { marker } from './service-setup.ts';

type File = Pick<ServicePlan, 'file' | 'text' | 'encoding' | 'folders' | 'links'>;

/** `foreign` another one is there, and stays. Both functions throw the system's error where they can't write. */
export function writeServiceFile({ file, text, encoding, folders }: File): 'written' | 'foreign' {
  if (whose(file, encoding) === 'foreign') return 'foreign';
  for (const folder of [dirname(file), ...folders]) mkdirSync(folder, { recursive: true });
  writeFileSync(file, encoding === 'utf8' ? text : `\uFEFF${text.replaceAll('\n', '\r\n')}`, encoding);
  return 'written';
}

export function removeServiceFile({ file, encoding, links }: File): 'removed' | 'foreign' | 'none' {
  const found = whose(file, encoding);
  if (found !== 'own') return found;
  for (const path of [...links, file]) rmSync(path, { force: true });
  return 'removed';
}

function whose(file: string, encoding: File['encoding']): 'own' | 'foreign' | 'none' {
  if (!existsSync(file)) return 'none';
  return readFileSync(file, encoding).includes(marker) ? 'own' : 'foreign';
}
