// The checks that need no running program, as a table, and how they are run: some at a time, each with its seconds.
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { capture } from './child.mjs';
import { asNode } from './electron-node.mjs';
import { exampleBesideShipped, root, tool } from './places.mjs';

/** A check is a tool's entry script or an OPA command, with arguments that make it fail on a warning, too. */
const checks = {
  format: { script: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level', 'warn', '.'] },
  lint: { script: 'eslint/bin/eslint.js', args: ['--max-warnings', '0', '.'] },
  types: { script: 'typescript/bin/tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  'window types': {
    script: 'svelte-check/bin/svelte-check',
    args: ['--tsconfig', 'renderer/tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  },
  'import rules': {
    script: 'dependency-cruiser/bin/dependency-cruiser.mjs',
    args: ['--config', '.dependency-cruiser.cjs', 'electron', 'renderer'],
  },
  'unused code': {
    script: 'knip/bin/knip.js',
    args: ['--no-progress', '--treat-config-hints-as-errors'],
    // Its parser shares a buffer of several GB with native code, for which V8's sandbox in Electron has no room.
    plainNode: true,
  },
  'policy format': { opa: ['fmt', '--list', '--fail'] },
  'policy check': { opa: ['check', '--strict', '--schema', join('policies', 'input.schema.json')] },
};

/**
 * @param {string[]} [names] Of the checks above; all of them if left out.
 * @returns {Promise<string[]>} Names of the checks that failed. Those of policies are left out where there is no OPA.
 */
export async function runChecks(progress, tools, names = Object.keys(checks)) {
  const waiting = names.filter((name) => checks[name].opa === undefined || tools.opa !== undefined);
  const failed = [];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const begun = performance.now();
      const { code, output } = await runCheck(checks[name], tools);
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      progress.note(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
      if (code === 0) continue;
      failed.push(name);
      progress.note(output.trimEnd());
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return failed;
}

async function runCheck({ opa, script, args, plainNode = false }, tools) {
  if (opa !== undefined) return capture(tools.opa, [...opa, ...(await shippedPolicies())], { cwd: root });
  const node = plainNode ? process.execPath : tools.electron.path;
  return capture(node, [tool(script), ...args], { cwd: root, env: plainNode ? process.env : asNode() });
}

/** With the example that builds on them. The other ones are in Rego's older syntax, as their readers write it. */
async function shippedPolicies() {
  const names = await readdir(join(root, 'policies'));
  const shipped = names.filter((name) => name.endsWith('.rego')).map((name) => join('policies', name));
  return [...shipped, exampleBesideShipped];
}
