// What to put where, so that a client goes through the proxy.
import type { AppInfo } from '../electron/shared/contract.ts';

export interface ClientSetup {
  readonly client: string;
  /** What to do with the text. */
  readonly where: string;
  readonly text: string;
}

const name = 'mcp-proxy';
const json = (value: unknown) => JSON.stringify(value, null, 2);

/** @param url the Streamable HTTP address, which all of these clients speak. @param token null: it has none. */
export function clientSetups(url: string, token: string | null = null): ClientSetup[] {
  const authorization = token === null ? null : `Bearer ${token}`;
  const entry = authorization === null ? { url } : { url, headers: { Authorization: authorization } };
  const option = authorization === null ? '' : ` --header "Authorization: ${authorization}"`;
  const line = authorization === null ? '' : `\nhttp_headers = { Authorization = "${authorization}" }`;
  return [
    {
      client: 'Claude Code',
      where: 'Run this in a terminal:',
      text: `claude mcp add --transport http ${name} ${url}${option}`,
    },
    {
      client: 'Cursor',
      where: 'Put this into ~/.cursor/mcp.json, or into .cursor/mcp.json of one project:',
      text: json({ mcpServers: { [name]: entry } }),
    },
    {
      client: 'VS Code',
      where: 'Put this into .vscode/mcp.json, or into your profile with “MCP: Open User Configuration”:',
      text: json({ servers: { [name]: { type: 'http', ...entry } } }),
    },
    {
      client: 'Codex',
      where: 'Put this into ~/.codex/config.toml:',
      text: `[mcp_servers.${name}]\nurl = "${url}"${line}`,
    },
  ];
}

/** For clients that start a command and speak to it alone; the command presents the token. */
export function bridgeSetup(bridge: NonNullable<AppInfo['bridge']>, token: string): ClientSetup {
  const { command, args, env } = bridge;
  return {
    client: 'Claude Desktop',
    where:
      'Put this into claude_desktop_config.json, or wherever the client keeps its servers. The token can also lie in a file: give its name with --token-file instead.',
    text: json({ mcpServers: { [name]: { command, args, env: { ...env, MCP_PROXY_TOKEN: token } } } }),
  };
}

/** The address with the token in it, for clients that take an address and nothing else. */
export function urlWithToken(url: string, token: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}/c/${token}${pathname}`;
}

/** A configuration file that puts one's own server behind the proxy. */
export const ownServer = `upstream:
  command: npx
  args: [-y, the-mcp-server]`;
