// One session's server as a child process: JSON-RPC lines on its standard input and output (MCP, transports, stdio).
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamError } from '../errors.ts';
import type { Logger, UpstreamConnection, UpstreamEvents } from '../ports.ts';
import { singleLine } from '../wire/bytes.ts';
import { readServerMessage } from '../wire/parse.ts';
import type { ChildRegister } from './child-register.ts';
import { createLineReader } from './line-reader.ts';
import { endProcessGroup } from './process-group.ts';
import { createStderrJournal, type StderrJournal } from './stderr-journal.ts';
import { windowsCommand, type SpawnTarget } from './windows-command.ts';

/** After a server has exited, what it still wrote is waited for this long (milliseconds). */
const DRAIN_MS = 250;
const LINE_END = '\n';

export interface StdioServer {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The child's whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute; null for our own working directory. */
  readonly cwd: string | null;
}

export interface StdioSurroundings {
  readonly children: Pick<ChildRegister, 'started' | 'ended'>;
  /** Gets each line that it writes to standard error, bounded in length and number. It may hold anything. */
  readonly onLine?: ((text: string) => void) | undefined;
  readonly logger: Logger;
  readonly maxMessageBytes: number;
}

/**
 * The process is started by the first `send`, and again by the next one where it could not be started. `send`
 * resolves once the operating system has the bytes, so that a server which does not read slows its client down;
 * messages keep the order of the calls. After the process has ended the connection is over.
 */
export function openStdioConnection(
  server: StdioServer,
  events: UpstreamEvents,
  { children, onLine, logger, maxMessageBytes }: StdioSurroundings,
): UpstreamConnection {
  const { name } = server;
  let running: Promise<ChildProcessWithoutNullStreams> | null = null;
  /** Why nothing can be sent any more. */
  let over: string | null = null;
  let closing: Promise<void> | null = null;
  let groupEnded: Promise<void> | null = null;
  const reported = Promise.withResolvers<undefined>();

  async function start(): Promise<ChildProcessWithoutNullStreams> {
    const child = await spawnServer(server);
    logger.info('upstream_started', { server: name, pid: child.pid });
    if (child.pid !== undefined) children.started(child.pid, name);
    const journal = createStderrJournal(name, logger, onLine);
    const lines = createLineReader({
      maxBytes: maxMessageBytes,
      line: (line) => receive(line, journal),
      tooLong: () => fail(`${name} sent a message of more than ${maxMessageBytes} bytes`),
    });
    child.stdout.on('data', (chunk: Buffer) => lines.push(chunk));
    child.stdout.on('end', () => lines.end());
    child.stderr.on('data', (chunk: Buffer) => journal.push(chunk));
    child.stderr.on('end', () => journal.end());
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      // Broken pipes are the shadow of an exit, which is reported by itself.
      stream.on('error', (error) =>
        logger.debug('upstream_pipe_error', { server: name, error: error.message }),
      );
    }
    child.on('error', (error) =>
      logger.warn('upstream_process_error', { server: name, error: error.message }),
    );
    child.once('exit', (code, signal) => void afterExit(child, journal, code, signal));
    return child;

    function fail(why: string): void {
      report(why);
      child.stdin.end();
      void endGroup(child);
    }
  }

  function receive(line: Buffer, journal: StderrJournal): void {
    if (over !== null) return;
    const parsed = readServerMessage(line);
    if (parsed.ok) {
      for (const message of parsed.value) events.message(message, null);
    } else {
      // Against the specification, but common: a greeting, a debug line. A server's other words are kept likewise.
      journal.note(line);
    }
  }

  async function afterExit(
    child: ChildProcessWithoutNullStreams,
    journal: StderrJournal,
    code: number | null,
    signal: NodeJS.Signals | null,
  ): Promise<void> {
    logger.info('upstream_exited', { server: name, pid: child.pid, code, signal });
    // What the server started and left behind has lost its purpose.
    void endGroup(child);
    await Promise.race([new Promise((resolve) => child.once('close', resolve)), sleep(DRAIN_MS)]);
    child.stdout.destroy();
    child.stderr.destroy();
    const how = code === null ? `was ended by ${signal ?? 'a signal'}` : `exited with code ${code}`;
    const words = journal.tail();
    report(`${name} ${how}${words === '' ? '' : `: ${words}`}`);
  }

  function report(why: string): void {
    if (over !== null) return;
    over = why;
    reported.resolve(undefined);
    events.closed(why);
  }

  /** Begins to, once. */
  function endGroup(child: ChildProcessWithoutNullStreams): Promise<void> {
    groupEnded ??= endProcessGroup(child, logger).then(() => {
      if (child.pid !== undefined) children.ended(child.pid);
    });
    return groupEnded;
  }

  async function write(child: ChildProcessWithoutNullStreams, bytes: Buffer): Promise<void> {
    const { stdin } = child;
    if (stdin.writableLength > maxMessageBytes) {
      throw new UpstreamError(`${name} does not read what it is sent`);
    }
    const problem = await new Promise<Error | null | undefined>((resolve) => {
      stdin.cork();
      stdin.write(singleLine(bytes));
      stdin.write(LINE_END, resolve);
      stdin.uncork();
    });
    if (problem === null || problem === undefined) return;
    // The exit, which says more than a broken pipe, is a moment behind it.
    await Promise.race([reported.promise, sleep(2 * DRAIN_MS)]);
    throw new UpstreamError(over ?? `${name} no longer reads its standard input`);
  }

  async function shutDown(): Promise<void> {
    over ??= 'The connection was closed';
    reported.resolve(undefined);
    const child = await running?.catch(() => null);
    if (!child) return;
    child.stdin.end();
    await endGroup(child);
    child.stdout.destroy();
    child.stderr.destroy();
  }

  return {
    async send({ message }) {
      assertOpen();
      running ??= start().catch((error: unknown) => {
        running = null;
        throw error;
      });
      const child = await running;
      // `close` may have come, or the process may have ended, while it was waited for.
      assertOpen();
      await write(child, message.bytes);
    },
    close: () => (closing ??= shutDown()),
  };

  function assertOpen(): void {
    if (over !== null) throw new UpstreamError(over);
  }
}

