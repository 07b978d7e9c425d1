// What to put where, so that a client goes through the proxy.

export interface ClientSetup {
  readonly client: string;
  /** What to do with the text. */
  readonly where: string;
  readonly text: string;
}

const name = 'mcp-proxy';
const json = (value: unknown) => JSON.stringify(value, null, 2);

/** @param url the Streamable HTTP address, which all of these clients speak. */
export function clientSetups(url: string): ClientSetup[] {
  return [
    {
      client: 'Claude Code',
      where: 'Run this in a terminal:',
      text: `claude mcp add --transport http ${name} ${url}`,
    },
    {
      client: 'Cursor',
      where: 'Put this into ~/.cursor/mcp.json, or into .cursor/mcp.json of one project:',
      text: json({ mcpServers: { [name]: { url } } }),
    },
    {
      client: 'VS Code',
      where: 'Put this into .vscode/mcp.json, or into your profile with “MCP: Open User Configuration”:',
      text: json({ servers: { [name]: { type: 'http', url } } }),
    },
    {
      client: 'Codex',
      where: 'Put this into ~/.codex/config.toml:',
      text: `[mcp_servers.${name}]\nurl = "${url}"`,
    },
  ];
}

/** A configuration file that puts one's own server behind the proxy. */
export const ownServer = `upstream:
  command: npx
  args: [-y, the-mcp-server]`;
