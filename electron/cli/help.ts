// The help of the command line, from the table of commands.
import { type Command, type Option, sharedOptions } from './command.ts';

const PROGRAM = 'mcp-proxy-desktop';

const exits = `Exit codes: 0 done; 1 it was refused, or what was looked at is not right; 2 the command is wrong; 3 the app is not
running, or takes no commands.
`;

export function helpOf(command: Command): string {
  return [
    `${PROGRAM} ${[command.name, command.takes].join(' ').trim()} [options]`,
    '',
    `${command.about}.`,
    '',
    optionLines({ ...command.options, ...sharedOptions }),
    '',
    exits,
  ].join('\n');
}

export function helpOfAll(commands: readonly Command[]): string {
  const rows = [
    ...commands.map(({ name, takes, about }) => [`${name} ${takes}`.trim(), about] as const),
    ['completion SHELL', 'Print what makes bash, zsh or fish complete these commands'] as const,
    ['help [COMMAND]', 'Print what a command does; all of them where none is named'] as const,
  ];
  return [
    `${PROGRAM} COMMAND [options]: asks the running app, whose configuration has to say api: { enabled: true }.`,
    '',
    twoColumns(rows),
    '',
    optionLines(sharedOptions),
    '',
    exits,
  ].join('\n');
}

function optionLines(options: Readonly<Record<string, Option>>): string {
  return twoColumns(
    Object.entries(options).map(([name, { value, about, choices }]) => [
      `--${name}${value === null ? '' : ` ${value}`}`,
      choices === undefined ? about : `${about}: ${choices.join(', ')}`,
    ]),
  );
}

function twoColumns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
