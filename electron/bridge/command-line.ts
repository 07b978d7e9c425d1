// The bridge's options.
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { serverName } from '../shared/server-paths.ts';

/** Where the proxy is to be found: at an address, or in a folder that a proxy announces itself in. */
export type Whereabouts =
  | { readonly kind: 'url'; readonly url: URL }
  /** Absolute; null for the usual folder of this system. */
  | { readonly kind: 'user-data'; readonly folder: string | null };

export type CommandLine =
  | {
      readonly kind: 'run';
      readonly whereabouts: Whereabouts;
      readonly server: string | null;
      /** Whether an app that does not run may be started. */
      readonly mayStart: boolean;
      /** Absolute; null where the environment may name a token. */
      readonly tokenFile: string | null;
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

export const helpText = `Connects an MCP client that speaks stdio alone to the running MCP Proxy Desktop.

The client starts this program as the command of an MCP server. Standard input and output carry MCP messages, standard
error what there is to say to people. An app that is not running is started, in the tray.

  --server NAME      Use this one of the proxy's servers. Otherwise the default server.
  --url URL          The proxy's address, http://127.0.0.1:PORT. Otherwise it is looked up in the user-data folder.
  --user-data DIR    The folder that the proxy was started with.
  --token-file FILE  A file with the token of this client, where it is registered. Otherwise MCP_PROXY_TOKEN is presented,
                     if it is set.
  --no-start         Do not start the app where it is not running.
  --help             Print this text and exit.

Exit codes: 0 the client has ended the connection, 2 an option is wrong, 1 anything else.
`;

/** Reads the arguments behind the program's name. Relative paths start at `cwd`. */
export function readCommandLine(args: readonly string[], cwd: string): CommandLine {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        // The installed command has this option to choose the bridge.
        stdio: { type: 'boolean' },
        server: { type: 'string' },
        url: { type: 'string' },
        'user-data': { type: 'string' },
        'no-start': { type: 'boolean' },
        'token-file': { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) return { kind: 'help' };
    const { url, 'user-data': folder, 'token-file': tokenFile, server } = values;
    if (url !== undefined && folder !== undefined) return wrong('--url and --user-data exclude each other');
    if (server !== undefined && !serverName.test(server)) {
      return wrong(`--server takes the name of a server, not ${JSON.stringify(server)}`);
    }
    return {
      kind: 'run',
      server: server ?? null,
      tokenFile: tokenFile === undefined ? null : resolve(cwd, tokenFile),
      mayStart: values['no-start'] !== true,
      whereabouts:
        url === undefined
          ? { kind: 'user-data', folder: folder === undefined ? null : resolve(cwd, folder) }
          : { kind: 'url', url: httpUrl(url) },
    };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/u.test(url.protocol)) {
    throw new Error(`--url takes an address like http://127.0.0.1:3000, not ${JSON.stringify(text)}`);
  }
  return url;
}

function wrong(problem: string): CommandLine {
  return { kind: 'wrong', message: `${problem}; --help lists the options` };
}
