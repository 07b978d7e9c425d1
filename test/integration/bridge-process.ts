// The bridge as a client that speaks stdio starts it, line by line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { nodeCommand } from './harness.ts';
import { whenTestsEnd } from './tidy.ts';

const program = fileURLToPath(new URL('../../out/bridge.js', import.meta.url));

export interface BridgeProcess {
  readonly pid: number;
  /** Sends lines, a line feed behind each. */
  say(...lines: string[]): void;
  /** What came on standard output so far. */
  readonly lines: readonly string[];
  /** Waits for the line that holds `text`. */
  hear(text: string): Promise<string>;
  stderr(): string;
  /** Standard input ends. */
  hangUp(): void;
  /** Closes the reading end of its standard output. */
  stopReading(): void;
  signal(signal: NodeJS.Signals): void;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

/** How a client's configuration would name the bridge. */
export const bridgeCommand = (...args: string[]) => nodeCommand(program, ...args);

export function startBridge(...args: string[]): BridgeProcess {
  const { command, args: all, env } = bridgeCommand(...args);
  const child = spawn(command, all, { env: { ...process.env, ...env } });
  whenTestsEnd(() => child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('The bridge could not be started');
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  return {
    pid: child.pid,
    lines,
    say: (...said) => child.stdin.write(said.map((line) => `${line}\n`).join('')),
    hear(text) {
      return vi.waitFor(
        () => {
          const heard = lines.find((line) => line.includes(text));
          if (heard === undefined) throw new Error(`Nothing with ${text} came. Standard error: ${words}`);
          return heard;
        },
        { timeout: 20_000, interval: 20 },
      );
    },
    stderr: () => words,
    hangUp: () => child.stdin.end(),
    stopReading: () => child.stdout.destroy(),
    signal: (signal) => child.kill(signal),
    ended: once(child, 'close').then(([code]: unknown[]) => code as number | null),
  };
}
