// What clients hear of lists when somebody changes the mode, or pauses: the gateway whole, with the demo server.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGateway } from '../../electron/gateway/gateway.ts';
import { temporaryFolder } from './harness.ts';
import { connectSdkClient, type SdkClient } from './sdk-client.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

async function startGateway() {
  const gateway = await createGateway(
    {
      version: '0.0.0',
      configFile: null,
      managedConfigFile: null,
      userData: temporaryFolder(),
      shippedPolicies: join(root, 'policies'),
      out: join(root, 'out'),
      bundledOpa: null,
      env: { ...process.env, MCP_LOGGING_LEVEL: 'error' },
    },
    () => undefined,
  );
  onTestFinished(() => gateway.close());
  return gateway;
}

async function lists(client: SdkClient, tool: string): Promise<boolean> {
  const { tools } = await client.client.listTools();
  return tools.some(({ name }) => name === tool);
}

describe.each(['sse', 'streamable-http'] as const)('a client over %s', (inbound) => {
  it('is told that its tools change, and finds them changed', async () => {
    const { url, commands } = await startGateway();
    const client = await connectSdkClient(inbound, url);
    const idle = await connectSdkClient(inbound, url);
    const told = () => client.heard.filter((word) => word === 'tools changed').length;
    expect(await lists(client, 'delete_note')).toBe(false);

    await commands['mode.set']('audit');
    await expect.poll(told).toBe(1);
    expect(await lists(client, 'delete_note')).toBe(true);

    await commands['mode.set']('enforce');
    await commands['pause.set'](true);
    await commands['pause.set'](false);
    await expect.poll(told).toBe(2);
    expect(await lists(client, 'delete_note')).toBe(false);
    expect(await lists(client, 'read_note')).toBe(true);

    expect(idle.heard).not.toContain('tools changed');
    await Promise.all([client.close(), idle.close()]);
  });
});
