// Starts the real program, compiled and without a window, with a configuration and a user-data folder of its own.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { z } from 'zod';
import { whenTestsEnd } from './tidy.ts';

const headless = fileURLToPath(new URL('../../out/headless.js', import.meta.url));

/** A start compiles policies, and may share two cores with other tests. */
const patienceMs = 30_000;

const readyLine = z.strictObject({
  event: z.literal('ready'),
  url: z.string().regex(/^https?:\/\/127\.0\.0\.1:\d+$/),
  version: z.string(),
  pid: z.int().positive(),
});

export interface ProxyOptions {
  /** Sections of the configuration file; null for none at all. `server.listen` is a free port where it is not given. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** Rego, by file name; becomes `policy.policy_dir`. */
  readonly policies?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** A folder from an earlier run. */
  readonly userData?: string;
  /** A program and its arguments, which runs what follows as a command. */
  readonly within?: readonly string[];
}

export interface RunningProxy {
  readonly url: string;
  readonly pid: number;
  readonly userData: string;
  /** Null where it was given none. */
  readonly configFile: string | null;
  /** Everything that was written to standard output and standard error so far. */
  output(): { stdout: string; stderr: string };
  /** Asks it to end and checks that it did so with exit code 0. A second call does nothing. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<void>;
  /** SIGKILL, as nothing could prevent. */
  kill(): Promise<void>;
}

/** The exit code, and what was written. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A policy that lets everything pass, for tests of what lies behind it. */
export const allowAll = { 'allow-all.rego': 'package mcp.policy\n\ndefault allow = true\n' };

/** How a TypeScript or JavaScript file is run as a server: on the Node that the program itself runs on. */
export function nodeCommand(
  script: string,
  ...args: string[]
): {
  command: string;
  args: string[];
  env: Record<string, string>;
} {
  return { command: process.execPath, args: [script, ...args], env: { ELECTRON_RUN_AS_NODE: '1' } };
}

/** Is removed after the tests of the file, so that a stopped proxy's files can still be read. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-proxy-test-'));
  whenTestsEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  return address.port;
}

/** Starts the proxy and waits for its ready line; rejects with its words where it ends before that. */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const folder = temporaryFolder();
  const userData = options.userData ?? join(folder, 'user data');
  const configFile =
    options.config === null ? null : await writeConfig(folder, options.config, options.policies);
  const args = ['--user-data', userData, ...(configFile === null ? [] : ['--config', configFile])];
  const child = spawnHeadless(args, options.env, options.within);
  const output = collect(child);
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;

  const { url, pid } = await firstLine(child, output).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });

  let over: Promise<void> | undefined;
  return {
    url,
    pid,
    userData,
    configFile,
    output,
    stop(signal = 'SIGTERM') {
      over ??= (async () => {
        child.kill(signal);
        const [code, by] = await ended;
        if (code !== 0) throw new Error(`The proxy ended with ${code ?? by ?? '?'}:\n${output().stderr}`);
      })();
      return over;
    },
    kill() {
      over ??= (async () => {
        child.kill('SIGKILL');
        await ended;
      })();
      return over;
    },
  };
}

/** Runs the program with these arguments until it ends by itself; the code is null where it had to be killed. */
export async function runHeadless(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawnHeadless(args, env);
  const output = collect(child);
  const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(late);
  return { code, ...output() };
}

/** Writes a configuration file, and the policies beside it. */
export async function writeConfig(
  folder: string,
  config: Readonly<Record<string, unknown>>,
  policies?: Readonly<Record<string, string>>,
): Promise<string> {
  const listen = { address: '127.0.0.1', port: await freePort() };
  const sections: Record<string, unknown> = {
    version: '1.0',
    ...config,
    // Calls that hang are not waited for when a test is over.
    server: { listen, graceful_shutdown: '1s', ...(config.server as object | undefined) },
  };
  if (policies !== undefined) {
    const policyFolder = join(folder, 'policies');
    mkdirSync(policyFolder);
    for (const [name, text] of Object.entries(policies)) writeFileSync(join(policyFolder, name), text);
    sections.policy = { policy_dir: policyFolder, ...(config.policy as object | undefined) };
  }
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(sections));
  return file;
}

function spawnHeadless(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
) {
  if (!existsSync(headless))
    throw new Error(`${headless} is missing: "npm test" builds it before the tests run`);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MCP_'));
  const [command = process.execPath, ...rest] = [...within, process.execPath, headless, ...args];
  const child = spawn(command, rest, {
    env: { ...Object.fromEntries(inherited), ELECTRON_RUN_AS_NODE: '1', ...env },
    cwd: tmpdir(),
  });
  whenTestsEnd(() => child.kill('SIGKILL'));
  return child;
}

function collect(child: ChildProcessWithoutNullStreams): () => { stdout: string; stderr: string } {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  return () => ({
    stdout: Buffer.concat(chunks.stdout).toString(),
    stderr: Buffer.concat(chunks.stderr).toString(),
  });
}

function firstLine(
  child: ChildProcessWithoutNullStreams,
  output: () => { stdout: string; stderr: string },
): Promise<z.infer<typeof readyLine>> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`${what}:\n${output().stderr}`));
    const late = setTimeout(() => fail(`The proxy was not ready within ${patienceMs} ms`), patienceMs);
    child.once('exit', (code, signal) =>
      fail(`The proxy ended with ${code ?? signal ?? '?'} before it was ready`),
    );
    child.stdout.on('data', () => {
      const [line, ...rest] = output().stdout.split('\n');
      if (line === undefined || rest.length === 0) return;
      clearTimeout(late);
      try {
        resolve(readyLine.parse(JSON.parse(line)));
      } catch (error) {
        reject(
          new Error(`The first line on standard output is not the ready line: ${line}`, { cause: error }),
        );
      }
    });
  });
}
