// The two eras of MCP: nothing is translated between them, so that a client has to find the one that its server speaks.
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { bridgeCommand } from './bridge-process.ts';
import { startEverything } from './everything-server.ts';
import { allowAll, nodeCommand, startProxy, temporaryFolder, type RunningProxy } from './harness.ts';
import { modernServers } from './modern-fixture.ts';
import { connectModernSdkClient, type ModernSdkClient } from './modern-sdk-client.ts';
import { connectSdkClient, connectSdkClientBy } from './sdk-client.ts';

const filesystem = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
);

let proxy: RunningProxy;

beforeAll(async () => {
  const everything = await startEverything('streamableHttp');
  const { http, stdio } = await modernServers();
  const servers = {
    'modern-http': http,
    'modern-stdio': stdio,
    'legacy-http': everything.section,
    'legacy-stdio': nodeCommand(filesystem, temporaryFolder()),
  };
  proxy = await startProxy({ config: { servers }, policies: allowAll });
}, 60_000);
afterAll(() => proxy.stop());

async function connect(
  ...[inbound, server, mode]: [inbound: 'http' | 'bridge', server: string, mode?: { pin: string }]
): Promise<ModernSdkClient> {
  const sdk = await connectModernSdkClient(inbound, proxy.url, server, mode);
  onTestFinished(() => sdk.client.close());
  return sdk;
}

describe.each(['http', 'bridge'] as const)('a client over %s', (inbound) => {
  describe.each(['http', 'stdio'])('and a legacy server over %s', (outbound) => {
    it('agree on the legacy era where the client speaks both', async () => {
      const { client } = await connect(inbound, `legacy-${outbound}`);
      expect(client.getProtocolEra()).toBe('legacy');
      expect((await client.listTools()).tools.length).toBeGreaterThan(5);
    });

    it('part at once where the client is a modern one', async () => {
      await expect(connect(inbound, `legacy-${outbound}`, { pin: '2026-07-28' })).rejects.toThrow(
        'did not offer pinned protocol version',
      );
    });
  });
});

describe.each(['http', 'stdio'])('a modern server over %s', (outbound) => {
  it('tells a legacy client over HTTP what it speaks, and has no SSE stream for it from then on', async () => {
    const path = `/servers/modern-${outbound}`;
    await expect(connectSdkClient('streamable-http', proxy.url, `${path}/mcp`)).rejects.toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'] },
    });
    await expect(connectSdkClient('sse', proxy.url, `${path}/sse`)).rejects.toMatchObject({ code: 400 });
  });

  it('tells a legacy client over the bridge what it speaks', async () => {
    const bridge = bridgeCommand('--url', proxy.url, '--server', `modern-${outbound}`);
    await expect(connectSdkClientBy(new StdioClientTransport(bridge))).rejects.toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'] },
    });
  });

  it('gets the headers that the bridge makes of arguments, though its client never listed the tools', async () => {
    const { call } = await connect('bridge', `modern-${outbound}`);
    expect(await call('query', { region: 'Zürich' })).toContain('Zürich');
  });
});

it('a modern server over stdio is one process for all clients', async () => {
  const clients = await Promise.all([connect('http', 'modern-stdio'), connect('bridge', 'modern-stdio')]);
  const pids = await Promise.all(
    clients.map(async ({ client, call }) => {
      await client.listTools();
      return /\d+$/u.exec(await call('query', { region: 'x' }))?.[0];
    }),
  );
  expect(pids[0]).toBeDefined();
  expect(pids[1]).toBe(pids[0]);
});
