// Runs other programs: to their end with their output kept, or in the foreground with signals passed on.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A child in its own process group does not get the terminal's ^C beside the signal that is passed on to it. */
const groups = process.platform !== 'win32';

/** npm passes ^C on to its script, which the terminal has told already: these two are one wish. */
const sameWishMs = 1000;

/**
 * Runs a program with no input and keeps what it writes.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, signal?: AbortSignal }} [options] `signal` ends the program.
 * @returns {Promise<{ code: number, stdout: string, output: string }>} `output` is both streams in order of arrival;
 *   a program ended by a signal has the shell's code for it. Rejects if the program cannot be started.
 */
export function capture(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: exitCode(code, signal), stdout, output }));
  });
}

/**
 * Runs a program in the foreground with this process's output. SIGINT, SIGTERM and SIGHUP (as SIGTERM) are passed on;
 * a second ^C, a second or more after the first, kills the program and all that it has started.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, stdin?: 'ignore' | 'inherit' }} [options]
 * @returns {Promise<number>} The program's exit code, or the shell's code for the signal that ended it.
 */
export function attend(command, args, { stdin = 'ignore', ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      stdio: [stdin, 'inherit', 'inherit'],
      detached: groups,
    });
    let interruptedAt;
    const listeners = {
      SIGINT() {
        const now = performance.now();
        if (interruptedAt === undefined) {
          interruptedAt = now;
          child.kill('SIGINT');
        } else if (now - interruptedAt > sameWishMs) {
          killAll(child);
        }
      },
      SIGTERM: () => child.kill('SIGTERM'),
      SIGHUP: () => child.kill('SIGTERM'),
    };
    for (const [signal, listener] of Object.entries(listeners)) process.on(signal, listener);
    const settle = (end) => {
      for (const [signal, listener] of Object.entries(listeners)) process.off(signal, listener);
      end();
    };
    child.on('error', (error) => settle(() => reject(error)));
    child.on('exit', (code, signal) => settle(() => resolve(exitCode(code, signal))));
  });
}

function killAll(child) {
  if (groups) process.kill(-child.pid, 'SIGKILL');
  else child.kill('SIGKILL');
}

function exitCode(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}
