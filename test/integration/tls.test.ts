// A proxy that listens with TLS: the bridge and the tour trust the certificate that it announces, and no other.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBridge } from './bridge-process.ts';
import { cli } from './cli-process.ts';
import { nodeCommand, type RunningProxy, startProxy } from './harness.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});

let proxy: RunningProxy;
beforeAll(async () => {
  const tls = { enabled: true, cert_file: fixture('server-cert'), key_file: fixture('server-key') };
  proxy = await startProxy({ config: { tls, api: { enabled: true } } });
});
afterAll(() => proxy.stop());

it('says so in its address', () => {
  expect(proxy.url).toMatch(/^https:/u);
});

it('is reached by the bridge', async () => {
  const bridge = startBridge('--user-data', proxy.userData);
  bridge.say(initialize);
  expect(await bridge.hear('"id":1')).toContain('serverInfo');
  bridge.hangUp();
  await bridge.ended;
});

it('is reached by the tour', async () => {
  const { command, args, env } = nodeCommand(
    fileURLToPath(new URL('../../out/demo.js', import.meta.url)),
    '--user-data',
    proxy.userData,
  );
  const tour = spawn(command, args, { env: { ...process.env, ...env } });
  const [code] = (await once(tour, 'close')) as [number | null];
  expect(code).toBe(0);
});

it('is asked by the command line', async () => {
  expect(await cli(proxy.userData, 'status')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(proxy.url) as string,
  });
  expect((await cli(proxy.userData, 'pause', '--json')).stdout).toContain('true');
  expect((await cli(proxy.userData, 'resume', '--json')).stdout).toContain('false');
});

it('is not taken for the proxy where it shows another certificate', async () => {
  const file = join(proxy.userData, 'gateway.json');
  const announced = readFileSync(file, 'utf8');
  const certificate = readFileSync(fixture('client-cert'), 'utf8');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(announced) as object), certificate }));
  try {
    const bridge = startBridge('--user-data', proxy.userData);
    bridge.say(initialize);
    expect(await bridge.hear('"id":1')).toContain('"error"');
    bridge.hangUp();
    await bridge.ended;
    const asked = await cli(proxy.userData, 'status');
    expect(asked).toMatchObject({ code: 3, stdout: '' });
    expect(asked.stderr).toContain('does not answer at https://');
  } finally {
    writeFileSync(file, announced);
  }
});
