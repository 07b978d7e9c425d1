// The gateway in a process that tells how much it holds, for tests of what it must let go of.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { temporaryFolder, writeConfig } from './harness.ts';
import { whenTestsEnd } from './tidy.ts';

const script = fileURLToPath(new URL('../fixtures/measured-gateway.ts', import.meta.url));

const ready = z.strictObject({ url: z.string() });
const holdings = z.strictObject({ sessions: z.int(), bytes: z.int() });
const watching = z.strictObject({ watching: z.literal(true) });
const peak = z.strictObject({ bytes: z.int() });

export interface MeasuredGateway {
  readonly url: string;
  readonly pid: number;
  readonly userData: string;
  /** Open sessions, and the bytes of heap and buffers that live. */
  holdings(): Promise<{ sessions: number; bytes: number }>;
  /** The most bytes that live while the task runs, sampled between turns of its event loop. */
  peakDuring(task: () => Promise<unknown>): Promise<number>;
  /** The processes that it has started and that have not ended. */
  children(): number[];
  /** A second call does nothing. */
  stop(): Promise<void>;
}

export async function startMeasuredGateway(
  config: Readonly<Record<string, unknown>>,
): Promise<MeasuredGateway> {
  const folder = temporaryFolder();
  const userData = join(folder, 'user data');
  const child = fork(script, [await writeConfig(folder, config), userData], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  whenTestsEnd(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');

  async function ask<T>(what: string, answer: z.ZodType<T>): Promise<T> {
    const answered = once(child, 'message');
    child.send(what);
    const [said] = (await answered) as [unknown];
    return answer.parse(said);
  }

  const [said] = (await once(child, 'message')) as [unknown];
  const { url } = ready.parse(said);
  return {
    url,
    pid: child.pid ?? 0,
    userData,
    holdings: () => ask('holdings', holdings),
    async peakDuring(task) {
      await ask('watch', watching);
      await task();
      return (await ask('peak', peak)).bytes;
    },
    children: () => childrenOf(child.pid ?? 0),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

function childrenOf(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, state = '']) => Number(parent) === pid && !state.startsWith('Z'))
    .map(([child]) => Number(child));
}
