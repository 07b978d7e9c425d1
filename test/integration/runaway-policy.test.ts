// A policy that never comes to a decision: the gateway as its host supervises it, with the demo server.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startGatewayHost } from '../../electron/gateway/host.ts';
import { callSearch } from '../../electron/shared/audit-search.ts';
import { temporaryFolder } from './harness.ts';
import { connectSdkClient } from './sdk-client.ts';

vi.setConfig({ testTimeout: 60_000 });

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Allows, and takes hours over a tool that no trial knows. */
const trap = `package mcp.policy

default decision := {"allow": true}

decision := {"allow": false} if {
	input.tool == "search_notes"
	count([1 |
		some i in numbers.range(1, 200000)
		some j in numbers.range(1, 200000)
		i == j
	]) > 0
}
`;

it('is ended, denied, and held back from then on', async () => {
  const folder = temporaryFolder();
  const policyDir = join(folder, 'rules');
  mkdirSync(policyDir);
  writeFileSync(join(policyDir, 'trap.rego'), trap);
  const configFile = join(folder, 'config.yaml');
  writeFileSync(configFile, `policy: {policy_dir: ${policyDir}}\n`);
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const host = startGatewayHost({
    gateway: {
      version: '0.0.0',
      configFile,
      managedConfigFile: null,
      userData: join(folder, 'data'),
      shippedPolicies: join(root, 'policies'),
      out: join(root, 'out'),
      bundledOpa: null,
      env: { ...process.env, MCP_LOGGING_LEVEL: 'error' },
    },
    logger,
  });
  onTestFinished(() => host.close());
  const started = await host.started;
  if (!started.ok) throw new Error(started.problem.message);
  const { client } = await connectSdkClient('streamable-http', started.url);
  await client.callTool({ name: 'list_notes', arguments: {} });

  const begun = performance.now();
  await expect(client.callTool({ name: 'search_notes', arguments: { query: 'a' } })).rejects.toThrow();
  expect(performance.now() - begun).toBeLessThan(5000);
  expect(logger.error).toHaveBeenCalledWith(
    'policy_ran_away',
    expect.objectContaining({ call: expect.stringContaining('search_notes') as string }),
  );

  await expect.poll(() => host.status().problems[0]?.code, { timeout: 20_000 }).toBe('policy');
  const { calls } = await host.commands['calls.search'](callSearch.parse({ limit: 10 }));
  expect(calls.filter(({ tool }) => tool === 'search_notes')).toMatchObject([
    { verdict: 'deny', reason: 'runaway', method: 'tools/call', status: 'refused' },
  ]);
  expect(host.status()).toMatchObject({
    state: 'running',
    problems: [{ message: expect.stringContaining('held back') as string }],
  });
  const again = await connectSdkClient('streamable-http', host.status().url ?? '');
  await expect(again.client.callTool({ name: 'list_notes', arguments: {} })).rejects.toMatchObject({
    code: -32001,
  });
  await again.close();
});
