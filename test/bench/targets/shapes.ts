// The three shapes, and who takes part in each. Adding a program to the comparison is adding it here.
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { openHttpLane } from '../client/http-lane.ts';
import { openSseLane } from '../client/sse-lane.ts';
import { freePort, serverScript } from '../processes.ts';
import type { Candidate, PeerName, Running, Surroundings } from './candidate.ts';
import { connectLanes, connectProcess, untilServing } from './connect.ts';
import { startOurBridge, startOurs } from './our-proxy.ts';

export interface Shape {
  readonly name: string;
  candidates(surroundings: Surroundings, httpPort: number): Candidate[];
}

const nothingToClose = () => Promise.resolve();
const stdioServer = { command: process.execPath, args: [serverScript('echo-stdio')] };

export const shapes: readonly Shape[] = [
  {
    name: 'HTTP to HTTP',
    candidates(around, httpPort) {
      const url = `http://127.0.0.1:${httpPort}/mcp`;
      return [
        { name: 'direct', role: 'direct', start: () => Promise.resolve(httpClients(url)) },
        {
          name: 'bare TCP relay',
          role: 'relay',
          async start() {
            const relay = await around.processes.startServer('tcp-relay', String(httpPort));
            return { ...httpClients(`http://127.0.0.1:${relay.port}/mcp`), close: relay.close };
          },
        },
        { name: 'ours', role: 'ours', start: () => startOurs(around, { url }) },
        { name: 'mcp-hub', role: 'peer', start: () => startHub(around, url) },
      ];
    },
  },
  {
    name: 'HTTP to stdio',
    candidates(around) {
      const { processes } = around;
      const { command, args } = stdioServer;
      return [
        { name: 'direct', role: 'direct', start: () => Promise.resolve(stdioClients(around)) },
        {
          name: 'ours',
          role: 'ours',
          start: () => startOurs(around, { ...stdioServer, env: { ELECTRON_RUN_AS_NODE: '1' } }),
        },
        {
          name: 'mcp-proxy',
          role: 'peer',
          start: () =>
            serving(around, 'mcp-proxy', (port) => [
              ...['--host', '127.0.0.1', '--port', port, '--server', 'stream', '--', command, ...args],
            ]),
        },
        {
          name: 'supergateway',
          role: 'peer',
          start: () =>
            serving(around, 'supergateway', (port) => [
              ...['--stdio', [command, ...args].map((word) => `"${word}"`).join(' ')],
              ...['--outputTransport', 'streamableHttp', '--stateful', '--port', port, '--logLevel', 'none'],
            ]),
        },
      ];

      async function serving(
        { peer, folder }: Surroundings,
        name: PeerName,
        argsFor: (port: string) => string[],
      ): Promise<Running> {
        const port = await freePort();
        const started = processes.start(peer(name), argsFor(String(port)), homeIn(folder));
        const open = () => openHttpLane(`http://127.0.0.1:${port}/mcp`);
        await untilServing(open, started);
        return { connect: (connections) => connectLanes(connections, open), close: started.close };
      }
    },
  },
  {
    name: 'stdio to HTTP',
    candidates(around, httpPort) {
      const url = `http://127.0.0.1:${httpPort}/mcp`;
      const bridge = (name: PeerName, args: string[], env: Record<string, string> = {}): Candidate => ({
        name,
        role: 'peer',
        start() {
          const script = around.peer(name);
          return Promise.resolve({
            connect: (connections) =>
              connectProcess(
                connections,
                around.processes.start(script, args, { ...homeIn(around.folder), ...env }),
              ),
            close: nothingToClose,
          });
        },
      });
      return [
        { name: 'direct', role: 'direct', start: () => Promise.resolve(httpClients(url)) },
        { name: 'ours', role: 'ours', start: () => startOurBridge(around, { url }) },
        bridge('supergateway', ['--streamableHttp', url, '--logLevel', 'none']),
        bridge('mcp-remote', [url, '--allow-http', '--transport', 'http-only']),
        bridge('mcp-gateway', [], { MCP_SERVER_URL: `http://127.0.0.1:${httpPort}/sse` }),
      ];
    },
  },
];

function httpClients(url: string): Running {
  return {
    connect: (connections) => connectLanes(connections, () => openHttpLane(url)),
    close: nothingToClose,
  };
}

/** As without a proxy: every client has a server process of its own. */
function stdioClients({ processes }: Surroundings): Running {
  return {
    async connect(connections) {
      const opened = await Promise.all(
        Array.from({ length: connections }, () =>
          connectProcess(1, processes.start(serverScript('echo-stdio'), [])),
        ),
      );
      return {
        lanes: opened.flatMap(({ lanes }) => lanes),
        async close() {
          await Promise.all(opened.map(({ close }) => close()));
        },
      };
    },
    close: nothingToClose,
  };
}

/** It serves HTTP+SSE alone. */
async function startHub({ processes, folder, peer }: Surroundings, url: string): Promise<Running> {
  const port = await freePort();
  const config = join(folder, 'mcp-hub.json');
  writeFileSync(config, JSON.stringify({ mcpServers: { fixture: { url } } }));
  const started = processes.start(
    peer('mcp-hub'),
    ['--port', String(port), '--config', config],
    homeIn(folder),
  );
  const open = () => openSseLane(`http://127.0.0.1:${port}/mcp`);
  await untilServing(open, started);
  return { connect: (connections) => connectLanes(connections, open), close: started.close };
}

/** What programs keep in the user's folders goes with the bench's. */
function homeIn(folder: string): Record<string, string> {
  return {
    HOME: folder,
    USERPROFILE: folder,
    XDG_CONFIG_HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_STATE_HOME: folder,
    XDG_CACHE_HOME: folder,
    MCP_REMOTE_CONFIG_DIR: folder,
  };
}
