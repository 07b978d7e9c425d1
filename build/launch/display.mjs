// A display for the window: the user's, or a virtual one that lives as long as it is needed.
import { spawn } from 'node:child_process';
import { SetupError } from './setup-error.mjs';

const startMs = 10_000;

/** Whether windows can be shown here; other systems than Linux always can. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
}

/**
 * Starts a virtual X server on a free display. It is in a process group of its own, so that ^C ends the program that
 * draws on it first.
 * @returns {Promise<{ name: string, close(): Promise<void> }>} `name` as in DISPLAY.
 */
export function startVirtualDisplay() {
  return new Promise((resolve, reject) => {
    const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const ended = new Promise((done) => server.once('close', done));
    const fail = (reason) => {
      clearTimeout(late);
      server.kill('SIGKILL');
      reject(new SetupError(`Xvfb did not start: ${reason}`));
    };
    const late = setTimeout(() => fail(`no display after ${startMs / 1000} s`), startMs);
    let complaints = '';
    server.stderr.setEncoding('utf8').on('data', (text) => {
      complaints += text;
    });
    server.once('error', (error) => fail(error.message));
    server.once('exit', () => fail(complaints.trim()));

    let number = '';
    server.stdio[3].setEncoding('utf8').on('data', (text) => {
      number += text;
      if (!number.endsWith('\n')) return;
      clearTimeout(late);
      server.removeAllListeners('exit');
      resolve({
        name: `:${number.trim()}`,
        async close() {
          server.kill('SIGTERM');
          await ended;
        },
      });
    });
  });
}
