// The app's life: one instance, a gateway from start to end, a window that comes and goes.
import { app, Menu, safeStorage } from 'electron';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startGatewayHost, type GatewayHost } from '../gateway/host.ts';
import type { ConfigPlaces } from '../gateway/composition/inspect-config.ts';
import type { GatewayOptions } from '../gateway/gateway-options.ts';
import type { Logger } from '../gateway/ports.ts';
import { applicationMenu } from './application-menu.ts';
import { createAuditKeys } from './audit-keys.ts';
import { createDesktop } from './desktop.ts';
import { placeArguments, type RunOptions } from './program/command-line.ts';
import type { Installation } from './program/installation.ts';
import { managedConfigFile } from './program/managed-config.ts';
import { readyLine } from './program/ready-line.ts';
import { prepareWebSecurity, secureWebContents } from './window/web-security.ts';

/** Who quits sits before it and waits: running calls have less time than without a window, milliseconds. */
const GRACE_AT_QUIT_MS = 3_000;

/** Runs the app until the user quits. Everything that must be said before Electron is ready is said here. */
export function runApp(installation: Installation, options: RunOptions, logger: Logger): void {
  if (options.userData !== null) {
    mkdirSync(options.userData, { recursive: true, mode: 0o700 });
    app.setPath('userData', options.userData);
  }
  if (!app.requestSingleInstanceLock()) {
    process.stderr.write(`${installation.name} runs already; its window is shown.\n`);
    app.exit(0);
    return;
  }
  // Windows shows notifications only of programs that it knows by this name: the appId of the package.
  app.setAppUserModelId('dev.mcp-proxy.desktop');
  prepareWebSecurity();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => app.quit());

  const { version, out, shippedPolicies, bundledOpa } = installation;
  const gateway: GatewayOptions = {
    version,
    configFile: options.configFile,
    managedConfigFile: managedConfigFile(installation.name, process.platform),
    userData: app.getPath('userData'),
    shippedPolicies,
    out,
    bundledOpa,
    env: process.env,
  };
  const host = startGatewayHost({ gateway, logger });
  closeBeforeExit(host, logger);
  app
    .whenReady()
    .then(() => showApp({ host, installation, places: gateway, options, logger }))
    .catch((error: unknown) => {
      logger.error('app.failed', { error: error instanceof Error ? error.stack : String(error) });
      app.exit(1);
    });
}

interface AppParts {
  readonly host: GatewayHost;
  readonly installation: Installation;
  readonly places: ConfigPlaces;
  readonly options: RunOptions;
  readonly logger: Logger;
}

function showApp({ host, installation, places, options, logger }: AppParts): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(process.platform, !app.isPackaged)));
  secureWebContents(join(installation.out, 'renderer'), logger);
  const startedWith = placeArguments(options);
  const auditKeys = createAuditKeys(app.getPath('userData'), safeStorage, host, logger);
  const desktop = createDesktop({ host, installation, places, startedWith, auditKeys, logger });
  app.on('second-instance', (_event, args) => {
    // Clients start it for themselves, several at once, and want no window.
    if (!args.includes('--hidden')) desktop.show();
  });
  app.on('activate', () => desktop.show());
  app.on('window-all-closed', () => {
    if (!desktop.hasTray) app.quit();
  });
  app.on('will-quit', () => desktop.close());

  // What macOS opens at login can be given no options.
  const atLogin = process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
  if (!options.hidden && !atLogin) desktop.show();
  void host.started.then((start) => {
    if (start.ok) {
      process.stdout.write(readyLine(start.url, installation.version));
      // Not before it serves: a locked keychain asks for its password, and everything waits for that.
      void auditKeys.handOver();
    } else if (start.problem.code !== 'closed') {
      // No dialog: the window says what is wrong and what to do about it.
      logger.error('gateway.not_started', { ...start.problem });
      desktop.show();
    }
  });
}

/** Holds the exit up until the gateway has ended gracefully; the host bounds how long that takes. */
function closeBeforeExit(host: GatewayHost, logger: Logger): void {
  let closing = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (closing) return;
    closing = true;
    host
      .close(GRACE_AT_QUIT_MS)
      .catch((error: unknown) => logger.error('app.close_failed', { error: String(error) }))
      .finally(() => app.exit(0));
  });
}
