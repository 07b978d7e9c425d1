// Compiles the shipped policies, so that the app decides without OPA: compile-policies.mjs OPA OUT_DIR
// Runs on Electron's Node, which takes the app's own TypeScript as it is: what is compiled, and under which name it is
// found, is decided there alone.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilePolicies } from '../electron/gateway/policy/compile.ts';
import { opaAt } from '../electron/gateway/policy/opa.ts';
import { describeFailure } from '../electron/gateway/policy/policy-failure.ts';
import { readSources } from '../electron/gateway/policy/sources.ts';

const [opa, outDir] = process.argv.slice(2);
if (opa === undefined || outDir === undefined) {
  console.error('Usage: compile-policies.mjs OPA OUT_DIR');
  process.exit(2);
}

const sources = await readSources(fileURLToPath(new URL('../policies', import.meta.url)));
const compiled = sources.ok ? await compilePolicies(opaAt(resolve(opa)), sources.value.files) : sources;
if (!sources.ok || !compiled.ok) {
  console.error(describeFailure(compiled.failure));
  process.exit(1);
}
await rm(outDir, { recursive: true, force: true });
await mkdir(outDir, { recursive: true });
await writeFile(join(outDir, `${sources.value.hash}.tar.gz`), compiled.value);
