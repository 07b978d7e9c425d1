// Entry of the app with its window: the command line, then the app.
import { app } from 'electron';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runApp } from './app.ts';
import { helpText, readCommandLine } from './program/command-line.ts';
import { findInstallation } from './program/installation.ts';
import { createStderrLogger } from './program/stderr-logger.ts';

const installation = findInstallation(dirname(dirname(fileURLToPath(import.meta.url))));
const commandLine = readCommandLine(process.argv.slice(1), process.cwd(), 'ignored');

switch (commandLine.kind) {
  case 'help':
    process.stdout.write(helpText);
    app.exit(0);
    break;
  case 'version':
    process.stdout.write(`${installation.version}\n`);
    app.exit(0);
    break;
  case 'wrong':
    process.stderr.write(`${commandLine.message}\n`);
    app.exit(2);
    break;
  case 'config':
    // Electron's executable with a window has no use for it: npm start and the package's command ask plain Node.
    process.stderr.write(
      '--check-config, --print-config and --config-schema are options of the command, not of the app with its window\n',
    );
    app.exit(2);
    break;
  case 'service':
    process.stderr.write(
      `--${commandLine.question}-service is an option of the command, not of the app with its window\n`,
    );
    app.exit(2);
    break;
  case 'run':
    if (commandLine.options.headless) {
      // Here Chromium has been loaded already, and wants a display. Without a window the gateway runs on the same
      // executable as plain Node (ELECTRON_RUN_AS_NODE=1, out/headless.js): npm start and the package's command do that.
      process.stderr.write(`--headless is an option of the command, not of the app with its window\n`);
      app.exit(2);
    } else {
      runApp(installation, commandLine.options, createStderrLogger());
    }
}
