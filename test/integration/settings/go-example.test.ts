// The example configuration of the Go server's README, as it stands there but for its address of a server: it runs, and
// each of its settings does what it says.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGateway } from '../../../electron/gateway/gateway.ts';
import type { Gateway } from '../../../electron/gateway/gateway-options.ts';
import { readAuditLog } from '../audit-log.ts';
import { startEverything } from '../everything-server.ts';
import { freePort, temporaryFolder } from '../harness.ts';
import { send } from '../raw-http.ts';
import { connectSdkClient } from '../sdk-client.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = temporaryFolder();

const example = (port: number, url: string) => `version: "1.0"

server:
  listen:
    address: "0.0.0.0"
    port: ${port}
  transport: "sse"

upstream:
  url: "${url}"
  transport: "sse"

policy:
  enabled: true
  mode: "enforce"      # "audit" to log only, "enforce" to block
  policy_dir: "policies"

audit:
  enabled: true
  db_path: "audit.db"
`;

/** In the style of that README, too. */
const rules = `package mcp.policy

default allow = false

allow {
    input.method == "tools/call"
    input.tool == "echo"
}
`;

let gateway: Gateway;
let port: number;
beforeAll(async () => {
  const server = await startEverything('sse');
  port = await freePort();
  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'policies', 'rules.rego'), rules);
  const configFile = join(folder, 'proxy.yaml');
  writeFileSync(configFile, example(port, String(server.section.url)));
  gateway = await createGateway(
    {
      version: '0.0.0',
      configFile,
      managedConfigFile: null,
      userData: join(folder, 'data'),
      shippedPolicies: join(root, 'policies'),
      out: join(root, 'out'),
      bundledOpa: null,
      env: { PATH: process.env.PATH, MCP_LOGGING_LEVEL: 'error' },
    },
    () => undefined,
  );
});
afterAll(() => gateway.close(100));

it('is read without a warning, but is told that other machines can reach the proxy', async () => {
  expect((await gateway.commands['config.read']()).warnings).toEqual([]);
  const { problems } = await gateway.commands['status.read']();
  expect(problems.map(({ code }) => code)).toEqual(['beyond_loopback']);
});

it('listens on its port of every address', async () => {
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const addresses = others.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
  for (const address of addresses) expect((await send(`http://${address}:${port}/nothing`)).status).toBe(404);
});

it('speaks SSE to the client and to the server, and its rules of that time allow one tool and deny the others', async () => {
  const sdk = await connectSdkClient('sse', `http://127.0.0.1:${port}`, '/');
  expect(await sdk.call('echo', { message: 'hello' })).toContain('hello');
  await expect(sdk.client.callTool({ name: 'get-env', arguments: {} })).rejects.toThrow(/-32001/u);
  await sdk.close();
});

it('has its log beside the file', () => {
  expect(existsSync(join(folder, 'audit.db'))).toBe(true);
  const calls = readAuditLog(folder).filter(({ method }) => method === 'tools/call');
  expect(calls.map(({ tool, decision }) => [tool, decision])).toEqual([
    ['echo', 'allow'],
    ['get-env', 'deny'],
  ]);
});
