// The proxy itself: the compiled program without a window, with the policy and the audit log that it ships with.
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openHttpLane } from '../client/http-lane.ts';
import type { Processes } from '../processes.ts';
import type { Running, Surroundings } from './candidate.ts';
import { connectLanes, connectProcess } from './connect.ts';

const inOut = (name: string) => fileURLToPath(new URL(`../../../out/${name}`, import.meta.url));

/** How the server behind it is reached, as the configuration file says it. */
export type UpstreamSettings =
  | { readonly url: string }
  | { readonly command: string; readonly args: readonly string[]; readonly env: Record<string, string> };

export async function startOurs(
  { processes, folder }: Surroundings,
  upstream: UpstreamSettings,
): Promise<Running> {
  const proxy = await serve(processes, folder, upstream);
  return {
    connect: (connections) => connectLanes(connections, () => openHttpLane(`${proxy.url}/mcp`)),
    close: proxy.close,
  };
}

/** The same, for clients that start a command. */
export async function startOurBridge(
  { processes, folder }: Surroundings,
  upstream: UpstreamSettings,
): Promise<Running> {
  const { userData, close } = await serve(processes, folder, upstream);
  return {
    connect: (connections) =>
      connectProcess(connections, processes.start(inOut('bridge.js'), ['--user-data', userData])),
    close,
  };
}

async function serve(processes: Processes, folder: string, upstream: UpstreamSettings) {
  const userData = mkdtempSync(join(folder, 'ours-'));
  const config = join(userData, 'config.yaml');
  // JSON is YAML. All that is not said here is as shipped.
  writeFileSync(
    config,
    JSON.stringify({ version: '1.0', server: { listen: { address: '127.0.0.1', port: 0 } }, upstream }),
  );
  const started = processes.start(inOut('headless.js'), ['--config', config, '--user-data', userData]);
  const { child, complaint, close } = started;
  const { stdout } = child;
  if (stdout === null) throw new Error('The child has no pipes');
  const ended = once(child, 'exit').then(() => {
    throw new Error(`The proxy did not start:\n${complaint()}`);
  });
  const [line] = (await Promise.race([once(stdout, 'data'), ended])) as [Buffer];
  ended.catch(() => undefined);
  const { url } = JSON.parse(line.toString()) as { url: string };
  return { url, userData, close };
}
