// The child processes of the bench: started, waited for, and ended with all that they have started, by their ids.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface Started {
  readonly child: ChildProcess;
  /** What it wrote to standard error so far, the end of it. */
  readonly complaint: () => string;
  readonly close: () => Promise<void>;
}

export interface Processes {
  /** Runs a script on the Node that runs the bench. */
  readonly start: (
    script: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Started;
  /** Starts one of the bench's own servers, which print the port that they listen on. */
  startServer(name: string, ...args: string[]): Promise<{ port: number; close: () => Promise<void> }>;
  /** Ends at once whatever still runs. */
  killAll(): void;
}

/** Windows has no process groups; there the bench's children don't outlive their standard input. */
const groups = process.platform !== 'win32';
const politenessMs = 3000;
const keptComplaint = 2000;

/** Path of a server of the bench. */
export function serverScript(name: string): string {
  return fileURLToPath(new URL(`servers/${name}.ts`, import.meta.url));
}

export function createProcesses(): Processes {
  const running = new Set<ChildProcess>();

  const start: Processes['start'] = (script, args, env = {}) => {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: 'pipe',
      detached: groups,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ...env },
    });
    running.add(child);
    const ended = once(child, 'exit');
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-keptComplaint);
    });
    return {
      child,
      complaint: () => complaint,
      async close() {
        child.kill('SIGTERM');
        await Promise.race([ended, sleep(politenessMs, undefined, { ref: false })]);
        kill(child);
        running.delete(child);
      },
    };
  };

  return {
    start,
    async startServer(name, ...args) {
      const { child, close } = start(serverScript(name), args);
      const { stdout } = child;
      if (stdout === null) throw new Error('The child has no pipes');
      const [line] = (await once(stdout, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer];
      return { port: Number(line.toString()), close };
    },
    killAll() {
      for (const child of running) kill(child);
      running.clear();
    },
  };
}

/** The child, and what it has started and left behind. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(groups ? -child.pid : child.pid, 'SIGKILL');
  } catch (error) {
    // Gone already, which is what is wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
