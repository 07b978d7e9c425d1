// Ends a child process and all that it started.
//
// On POSIX the child leads its own group, so that a signal reaches what it started too (npx starts a shell that
// starts node). On Windows taskkill walks the tree of children. Not covered: a process that left the group
// (setsid, a daemon), and on Windows the children of a child that has ended already. What the death of the proxy itself
// leaves is child-register.ts's.
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../ports.ts';
import { EXIT_GRACE_MS, TERM_GRACE_MS } from './limits.ts';

const POLL_MS = 20;
const AFTER_KILL_MS = 300;

/**
 * Resolves once nothing of the group is left, at the latest about 1.8 s after the call. The caller closes the
 * child's standard input first: that is what asks a server to end.
 */
export async function endProcessGroup(child: ChildProcess, logger: Logger): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const isAlive =
    process.platform === 'win32'
      ? () => child.exitCode === null && child.signalCode === null
      : () => signalGroup(pid, 0);

  if (!(await endsWithin(EXIT_GRACE_MS, isAlive))) await killProcessGroup(pid, logger);
}

/** Does not wait for it to end by itself. The caller knows that the group's leader is still the process it means. */
export async function killProcessGroup(pid: number, logger: Logger): Promise<void> {
  if (process.platform === 'win32') {
    await killTree(pid, logger);
    return;
  }
  const isAlive = () => signalGroup(pid, 0);
  signalGroup(pid, 'SIGTERM');
  if (await endsWithin(TERM_GRACE_MS, isAlive)) return;
  signalGroup(pid, 'SIGKILL');
  await endsWithin(AFTER_KILL_MS, isAlive);
}

async function endsWithin(ms: number, isAlive: () => boolean): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (isAlive()) {
    if (performance.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** False where no process of the group is left that could be signalled. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    // ESRCH: nobody is left. EPERM: what is left has ended (macOS says so of zombies) or is another user's.
    return false;
  }
}

/** `/T` takes the children too, `/F` does not ask; both come with every Windows. */
function killTree(pid: number, logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    const taskkill = spawn('taskkill', ['/pid', String(pid), '/T', '/F'], {
      stdio: 'ignore',
      windowsHide: true,
    });
    taskkill.once('error', (error) => {
      logger.warn('upstream_kill_failed', { pid, error: error.message });
      resolve();
    });
    taskkill.once('exit', () => resolve());
  });
}
