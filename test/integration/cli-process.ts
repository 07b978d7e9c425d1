// Runs the command line, as a shell would.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Ended, nodeCommand } from './harness.ts';

const program = fileURLToPath(new URL('../../out/cli.js', import.meta.url));

/** @param userData of the app that is asked; `--user-data` */
export async function cli(userData: string, ...words: string[]): Promise<Ended> {
  const isHelp = words[0] === 'help';
  const { command, args, env } = nodeCommand(program, ...words, ...(isHelp ? [] : ['--user-data', userData]));
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}
