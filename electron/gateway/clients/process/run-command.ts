// Runs one of the system's own commands, and gives what it prints.
import { execFile } from 'node:child_process';

/** They answer in a fraction of a second; PowerShell may take several to start on a machine that is busy. */
const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Standard output, in the language of programmers; null where the command is missing, late, or finds nothing. */
export type RunCommand = (command: string, args: readonly string[]) => Promise<string | null>;

export const runCommand: RunCommand = (command, args) =>
  new Promise((resolve) => {
    execFile(
      command,
      [...args],
      {
        timeout: TIMEOUT_MS,
        maxBuffer: MAX_OUTPUT_BYTES,
        windowsHide: true,
        env: { ...process.env, LC_ALL: 'C' },
      },
      (error, stdout) => resolve(error === null ? stdout : null),
    );
  });
