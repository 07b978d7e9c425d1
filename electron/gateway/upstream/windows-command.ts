// Finds what a command means on Windows, where npx and its like are batch files that only cmd.exe can run.
import { win32 } from 'node:path';
import { UpstreamError } from '../errors.ts';

export interface SpawnTarget {
  readonly file: string;
  readonly args: readonly string[];
  /** The arguments are a finished command line that Node must not quote again. */
  readonly verbatim: boolean;
}

export interface WindowsLookup {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly isFile: (path: string) => boolean;
}

/**
 * The command as it has to be spawned. Throws an UpstreamError for an argument that cmd.exe would change.
 * A command that is not found is handed back as it is, for spawn to report.
 */
export function windowsCommand(command: string, args: readonly string[], lookup: WindowsLookup): SpawnTarget {
  const file = find(command, lookup) ?? command;
  if (!/\.(?:cmd|bat)$/iu.test(file)) return { file, args, verbatim: false };
  const line = [file, ...args].map((part) => quote(part, command)).join(' ');
  const cmd = variable(lookup.env, 'COMSPEC') ?? 'cmd.exe';
  return { file: cmd, args: ['/d', '/v:off', '/s', '/c', `"${line}"`], verbatim: true };
}

function find(command: string, { env, cwd, isFile }: WindowsLookup): string | null {
  const extensions = (variable(env, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD').toLowerCase().split(';');
  const named = extensions.includes(win32.extname(command).toLowerCase());
  const folders = /[\\/]/u.test(command) ? [''] : (variable(env, 'PATH') ?? '').split(';').filter(Boolean);
  for (const folder of folders) {
    const path = win32.resolve(cwd, folder, command);
    const found = (named ? [path] : extensions.map((extension) => path + extension)).find(isFile);
    if (found !== undefined) return found;
  }
  return null;
}

/** Inside double quotes cmd.exe leaves all alone but `"` and `%`, which can't be passed through a batch file safely. */
function quote(part: string, command: string): string {
  if (/["%\r\n]/u.test(part)) {
    throw new UpstreamError(
      `"${command}" is a batch file, and Windows can't hand it an argument with a quote, a percent sign or a line ` +
        'break. Configure the program behind it instead, for example node with the path of the script.',
    );
  }
  // A backslash before the closing quote would escape it for the program that is started in the end.
  return `"${part}${/\\*$/u.exec(part)?.[0] ?? ''}"`;
}

function variable(env: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}