/** Rejects with an UpstreamError that says what to do. */
async function spawnServer(server: StdioServer): Promise<ChildProcessWithoutNullStreams> {
  const { name, cwd } = server;
  // The system reports a missing working directory as a missing command.
  if (cwd !== null && !(await isFolder(cwd))) {
    throw notStarted(name, `its working directory ${cwd} does not exist`);
  }
  const { file, args, verbatim } = resolveCommand(server);
  try {
    const child = spawn(file, args, {
      env: server.env,
      ...(cwd === null ? {} : { cwd }),
      stdio: 'pipe',
      // Its own process group, so that the whole of it can be ended.
      detached: process.platform !== 'win32',
      windowsHide: true,
      windowsVerbatimArguments: verbatim,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } catch (error) {
    throw notStarted(name, spawnProblem(server, error), error);
  }
}

function notStarted(name: string, why: string, cause?: unknown): UpstreamError {
  return new UpstreamError(`${name} was not started: ${why}`, { cause, fate: 'undelivered' });
}

function resolveCommand({ command, args, env, cwd }: StdioServer): SpawnTarget {
  if (process.platform !== 'win32') return { file: command, args, verbatim: false };
  const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return windowsCommand(command, args, { env, cwd: cwd ?? process.cwd(), isFile });
}

function spawnProblem({ command }: StdioServer, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') {
    return (
      `the command "${command}" was not found. Install it, or give its full path: ` +
      'programs started from a desktop may have a shorter PATH than a terminal'
    );
  }
  if (code === 'EACCES') return `the file "${command}" may not be executed`;
  return error instanceof Error ? error.message : String(error);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
