// The launcher: `node build/launch/launch.mjs TASK [arguments]`. Plain Node without dependencies, because it is what
// brings them. Every npm script is a task of the table below.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { attend } from './child.mjs';
import { runChecks } from './checks.mjs';
import { compile } from './compile.mjs';
import { hasDisplay, startVirtualDisplay } from './display.mjs';
import { asApp, asNode } from './electron-node.mjs';
import { out, root, tool } from './places.mjs';
import { createProgress } from './progress.mjs';
import { setUp } from './setup/setup.mjs';
import { SetupError } from './setup-error.mjs';
import { start } from './start.mjs';
import { check, test } from './test.mjs';

/** Each task takes the arguments after its name and gives the exit code. */
const tasks = {
  start,
  test,
  check,
  async build(progress) {
    await compile(progress, await setUp(progress, { window: false }), { force: true });
    return 0;
  },
  async demo(progress, args) {
    const tools = await setUp(progress, { window: false });
    await compile(progress, tools);
    return attend(tools.electron.path, [join(out, 'demo.js'), ...args], {
      cwd: whereTheUserIs(),
      env: asNode(),
    });
  },
  bridge: (progress, args) => beside(progress, 'bridge.js', args),
  cli: (progress, args) => beside(progress, 'cli.js', args),
  async 'verify-audit'(progress, args) {
    const file = join(out, 'verify-audit.mjs');
    if (!existsSync(file)) await compile(progress, await setUp(progress, { window: false }));
    return attend(process.execPath, [file, ...args], { cwd: whereTheUserIs() });
  },
  async bench(progress, args) {
    const tools = await setUp(progress, { window: true });
    await compile(progress, tools);
    const virtual = hasDisplay() ? undefined : await startVirtualDisplay();
    try {
      return await attend(tools.electron.path, [join(root, 'test', 'bench', 'bench.ts'), ...args], {
        env: { ...asNode(), ...(virtual && { DISPLAY: virtual.name }) },
      });
    } finally {
      await virtual?.close();
    }
  },
  async dist(progress, args) {
    // Loaded for this task alone.
    const { dist } = await import('../package/dist.mjs');
    return dist(progress, args);
  },
  async icons(progress) {
    const { electron } = await setUp(progress, { window: false });
    const args = ['--no-sandbox', '--ozone-platform=headless', '--disable-gpu', 'build/icons/render.mjs'];
    return attend(electron.path, args, { cwd: root, env: asApp() });
  },
  async lint(progress) {
    const failed = await runChecks(progress, await setUp(progress, { window: false }), ['lint']);
    return failed.length === 0 ? 0 : 1;
  },
  async format(progress) {
    const { electron } = await setUp(progress, { window: false });
    return attend(electron.path, [tool('prettier/bin/prettier.cjs'), '--write', '--log-level', 'warn', '.'], {
      cwd: root,
      env: asNode(),
    });
  },
};

/** Runs a program of its own that talks to the running app. */
async function beside(progress, program, args) {
  const tools = await setUp(progress, { window: false });
  // What is compiled is what the running app was started from: a client that comes changes nothing under it.
  if (!existsSync(join(out, program))) await compile(progress, tools);
  return attend(tools.electron.path, [join(out, program), ...args], {
    cwd: whereTheUserIs(),
    env: asNode(),
    stdin: 'inherit',
  });
}

/** npm runs scripts in the root; file names on the command line are relative to where the user stands. */
function whereTheUserIs() {
  return process.env.INIT_CWD ?? process.cwd();
}

const oldestNode = '20.19.0';

async function main([name, ...args]) {
  const progress = createProgress();
  if (process.versions.node.localeCompare(oldestNode, 'en', { numeric: true }) < 0) {
    progress.note(`Node ${oldestNode} or later is needed; this is ${process.versions.node}.`);
    return 1;
  }
  const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined;
  if (task === undefined) {
    progress.note(`Usage: node build/launch/launch.mjs ${Object.keys(tasks).join(' | ')}`);
    return 1;
  }
  try {
    return await task(progress, args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    progress.note(error.message);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
