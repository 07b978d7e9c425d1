// The modern server of the fixtures, behind a proxy by each transport that it speaks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeCommand } from './harness.ts';
import { whenTestsEnd } from './tidy.ts';

const script = fileURLToPath(new URL('../fixtures/modern-server.ts', import.meta.url));

/** Sections of `servers` in a configuration, one for each transport; the one by HTTP is started, and ends with the tests. */
export async function modernServers() {
  const { command, args, env } = nodeCommand(script, 'http');
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  whenTestsEnd(() => child.kill('SIGKILL'));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const http = { url: `http://127.0.0.1:${port.toString().trim()}/mcp` };
  return { http, stdio: nodeCommand(script, 'stdio') };
}
