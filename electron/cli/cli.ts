// Entry of the command line: a thin client of the running app's admin API.
import packageJson from '../../package.json' with { type: 'json' };
import { userDataFolder } from '../main/program/user-data-folder.ts';
import { createAsk } from './api-client.ts';
import { exitCodes, ProblemError } from './problem.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { commands } from './commands.ts';
import { completionScript } from './completion.ts';
import { helpOf, helpOfAll } from './help.ts';

const { stdout, stderr } = process;

async function main(): Promise<number> {
  const commandLine = readCommandLine(commands, process.argv.slice(2), process.cwd());
  switch (commandLine.kind) {
    case 'help':
      stdout.write(commandLine.commands.map(helpOf).join('\n') || helpOfAll(commands));
      return exitCodes.done;
    case 'completion':
      stdout.write(completionScript(commandLine.shell, commands));
      return exitCodes.done;
    case 'wrong':
      complain('wrong', commandLine.message, process.argv.includes('--json'));
      return exitCodes.wrong;
    case 'run':
      return run(commandLine);
  }
}

async function run({
  command,
  args,
  options,
  json,
  userData,
}: CommandLine & { kind: 'run' }): Promise<number> {
  const ask = createAsk(userData ?? userDataFolder(packageJson.productName));
  try {
    const said = await command.run({ ask, args, options, cwd: process.cwd(), progress });
    endProgress();
    stdout.write(`${json ? JSON.stringify(said.value, null, 2) : said.text}\n`);
    return said.ok === false ? exitCodes.refused : exitCodes.done;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code, message } = error;
    endProgress();
    complain(code, message, json);
    return error.exitCode;
  }
}

function complain(code: string, message: string, json: boolean): void {
  stderr.write(json ? `${JSON.stringify({ error: { code, message } })}\n` : `${message.trimEnd()}\n`);
}

/** One line that changes; nothing where it would end up in a file. */
function progress(text: string): void {
  if (stderr.isTTY) stderr.write(`\r${text}\u001b[K`);
}

function endProgress(): void {
  if (stderr.isTTY) stderr.write('\r\u001b[K');
}

// Not process.exit: what was written to a pipe has to leave first.
process.exitCode = await main();
