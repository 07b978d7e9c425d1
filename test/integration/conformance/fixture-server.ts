// The server that the conformance suites are run at, directly and behind the proxy.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeCommand } from '../harness.ts';
import { whenTestsEnd } from '../tidy.ts';

const script = fileURLToPath(new URL('../../fixtures/conformance/server.ts', import.meta.url));

export interface FixtureServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startFixtureServer(): Promise<FixtureServer> {
  const { command, args, env } = nodeCommand(script);
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  whenTestsEnd(() => child.kill('SIGKILL'));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: `http://127.0.0.1:${port.toString().trim()}/mcp`,
    async close() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
