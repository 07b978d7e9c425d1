// Edits of the configuration file while the proxy runs: what takes effect, what waits, and what is refused.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import type { GatewayStatus } from '../../electron/shared/domain.ts';
import { startProxy } from './harness.ts';
import { send } from './raw-http.ts';
import { openRawSession } from './raw-session.ts';
import { startRawUpstream } from './raw-upstream.ts';

/** An edit is looked for each second, and two cores may be busy. */
const patience = { timeout: 10_000 };

const denyAll = { 'deny.rego': 'package mcp.policy\n\ndefault allow = false\n' };
const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"raw","arguments":{}}}';

async function editableProxy(config: Record<string, unknown> = {}) {
  const { section } = await startRawUpstream('stdio');
  const proxy = await startProxy({
    config: { upstream: section, api: { enabled: true }, ...config },
    policies: denyAll,
  });
  onTestFinished(() => proxy.stop());
  const { configFile } = proxy;
  if (configFile === null) throw new Error('It was given a configuration');
  const token = readFileSync(join(proxy.userData, 'api-token'), 'utf8').trim();
  const session = await openRawSession('streamable-http', proxy.url);
  const edit = (change: Record<string, Record<string, unknown>>) => {
    const written = parse(readFileSync(configFile, 'utf8')) as Record<string, Record<string, unknown>>;
    for (const [section, keys] of Object.entries(change)) written[section] = { ...written[section], ...keys };
    writeFileSync(configFile, stringify(written));
  };
  const status = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await send(`${proxy.url}/api/status`, { headers });
    return JSON.parse(body) as GatewayStatus;
  };
  /** The error code of a call; null where it was answered. */
  const called = async () => {
    const [answer = ''] = await session.ask(call);
    return (JSON.parse(answer) as { error?: { code: number } }).error?.code ?? null;
  };
  return { proxy, configFile, edit, status, called };
}

it('the mode, rates and the level of log lines take effect between two calls', async () => {
  const { edit, called, proxy } = await editableProxy();
  expect(await called()).toBe(-32001);
  edit({ policy: { mode: 'audit' } });
  await expect.poll(called, patience).toBeNull();
  edit({ limits: { tools: { raw: { per_hour: 1 } } }, logging: { level: 'debug' } });
  await expect.poll(called, patience).toBe(-32003);
  edit({ policy: { modes: { servers: { default: 'enforce' } } }, limits: { tools: {} } });
  await expect.poll(called, patience).toBe(-32001);
  expect(proxy.output().stderr).toContain('"event":"config_changed"');
});

it('what waits for the next start is named in the status, until it is taken back', async () => {
  const { edit, status } = await editableProxy();
  const waits = async () =>
    (await status()).problems.find(({ code }) => code === 'config_waits')?.message ?? null;
  expect(await waits()).toBeNull();
  edit({ server: { max_connections: 5 }, audit: { retention_days: 3 } });
  await expect.poll(waits, patience).toMatch(/: server\.max_connections, audit\.retention_days$/u);
  edit({ server: { max_connections: 1000 }, audit: { retention_days: 30 } });
  await expect.poll(waits, patience).toBeNull();
});

it('a file that can not be used changes nothing, and says where it is wrong', async () => {
  const { edit, called, status, configFile } = await editableProxy({ policy: { mode: 'audit' } });
  const wrong = async () => (await status()).problems.find(({ code }) => code === 'config')?.message ?? null;
  expect(await called()).toBeNull();
  edit({ policy: { mode: 'enforced' } });
  await expect
    .poll(wrong, patience)
    .toContain('policy.mode: expected one of enforce, audit, found "enforced"');
  expect(await called()).toBeNull();
  writeFileSync(configFile, 'policy: {mode: [');
  await expect.poll(wrong, patience).toContain('not valid YAML');
  expect(await called()).toBeNull();
});
