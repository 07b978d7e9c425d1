// The checks that need no running program, as a table, and how they are run: some at a time, each with its seconds.
import { availableParallelism } from 'node:os';
import { capture } from './child.mjs';
import { asNode } from './electron-node.mjs';
import { root, tool } from './places.mjs';

/** Tools that run on Electron's Node: name, entry script and arguments. Each fails on a warning, too. */
const scripts = {
  format: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  lint: ['eslint/bin/eslint.js', '--max-warnings', '0', '.'],
  types: ['typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'],
  'window types': [
    'svelte-check/bin/svelte-check',
    '--tsconfig',
    'renderer/tsconfig.json',
    '--fail-on-warnings',
    '--output',
    'human',
  ],
  'import rules': [
    'dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    'electron',
    'renderer',
  ],
  'unused code': ['knip/bin/knip.js', '--no-progress', '--treat-config-hints-as-errors'],
};

const opaCommands = {
  'policy format': ['fmt', '--list', '--fail', 'policies'],
  'policy check': ['check', '--strict', 'policies'],
};

/** @returns {Promise<string[]>} Names of the checks that failed, or could not be run for want of OPA. */
export async function runChecks(
  progress,
  { electron, opa },
  names = Object.keys({ ...scripts, ...opaCommands }),
) {
  const waiting = names.flatMap((name) => {
    const script = scripts[name];
    if (script !== undefined) {
      return [{ name, command: electron.path, args: [tool(script[0]), ...script.slice(1)], env: asNode() }];
    }
    return opa === undefined ? [] : [{ name, command: opa, args: opaCommands[name], env: process.env }];
  });
  const failed = [];
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const begun = performance.now();
      const { code, output } = await capture(check.command, check.args, { cwd: root, env: check.env });
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      progress.note(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s)`);
      if (code === 0) continue;
      failed.push(check.name);
      progress.note(output.trimEnd());
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return failed;
}
