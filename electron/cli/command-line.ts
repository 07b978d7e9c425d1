// Which command is meant, and with what.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Command, type CommandCall, sharedOptions } from './command.ts';
import { type Shell, shells } from './completion.ts';

export type CommandLine =
  | {
      readonly kind: 'run';
      readonly command: Command;
      readonly args: readonly string[];
      readonly options: CommandCall['options'];
      readonly json: boolean;
      /** Absolute; null for the usual folder of this system. */
      readonly userData: string | null;
    }
  | { readonly kind: 'completion'; readonly shell: Shell }
  /** Of one command, of those that begin with the same word, or of all: then there is none. */
  | { readonly kind: 'help'; readonly commands: readonly Command[] }
  | { readonly kind: 'wrong'; readonly message: string };

/** @param cwd absolute: where relative paths start */
export function readCommandLine(
  commands: readonly Command[],
  words: readonly string[],
  cwd: string,
): CommandLine {
  if (words[0] === 'help') return readHelp(commands, words.slice(1));
  const [first, second] = words;
  if (first === undefined || first === '--help') return { kind: 'help', commands: [] };
  if (first === 'completion') {
    const shell = shells.find((one) => one === second);
    return shell === undefined
      ? wrong(`completion takes ${shells.join(', ')}`)
      : { kind: 'completion', shell };
  }
  const command = commands.find(({ name }) => name === first || name === `${first} ${second ?? ''}`);
  if (command === undefined) {
    const below = commands.filter(({ name }) => name.startsWith(`${first} `));
    if (below.length === 0) return wrong(`There is no command ${first}`);
    if (second === '--help') return { kind: 'help', commands: below };
    return wrong(`There are: ${below.map(({ name }) => name).join(', ')}`);
  }
  return readOptions(command, words.slice(command.name.split(' ').length), cwd);
}

function readHelp(commands: readonly Command[], about: readonly string[]): CommandLine {
  const name = about.join(' ');
  const meant = commands.filter((command) => command.name === name || command.name.startsWith(`${name} `));
  if (name === '' || meant.length > 0) return { kind: 'help', commands: meant };
  return wrong(`There is no command ${name}`);
}

function readOptions(command: Command, words: readonly string[], cwd: string): CommandLine {
  const known = { ...command.options, ...sharedOptions };
  const types = Object.entries(known).map(([name, { value }]) => [
    name,
    { type: value === null ? ('boolean' as const) : ('string' as const) },
  ]);
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: Object.fromEntries(types) as Record<string, { type: 'boolean' | 'string' }>,
      allowPositionals: true,
    });
    const options = Object.fromEntries(
      Object.entries(values).filter(
        (entry): entry is [string, string | true] => typeof entry[1] !== 'object',
      ),
    );
    if (options.help === true) return { kind: 'help', commands: [command] };
    for (const [name, { choices }] of Object.entries(command.options)) {
      const value = options[name];
      if (typeof value === 'string' && choices?.includes(value) === false)
        return wrong(`--${name} takes ${choices.join(', ')}; not ${value}`);
    }
    const { min, max } = command.args;
    if (positionals.length < min) return wrong(`${command.name} needs ${command.takes}`);
    if (positionals.length > max) return wrong(`${command.name} takes no ${positionals[max] ?? ''}`);
    const { json, 'user-data': userData, ...own } = options;
    return {
      kind: 'run',
      command,
      args: positionals,
      options: own,
      json: json === true,
      userData: typeof userData === 'string' ? resolve(cwd, userData) : null,
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return wrong(error.message.split('. ')[0] ?? error.message);
  }
}

function wrong(problem: string): CommandLine {
  return { kind: 'wrong', message: `${problem}; help lists the commands, --help the options of one` };
}
