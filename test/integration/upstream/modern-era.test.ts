// 2026-07-28 from end to end: the SDK's own client, by HTTP and by the bridge, and the SDK's own server, by HTTP and
// as a command.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { bridgeCommand } from '../bridge-process.ts';
import { allowAll, nodeCommand, startProxy, temporaryFolder, type RunningProxy } from '../harness.ts';
import { connectSdkClient } from '../sdk-client.ts';
import { whenTestsEnd } from '../tidy.ts';

const server = fileURLToPath(new URL('../../fixtures/modern-server.ts', import.meta.url));
const filesystem = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
);

let proxy: RunningProxy;

async function startHttpServer(): Promise<string> {
  const { command, args, env } = nodeCommand(server, 'http');
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  whenTestsEnd(() => child.kill('SIGKILL'));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return `http://127.0.0.1:${port.toString().trim()}/mcp`;
}

beforeAll(async () => {
  const servers = {
    http: { url: await startHttpServer() },
    stdio: nodeCommand(server, 'stdio'),
    legacy: nodeCommand(filesystem, temporaryFolder()),
  };
  proxy = await startProxy({ config: { servers }, policies: allowAll });
}, 60_000);

afterAll(() => proxy.stop());

async function connect(inbound: 'http' | 'bridge', name: string) {
  const client = new Client(
    { name: 'sdk v2', version: '1' },
    { versionNegotiation: { mode: 'auto' }, capabilities: {} },
  );
  const { command, args, env } = bridgeCommand('--url', proxy.url, '--server', name);
  const transport =
    inbound === 'http'
      ? new StreamableHTTPClientTransport(new URL(`/servers/${name}/mcp`, proxy.url))
      : new StdioClientTransport({
          command,
          args,
          env: { ...process.env, ...env } as Record<string, string>,
        });
  await client.connect(transport);
  onTestFinished(() => client.close());
  const call = async (tool: string, given: Record<string, unknown> = {}, options = {}): Promise<string> => {
    const result = await client.callTool({ name: tool, arguments: given }, options);
    return JSON.stringify(result.content);
  };
  return { client, call };
}

describe.each(['http', 'bridge'] as const)('a client by %s', (inbound) => {
  describe.each(['http', 'stdio'])('and a modern server by %s', (outbound) => {
    it('agree on the modern era, lists and calls', async () => {
      const { client, call } = await connect(inbound, outbound);
      expect(client.getProtocolEra()).toBe('modern');
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual(['query', 'count', 'wait', 'change']);
      expect(await call('query', { region: 'Zürich, west' })).toContain('Zürich, west');
    });

    it('know which header an argument stands in, whenever the tools were listed', async () => {
      const { call } = await connect(inbound, outbound);
      // Over HTTP the SDK itself has to have listed them before.
      if (inbound === 'http') return;
      expect(await call('query', { region: 'never listed' })).toContain('never listed');
    });

    it('pass progress to the client that wants it', async () => {
      const clients = await Promise.all([connect(inbound, outbound), connect(inbound, outbound)]);
      const progress = await Promise.all(
        clients.map(async ({ call }) => {
          const heard: unknown[] = [];
          await call('count', {}, { onprogress: (params: unknown) => heard.push(params) });
          return heard;
        }),
      );
      expect(progress).toEqual([[{ progress: 1, total: 1 }], [{ progress: 1, total: 1 }]]);
    });

    it('pass a cancellation to the server', async () => {
      const { client, call } = await connect(inbound, outbound);
      await client.listTools();
      const before = Number((await call('query', { region: 'x' })).split(' ')[1]);
      const withdrawn = new AbortController();
      const waiting = expect(call('wait', {}, { signal: withdrawn.signal })).rejects.toThrow();
      setTimeout(() => withdrawn.abort(), 200);
      await waiting;
      await vi.waitFor(
        async () => expect(Number((await call('query', { region: 'x' })).split(' ')[1])).toBe(before + 1),
        5000,
      );
    });

    it('pass changes to each client that listens', async () => {
      const clients = await Promise.all([connect(inbound, outbound), connect(inbound, outbound)]);
      const changed = await Promise.all(
        clients.map(async ({ client }) => {
          const told = vi.fn();
          client.setNotificationHandler('notifications/tools/list_changed', told);
          await client.listen({ toolsListChanged: true });
          return told;
        }),
      );
      await clients[0].call('change');
      await vi.waitFor(() => {
        for (const told of changed) expect(told).toHaveBeenCalled();
      }, 5000);
    });
  });

  it('falls back where the server is legacy', async () => {
    const { client } = await connect(inbound, 'legacy');
    expect(client.getProtocolEra()).toBe('legacy');
    expect((await client.listTools()).tools.length).toBeGreaterThan(5);
  });
});

describe('a modern server', () => {
  it('by stdio is one process for all clients', async () => {
    const clients = await Promise.all([connect('http', 'stdio'), connect('http', 'stdio')]);
    const pids = await Promise.all(
      clients.map(async ({ client, call }) => {
        await client.listTools();
        return /\d+(?="\})/u.exec(await call('query', { region: 'x' }))?.[0];
      }),
    );
    expect(pids[0]).toBeDefined();
    expect(pids[1]).toBe(pids[0]);
  });

  it.each(['http', 'stdio'])(
    'by %s tells a client of the older era that it is not for it',
    async (outbound) => {
      await expect(
        connectSdkClient('streamable-http', proxy.url, `/servers/${outbound}/mcp`),
      ).rejects.toThrow('Unsupported protocol version');
    },
  );
});
