// The program's options, the same with a window and without one.
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';

export interface RunOptions {
  /** Absolute; null where none was given. */
  readonly configFile: string | null;
  /** Absolute; null for the usual folder of this system. */
  readonly userData: string | null;
  readonly headless: boolean;
  /** Starts in the tray, without opening the window. */
  readonly hidden: boolean;
}

/** What makes another start be on the same configuration and folder. */
export function placeArguments({
  configFile,
  userData,
}: Pick<RunOptions, 'configFile' | 'userData'>): string[] {
  return [
    ...(configFile === null ? [] : ['--config', configFile]),
    ...(userData === null ? [] : ['--user-data', userData]),
  ];
}

export type CommandLine =
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'config'; readonly question: 'check' | 'print' | 'schema'; readonly options: RunOptions }
  | {
      readonly kind: 'service';
      readonly question: 'install' | 'uninstall' | 'print';
      readonly options: RunOptions;
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'wrong'; readonly message: string };

const options = {
  config: { type: 'string' },
  'user-data': { type: 'string' },
  'check-config': { type: 'boolean' },
  'print-config': { type: 'boolean' },
  'config-schema': { type: 'boolean' },
  'install-service': { type: 'boolean' },
  'uninstall-service': { type: 'boolean' },
  'print-service': { type: 'boolean' },
  headless: { type: 'boolean' },
  hidden: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

export const helpText = `MCP Proxy Desktop: a proxy between AI clients and their MCP servers, with policy, approvals and audit.

  --config FILE      Read the configuration from FILE (YAML or JSON).
  --user-data DIR    Keep the audit log and settings in DIR.
  --hidden           Start in the tray, without opening the window.
  --headless         Run without window and tray: prints one line of JSON on standard output once it
                     serves; logs go to standard error.
  --check-config     Say what is wrong with the configuration, or that it is right, and exit.
  --print-config     Print all settings, each with where its value comes from, and exit. Secrets are not shown.
  --config-schema    Print the JSON schema of the configuration file, for editors, and exit.
  --install-service  Write what makes this system run the proxy without a window from your login on (with the
                     given --config and --user-data), say how to start it, and exit.
  --uninstall-service  Remove what --install-service wrote, say how to stop it, and exit.
  --print-service    Print what --install-service would write, and exit.
  --stdio            Connect a client that speaks stdio alone to the running app, as the client's own command.
                     --stdio --help lists the options of that.
  --version          Print the version and exit.
  --help             Print this text and exit.

Commands for the app that is running: mcp-proxy-desktop help

Exit codes: 0 stopped on request, 2 the configuration or an option is wrong, 1 anything else.
`;

/**
 * Reads the arguments behind the program's name. Relative paths start at `cwd`.
 * @param unknown Chromium takes options of its own from the same command line, so a windowed start ignores what it
 *   does not know; without a window it can only be a mistake.
 */
export function readCommandLine(
  args: readonly string[],
  cwd: string,
  unknown: 'ignored' | 'wrong',
): CommandLine {
  const { tokens, values } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'option' && Object.hasOwn(options, token.name)) {
      const { type } = options[token.name as keyof typeof options];
      // A name in place of the value is a value that was forgotten.
      const missing = token.value === undefined || token.value === '' || isNextOption(token);
      if (type === 'string' && missing) return wrong(`${token.rawName} needs a value`);
      if (type === 'boolean' && token.value !== undefined) return wrong(`${token.rawName} takes no value`);
    } else if (unknown === 'wrong' && token.kind !== 'option-terminator') {
      return wrong(
        token.kind === 'option' ? `unknown option ${token.rawName}` : `unexpected argument ${token.value}`,
      );
    }
  }
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const run: RunOptions = {
    configFile: path(values.config, cwd),
    userData: path(values['user-data'], cwd),
    headless: values.headless === true,
    hidden: values.hidden === true,
  };
  for (const [name, question] of configQuestions) {
    if (values[name] === true) return { kind: 'config', question, options: run };
  }
  for (const question of serviceQuestions) {
    if (values[`${question}-service`] === true) return { kind: 'service', question, options: run };
  }
  return { kind: 'run', options: run };
}

const serviceQuestions = ['install', 'uninstall', 'print'] as const;

const configQuestions = [
  ['check-config', 'check'],
  ['print-config', 'print'],
  ['config-schema', 'schema'],
] as const;

function isNextOption(token: { value: string | undefined; inlineValue: boolean | undefined }): boolean {
  return token.inlineValue === false && token.value?.startsWith('--') === true;
}

function path(value: string | boolean | undefined, cwd: string): string | null {
  return typeof value === 'string' ? resolve(cwd, value) : null;
}

function wrong(problem: string): CommandLine {
  return { kind: 'wrong', message: `${problem}; --help lists the options` };
}
