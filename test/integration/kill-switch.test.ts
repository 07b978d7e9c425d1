// The switch that stops everything, thrown over the admin API as a script would.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { startEverything } from './everything-server.ts';
import { allowAll, type RunningProxy, startProxy } from './harness.ts';
import type { Inbound } from './raw-session.ts';
import { connectSdkClient } from './sdk-client.ts';

const SLOW = 'trigger-long-running-operation';

async function pause(proxy: RunningProxy, paused: boolean): Promise<void> {
  const token = readFileSync(join(proxy.userData, 'api-token'), 'utf8').trim();
  const response = await fetch(`${proxy.url}/api/pause`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ paused }),
  });
  expect(response.status).toBe(200);
}

it.each<Inbound>(['sse', 'streamable-http'])(
  'ends the calls that run and refuses the next ones, and the sessions over %s stay',
  async (inbound) => {
    const { section: upstream } = await startEverything('stdio');
    const config = { upstream, api: { enabled: true } };
    const proxy = await startProxy({ config, policies: allowAll });
    onTestFinished(() => proxy.stop());
    const sdk = await connectSdkClient(inbound, proxy.url);
    onTestFinished(() => sdk.close());

    const running = sdk.call(SLOW, { duration: 60, steps: 60 });
    const refused = expect(running).rejects.toThrow(/paused/u);
    await expect.poll(() => readAuditLog(proxy.userData).some(({ tool }) => tool === SLOW)).toBe(true);
    await pause(proxy, true);
    await refused;
    await expect(sdk.call('echo', { message: 'hi' })).rejects.toThrow(/paused/u);
    await expect(sdk.client.ping()).resolves.toEqual({});

    await pause(proxy, false);
    await expect(sdk.call('echo', { message: 'hi' })).resolves.toContain('hi');
    const slow = readAuditLog(proxy.userData).filter(({ tool }) => tool === SLOW);
    expect(slow).toMatchObject([{ decision: 'allow', status: 'cancelled', error_code: -32001 }]);
  },
);

it('survives a restart, and a crash', async () => {
  const config = { api: { enabled: true } };
  const first = await startProxy({ config });
  await pause(first, true);
  await first.kill();
  const second = await startProxy({ config, userData: first.userData });
  onTestFinished(() => second.stop());
  const sdk = await connectSdkClient('streamable-http', second.url);
  onTestFinished(() => sdk.close());
  await expect(sdk.call('list_notes')).rejects.toThrow(/paused/u);
});
