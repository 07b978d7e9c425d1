// Where the program's own parts lie, in a checkout and in a package.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

export interface Installation {
  readonly name: string;
  readonly version: string;
  /** The folder of compiled output. */
  readonly out: string;
  readonly icons: string;
  /** Outside the archive, because OPA reads them too. */
  readonly shippedPolicies: string;
  /** Null in a checkout, where OPA is found among the node modules or on PATH. */
  readonly bundledOpa: string | null;
}

const manifest = z.object({ productName: z.string(), version: z.string() });

/** @param out The folder of compiled output; a package has it in `resources/app.asar`. */
export function findInstallation(out: string): Installation {
  const root = dirname(out);
  const resources = basename(root) === 'app.asar' ? dirname(root) : root;
  const opa = join(resources, process.platform === 'win32' ? 'opa.exe' : 'opa');
  const { productName, version } = manifest.parse(
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
  );
  return {
    name: productName,
    version,
    out,
    icons: join(root, 'build', 'icons'),
    shippedPolicies: join(resources, 'policies'),
    bundledOpa: existsSync(opa) ? opa : null,
  };
}
