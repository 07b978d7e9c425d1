// The server that records and sends raw bytes, behind a proxy by each transport that it speaks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeCommand, temporaryFolder } from './harness.ts';
import { whenTestsEnd } from './tidy.ts';

const script = fileURLToPath(new URL('../fixtures/raw-server.ts', import.meta.url));

export type RawTransport = 'stdio' | 'http';

export interface RawUpstream {
  /** The `upstream` section of a configuration that leads here. */
  readonly section: Readonly<Record<string, unknown>>;
  /** Every message that reached the server, in order, byte for byte. */
  received(): Buffer[];
  close(): Promise<void>;
}

export async function startRawUpstream(transport: RawTransport): Promise<RawUpstream> {
  const record = join(temporaryFolder(), 'received');
  const { command, args, env } = nodeCommand(script, transport, record);
  const received = () =>
    existsSync(record)
      ? readFileSync(record, 'utf8')
          .split('\n')
          // A line that was cut off is not a message that the server acted on.
          .slice(0, -1)
          .map((line) => Buffer.from(line, 'base64'))
      : [];
  if (transport === 'stdio') {
    return { section: { command, args, env }, received, close: () => Promise.resolve() };
  }
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  whenTestsEnd(() => child.kill());
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    section: { url: `http://127.0.0.1:${port.toString().trim()}/mcp` },
    received,
    async close() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
