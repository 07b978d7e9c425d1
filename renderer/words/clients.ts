// What the window calls clients, servers and the ways between them.
import type { GatewayStatus, SessionSummary } from '../../electron/shared/domain.ts';
import { visibleText } from '../visible-text.ts';

/** Names that clients give themselves in `initialize`, and the names that people know them by. */
const clientNames: Readonly<Record<string, string>> = {
  'claude-ai': 'Claude Desktop',
  'claude-code': 'Claude Code',
  'codex-mcp-client': 'Codex',
  'cursor-vscode': 'Cursor',
  'gemini-cli-mcp-client': 'Gemini CLI',
  'mcp-inspector': 'MCP Inspector',
  'Visual Studio Code': 'VS Code',
};

export function clientName(claimed: string): string {
  if (claimed.trim() === '') return 'An unnamed client';
  return Object.hasOwn(clientNames, claimed) ? (clientNames[claimed] ?? claimed) : visibleText(claimed);
}

export const transportNames: Readonly<Record<SessionSummary['transport'], string>> = {
  sse: 'HTTP+SSE',
  'streamable-http': 'Streamable HTTP',
  stateless: 'Streamable HTTP, stateless',
};

/** A server as sessions name it: `all` is no server, but all of them at one address. */
export function serverName(name: string): string {
  return name === 'all' ? 'all servers' : visibleText(name);
}

/** What `server.auth` means for callers. */
export const authSentences: Readonly<Record<GatewayStatus['auth'], string>> = {
  optional:
    'Callers without a token are let in as well, all as one and the same agent. A wrong token is refused.',
  required: 'Only callers with the token of a client are let in.',
};
