// The checks that need no running program, as a table, and how they are run: some at a time, each with its seconds.
import { availableParallelism } from 'node:os';
import { capture } from './child.mjs';
import { asNode } from './electron-node.mjs';
import { root, tool } from './places.mjs';

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
  'policy format': { opa: true, args: ['fmt', '--list', '--fail', 'policies'] },
  'policy check': { opa: true, args: ['check', '--strict', 'policies'] },
};

/**
 * @param {string[]} [names] Of the checks above; all of them if left out.
 * @returns {Promise<string[]>} Names of the checks that failed. Those of policies are left out where there is no OPA.
 */
export async function runChecks(progress, tools, names = Object.keys(checks)) {
  const waiting = names.filter((name) => !checks[name].opa || tools.opa !== undefined);
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

function runCheck({ script, args, plainNode = false }, { electron, opa }) {
  if (script === undefined) return capture(opa, args, { cwd: root });
  const node = plainNode ? process.execPath : electron.path;
  return capture(node, [tool(script), ...args], { cwd: root, env: plainNode ? process.env : asNode() });
}
