// npm start: sets up, compiles, and runs the app, in a window or without one.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attend } from './child.mjs';
import { compile } from './compile.mjs';
import { hasDisplay, startVirtualDisplay } from './display.mjs';
import { asApp, asNode } from './electron-node.mjs';
import { out, root } from './places.mjs';
import { setUp } from './setup/setup.mjs';

const help = `MCP Proxy Desktop: a proxy between AI clients and their MCP servers, with policy, approvals and audit.

Usage: npm start -- [options]

  --headless         Run the gateway without a window. Prints one line of JSON on standard output once it
                     serves; logs go to standard error.
  --hidden           Start in the tray, without opening the window.
  --config FILE      Read the configuration from FILE (YAML or JSON).
  --user-data DIR    Keep the audit log and settings in DIR.
  --check-config     Say what is wrong with the configuration, or that it is right, and exit.
  --print-config     Print all settings, each with where its value comes from, and exit.
  --config-schema    Print the JSON schema of the configuration file, for editors, and exit.
  --install-service  Write what makes this system run the proxy without a window from your login on (with the
                     given --config and --user-data), say how to start it, and exit.
  --uninstall-service  Remove what --install-service wrote, say how to stop it, and exit.
  --print-service    Print what --install-service would write, and exit.
  --version          Print the version and exit.
  --help             Print this text and exit.

Clients that speak stdio alone: npm run bridge -- --help
Commands for the app that is running: npm run cli -- help

Exit codes: 0 stopped on request, 2 the configuration is wrong, 1 anything else.
`;

/** Options for which no window opens. */
const withoutWindow = new Set([
  '--headless',
  '--check-config',
  '--print-config',
  '--config-schema',
  '--install-service',
  '--uninstall-service',
  '--print-service',
]);

/** @returns {Promise<number>} The app's exit code. */
export async function start(progress, args) {
  if (args.includes('--help')) {
    process.stdout.write(help);
    return 0;
  }
  if (args.includes('--version')) {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const headless = args.some((arg) => withoutWindow.has(arg));
  const tools = await setUp(progress, { window: !headless });
  await compile(progress, tools);
  // npm runs scripts in the root; file names on the command line are relative to where the user stands.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  if (headless) {
    return attend(tools.electron.path, [join(out, 'headless.js'), ...args], { cwd, env: asNode() });
  }
  return startWindow(progress, tools, args, cwd);
}

async function startWindow(progress, { electron }, args, cwd) {
  // Chromium refuses its sandbox to root; for everyone else it stays on.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const command = [...sandbox, root, ...args];
  if (hasDisplay()) return attend(electron.path, command, { cwd, env: asApp() });

  const display = await startVirtualDisplay();
  progress.note(
    `There is no display here: the window is on a virtual one (DISPLAY=${display.name}). ` +
      'With `npm start -- --headless` the gateway runs without a window.',
  );
  try {
    return await attend(electron.path, command, { cwd, env: asApp({ DISPLAY: display.name }) });
  } finally {
    await display.close();
  }
}
