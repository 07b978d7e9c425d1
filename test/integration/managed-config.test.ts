// What an administrator manages, in a gateway as its hosts start it.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startGatewayHost } from '../../electron/gateway/host.ts';
import { freePort, temporaryFolder } from './harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('holds over the file and the variables, while the proxy runs too', async () => {
  const folder = temporaryFolder();
  const configFile = join(folder, 'config.yaml');
  const managedConfigFile = join(folder, 'managed.yaml');
  writeFileSync(configFile, `server: {listen: {port: ${await freePort()}}}\npolicy: {mode: audit}\n`);
  writeFileSync(managedConfigFile, 'policy: {mode: enforce}\n');
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const host = startGatewayHost({
    gateway: {
      version: '0.0.0',
      configFile,
      managedConfigFile,
      userData: join(folder, 'data'),
      shippedPolicies: join(root, 'policies'),
      out: join(root, 'out'),
      bundledOpa: null,
      env: { ...process.env, MCP_LOGGING_LEVEL: 'error', MCP_POLICY_MODE: 'audit' },
    },
    logger,
  });
  onTestFinished(() => host.close());
  const started = await host.started;
  if (!started.ok) throw new Error(started.problem.message);
  expect(host.status().mode).toBe('enforce');
  const { settings } = await host.commands['config.read']();
  expect(settings.find(({ path }) => path.join('.') === 'policy.mode')).toMatchObject({
    value: 'enforce',
    from: 'managed',
    where: `${managedConfigFile}:1`,
  });

  const chosen = Promise.resolve(host.commands['mode.set']('audit'));
  await expect(chosen).rejects.toThrow(`The mode is managed by your organization (${managedConfigFile}:1)`);
  expect(host.status()).toMatchObject({ mode: 'enforce', modeManagedAt: `${managedConfigFile}:1` });

  writeFileSync(managedConfigFile, 'policy: {mode: audit}\n');
  await expect.poll(() => host.status().mode, { timeout: 10_000 }).toBe('audit');

  rmSync(managedConfigFile);
  await expect.poll(() => host.status().modeManagedAt, { timeout: 10_000 }).toBeNull();
  await host.commands['mode.set']('enforce');
  expect(host.status().mode).toBe('enforce');

  // The variable says the same, so that no value changes: the choice no longer counts all the same.
  writeFileSync(managedConfigFile, 'policy: {mode: audit}\n');
  await expect.poll(() => host.status().mode, { timeout: 10_000 }).toBe('audit');
}, 60_000);
