// A client of Streamable HTTP that dies says no goodbye. What it leaves is gone with it; what a living one has stays.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEverything } from './everything-server.ts';
import { allowAll, nodeCommand, type RunningProxy, startProxy } from './harness.ts';
import { openRawSession } from './raw-session.ts';

const clientScript = fileURLToPath(new URL('client-process.ts', import.meta.url));

async function start(): Promise<RunningProxy> {
  const { section } = await startEverything('stdio');
  const proxy = await startProxy({ config: { upstream: section }, policies: allowAll });
  onTestFinished(() => proxy.stop());
  return proxy;
}

/** A client that has listed the tools, and does nothing more. */
async function startClient({ url }: RunningProxy): Promise<ChildProcess> {
  const { command, args, env } = nodeCommand(clientScript, url);
  const client = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void client.kill('SIGKILL'));
  const [line] = (await once(client.stdout, 'data')) as [Buffer];
  expect(JSON.parse(line.toString())).toMatchObject({ session: expect.stringMatching(/^sess_/) as string });
  return client;
}

/** How many servers the proxy has started. */
function servers({ pid }: RunningProxy): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid).length;
}

function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(/\) \S (?<parent>\d+) /.exec(stat)?.groups?.parent);
  } catch {
    // It has ended.
    return null;
  }
}

describe.runIf(process.platform === 'linux')('the server of a client', () => {
  it('that was killed is gone within 2 s', async () => {
    const proxy = await start();
    const client = await startClient(proxy);
    expect(servers(proxy)).toBe(1);
    client.kill('SIGKILL');
    await expect.poll(() => servers(proxy), { timeout: 2000, interval: 20 }).toBe(0);
  });

  it('that was killed while others live is gone alone', async () => {
    const proxy = await start();
    const [doomed] = await Promise.all([startClient(proxy), startClient(proxy)]);
    expect(servers(proxy)).toBe(2);
    doomed.kill('SIGKILL');
    await expect.poll(() => servers(proxy), { timeout: 2000, interval: 20 }).toBe(1);
    await sleep(2000);
    expect(servers(proxy)).toBe(1);
  });

  it('that closes its connections and comes back later is still there', async () => {
    const proxy = await start();
    // Each of its requests has a connection of its own.
    const session = await openRawSession('streamable-http', proxy.url);
    await sleep(5000);
    expect(await session.ask('{"jsonrpc":"2.0","id":1,"method":"ping"}')).toEqual([
      '{"result":{},"jsonrpc":"2.0","id":1}',
    ]);
    await session.close();
    await expect.poll(() => servers(proxy), { timeout: 2000, interval: 20 }).toBe(0);
  });
});
