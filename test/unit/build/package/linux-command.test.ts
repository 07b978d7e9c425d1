// The installed command knows the commands of the command line, and leaves all else to the app.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commands } from '../../../../electron/cli/commands.ts';

it('starts the command line for each of its commands', () => {
  const script = readFileSync(
    join(import.meta.dirname, '../../../../build/package/linux/mcp-proxy-desktop'),
    'utf8',
  );
  const named = /^ {2}(.*)\)\n.*out\/cli\.js/mu.exec(script)?.[1]?.split(' | ');
  const firsts = commands.map(({ name }) => name.split(' ')[0] ?? '');
  expect(named?.sort()).toEqual([...new Set([...firsts, 'completion', 'help'])].sort());
});
