// Keeps every page of the app where it belongs: no navigation, no other windows, no permissions, no webviews, no network.
import { app, protocol, session, shell, type Session, type WebContents } from 'electron';
import type { Logger } from '../../gateway/ports.ts';
import { mayOpenOutside } from './external-links.ts';
import { isWindowUrl, respond, windowScheme } from './window-files.ts';

/** Before the app is ready: what can't be said later. */
export function prepareWebSecurity(): void {
  // Chromium has no sandbox for root, who must say so with this switch; asking for both would end every child process.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  protocol.registerSchemesAsPrivileged([
    { scheme: windowScheme, privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

/**
 * Once the app is ready, and before any window. See https://www.electronjs.org/docs/latest/tutorial/security
 * @param folder The compiled window.
 */
export function secureWebContents(folder: string, logger: Logger): void {
  const { defaultSession } = session;
  serveFiles(defaultSession, folder);
  denyPermissions(defaultSession, logger);
  denyNetwork(defaultSession, logger);
  app.on('web-contents-created', (_event, contents) => confine(contents, logger));
}

function serveFiles(owner: Session, folder: string): void {
  owner.protocol.handle(windowScheme, (request) => respond(folder, request));
}

function denyPermissions(owner: Session, logger: Logger): void {
  owner.setPermissionRequestHandler((_contents, permission, answer) => {
    logger.warn('window.permission_denied', { permission });
    answer(false);
  });
  owner.setPermissionCheckHandler(() => false);
  owner.setDevicePermissionHandler(() => false);
}

function denyNetwork(owner: Session, logger: Logger): void {
  owner.webRequest.onBeforeRequest((request, answer) => {
    const cancel = /^(https?|wss?|ftp|file):/i.test(request.url);
    if (cancel) logger.warn('window.request_denied', { type: request.resourceType });
    answer({ cancel });
  });
}

function confine(contents: WebContents, logger: Logger): void {
  const stay = (event: { preventDefault(): void; url: string }) => {
    if (isWindowUrl(event.url)) return;
    event.preventDefault();
    logger.warn('window.navigation_denied');
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) {
      shell
        .openExternal(url)
        .catch((error: unknown) => logger.warn('window.link_failed', { error: String(error) }));
    } else {
      logger.warn('window.open_denied');
    }
    return { action: 'deny' };
  });
}
