// The MCP project's own server-everything, behind a proxy by each transport that it speaks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort, nodeCommand } from './harness.ts';
import { whenTestsEnd } from './tidy.ts';

const script = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'));

export type EverythingTransport = 'stdio' | 'sse' | 'streamableHttp';

export interface EverythingServer {
  /** The `upstream` section of a configuration that leads here. */
  readonly section: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Over stdio the proxy starts the server itself, so that there is nothing to start or to close. */
export async function startEverything(
  transport: EverythingTransport,
  wantedPort?: number,
): Promise<EverythingServer> {
  const { command, args, env } = nodeCommand(script, transport);
  if (transport === 'stdio') return { section: { command, args, env }, close: () => Promise.resolve() };

  const port = wantedPort ?? (await freePort());
  const child = spawn(command, args, {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  whenTestsEnd(() => child.kill('SIGKILL'));
  let words = '';
  for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
    words += String(chunk);
    if (/(running|listening) on port/.test(words)) break;
  }
  // It goes on to write there, and would stop once the pipe is full.
  child.stderr.resume();
  if (child.exitCode !== null) throw new Error(`server-everything ended:\n${words}`);
  return {
    // Which of the two the server speaks is for the proxy to find out.
    section: { url: `http://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}` },
    async close() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
