// Starts the app for a client that is there before it.
import { spawn } from 'node:child_process';
import { basename, dirname } from 'node:path';
import type { Logger } from '../gateway/ports.ts';

export interface Surroundings {
  /** The executable that the bridge itself runs on, which is the app's. */
  readonly execPath: string;
  /** The folder of compiled output. */
  readonly out: string;
  /** Absolute; null for the usual folder of this system. */
  readonly userData: string | null;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
}

/** How the app is started, or what a person has to do instead. */
export type AppStart =
  | { readonly possible: true; readonly command: string; readonly args: readonly string[] }
  | { readonly possible: false; readonly advice: string };

export function findAppStart({ execPath, out, userData, platform, env, isRoot }: Surroundings): AppStart {
  const root = dirname(out);
  const isPackaged = basename(root) === 'app.asar';
  const inFolder = userData === null ? [] : ['--user-data', userData];
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    const program = isPackaged ? 'mcp-proxy-desktop' : `npm --prefix ${root} start --`;
    const command = [program, '--headless', ...inFolder].join(' ');
    return { possible: false, advice: `There is no display to start it on. Without a window: ${command}` };
  }
  const args = [
    // Chromium refuses its sandbox to root.
    ...(isRoot ? ['--no-sandbox'] : []),
    ...(isPackaged ? [] : [root]),
    '--hidden',
    ...inFolder,
  ];
  return { possible: true, command: execPath, args };
}

/** Leaves it running behind us: the app outlives the client. */
export function startApp(
  { command, args }: AppStart & { readonly possible: true },
  env: Readonly<Record<string, string | undefined>>,
  logger: Logger,
): void {
  const asApp = { ...env };
  delete asApp.ELECTRON_RUN_AS_NODE;
  const child = spawn(command, args, { env: asApp, detached: true, stdio: 'ignore', windowsHide: true });
  child.once('error', (error) => logger.warn('not_started', { why: error.message }));
  child.unref();
}
