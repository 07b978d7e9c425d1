// Starts the real app, compiled, in its real window, and gives the window's page to a test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { freePort, temporaryFolder, writeConfig } from '../integration/harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where a wait is only for the machine to be fast enough, in milliseconds. */
export const patience = 15_000;

export interface AppOptions {
  /** A configuration file as it is, right or wrong; otherwise the demo server is served on a free port. */
  readonly configFile?: string;
  readonly args?: readonly string[];
  /** On top of the environment of whoever runs the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface LaunchedApp {
  readonly app: ElectronApplication;
  /** Where it serves, if it was given no configuration file. */
  readonly url: string;
  /** Starts the app a second time on the same folder, and gives its exit code and words. */
  startAgain(): Promise<{ code: number | null; stderr: string }>;
  /** Resolves to the exit code, null for a signal. */
  readonly exited: Promise<number | null>;
}

export interface AppInWindow extends LaunchedApp {
  readonly page: Page;
  /** What the page complained of in its console: errors and warnings, refusals of its security policy among them. */
  readonly complaints: readonly string[];
}

/** Takes what ends the app; by default it ends with the test that started it. */
type AtEnd = (end: () => Promise<void>) => void;

/** Starts the app. */
export async function launchApp(
  options: AppOptions = {},
  atEnd: AtEnd = onTestFinished,
): Promise<LaunchedApp> {
  const { args, env, port } = await commandOf(options);
  const app = await _electron.launch({ executablePath: process.execPath, args, env, cwd: root });
  const child = app.process();
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  atEnd(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    exited,
    async startAgain() {
      const second = spawn(process.execPath, args, { env, cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
      let stderr = '';
      second.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const [code] = (await once(second, 'close')) as [number | null];
      return { code, stderr };
    },
  };
}

/** Starts the app and waits for its window. */
export async function startApp(
  options: AppOptions = {},
  atEnd: AtEnd = onTestFinished,
): Promise<AppInWindow> {
  const launched = await launchApp(options, atEnd);
  const page = await launched.app.firstWindow({ timeout: patience });
  page.setDefaultTimeout(patience);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { ...launched, page, complaints };
}

/** Arguments and environment for Electron's executable, on a user-data folder of its own. */
export async function commandOf(options: AppOptions = {}): Promise<{
  args: string[];
  env: Record<string, string>;
  port: number;
}> {
  if (!('electron' in process.versions)) throw new Error('These tests run on Electron: use "npm test"');
  if (!existsSync(join(root, 'out', 'main', 'main.js'))) throw new Error('out/ is missing: use "npm test"');
  const folder = temporaryFolder();
  const port = await freePort();
  const listen = { address: '127.0.0.1', port };
  const configFile = options.configFile ?? (await writeConfig(folder, { server: { listen } }));
  const places = ['--user-data', join(folder, 'user data'), '--config', configFile];
  return {
    args: [...sandboxArguments(), root, ...places, ...(options.args ?? [])],
    env: { ...appEnvironment(), ...options.env },
    port,
  };
}

/** Chromium has no sandbox for root. */
export function sandboxArguments(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

/** The environment without what makes Electron be Node, and without settings of whoever runs the tests. */
export function appEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && name !== 'ELECTRON_RUN_AS_NODE' && !name.startsWith('MCP_')) env[name] = value;
  }
  return env;
}
