// The processes of this machine: whose a connection is, asked of the operating system it runs on.
import type { CallerProcess } from '../../call.ts';
import type { Logger, ProcessTable } from '../../ports.ts';
import { createLinuxProcesses } from './linux.ts';
import { createMacosProcesses } from './macos.ts';
import { runCommand } from './run-command.ts';
import { createWindowsProcesses } from './windows.ts';

/** So many questions wait for their turn; what comes beyond is not answered. */
const MAX_WAITING = 256;

/** @param env is asked for `SystemRoot` on Windows. */
export function createProcessTable(
  env: Readonly<Record<string, string | undefined>>,
  logger: Logger,
): ProcessTable {
  switch (process.platform) {
    case 'linux':
      return oneAtATime(createLinuxProcesses(), logger);
    case 'darwin':
      return oneAtATime(createMacosProcesses(runCommand), logger);
    case 'win32':
      return oneAtATime(createWindowsProcesses(runCommand, env.SystemRoot), logger);
    default:
      return nobody;
  }
}

/** A system that shows no processes. */
const nobody: ProcessTable = {
  ownerOf: () => Promise.resolve(null),
  isRunning: () => Promise.resolve(true),
};

/**
 * Asks one thing at a time, so that many clients at once cost time and not the machine; and what goes wrong on the
 * way is an answer too.
 */
export function oneAtATime(table: ProcessTable, logger: Logger, maxWaiting = MAX_WAITING): ProcessTable {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  function inTurn<T>(ask: () => Promise<T>, inDoubt: T): Promise<T> {
    if (waiting >= maxWaiting) return Promise.resolve(inDoubt);
    waiting += 1;
    const answer = last.then(ask).catch((error: unknown) => {
      logger.warn('process_lookup_failed', { error: String(error) });
      return inDoubt;
    });
    last = answer.then(() => (waiting -= 1));
    return answer;
  }

  return {
    ownerOf: (ends) => inTurn<CallerProcess | null>(() => table.ownerOf(ends), null),
    isRunning: (process) => inTurn(() => table.isRunning(process), true),
  };
}
