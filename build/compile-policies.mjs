// Compiles the shipped policies, so that the app decides without OPA: node build/compile-policies.mjs OPA OUT_DIR
// The file is named after a hash of the sources: policies that were changed since are never mistaken for these.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [opa, outDir] = process.argv.slice(2);
if (opa === undefined || outDir === undefined) {
  console.error('Usage: node build/compile-policies.mjs OPA OUT_DIR');
  process.exit(2);
}
const policies = fileURLToPath(new URL('../policies', import.meta.url));

// All as in electron/gateway/policy/sources.ts, which looks for the result; a test holds the two together.
const bundleFormat = 1;
const names = readdirSync(policies, { recursive: true })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'))
  .filter((name) => !name.split('/').some((part) => part.startsWith('.') || part === 'examples'))
  .sort();
const texts = names.map((name) => [name, readFileSync(join(policies, name), 'utf8')]);
const hash = createHash('sha256')
  .update(JSON.stringify([bundleFormat, texts]))
  .digest('hex');

rmSync(outDir, { recursive: true, force: true });
mkdirSync(outDir, { recursive: true });
const bundle = join(resolve(outDir), `${hash}.tar.gz`);
execFileSync(
  resolve(opa),
  ['build', '--target', 'wasm', '--entrypoint', 'mcp/policy/decision', '--output', bundle, ...names],
  { cwd: policies, env: {}, stdio: 'inherit', timeout: 60_000 },
);
