// Every `MCP_*` variable, laid over a configuration file that says something else, and what it does to a gateway that runs.
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { allowAll, freePort, startProxy, temporaryFolder } from '../harness.ts';
import { send } from '../raw-http.ts';
import { startRawUpstream } from '../raw-upstream.ts';
import { openCalls, runGateway, type RunningGateway, seenBy, telling } from './running-gateway.ts';

const { section: upstream } = await startRawUpstream('stdio');
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url));
const denyAll = { 'deny.rego': 'package mcp.policy\n\ndefault allow := false\n' };

type Wishes = Parameters<typeof runGateway>[1];

/** Started with these variables over this file. */
const withEnv = (
  env: Record<string, string>,
  config: object = {},
  wishes: Wishes = {},
): Promise<RunningGateway> => runGateway({ upstream, ...config }, { ...wishes, env });

const codeOf = async (proxy: RunningGateway) => (await openCalls(proxy.url)).code();
const answers = (url: string) =>
  send(url).then(
    ({ status }) => status,
    () => 'nobody',
  );

it('MCP_SERVER_PORT: the proxy listens on this port', async () => {
  const port = String(await freePort());
  expect(new URL((await withEnv({ MCP_SERVER_PORT: port })).url).port).toBe(port);
});

it('MCP_SERVER_ADDRESS: the proxy listens there', async () => {
  const proxy = await withEnv({ MCP_SERVER_ADDRESS: '127.0.0.2' });
  expect(await answers(`http://127.0.0.2:${proxy.port}/nothing`)).toBe(404);
  expect(await answers(`http://127.0.0.1:${proxy.port}/nothing`)).toBe('nobody');
});

it('MCP_SERVER_TRANSPORT: with http there is no HTTP+SSE', async () => {
  const proxy = await withEnv({ MCP_SERVER_TRANSPORT: 'http' });
  expect((await send(`${proxy.url}/sse`, { headers: { accept: 'text/event-stream' } })).status).toBe(404);
});

it('MCP_UPSTREAM_URL: calls go there', async () => {
  const server = await startRawUpstream('http');
  const url = String(server.section.url);
  const proxy = await runGateway(
    { upstream: { url: 'http://127.0.0.1:1/mcp' } },
    { env: { MCP_UPSTREAM_URL: url } },
  );
  expect(await codeOf(proxy)).toBeNull();
  expect(server.received().some((bytes) => bytes.includes('tools/call'))).toBe(true);
});

const agentSeen = async (env: Record<string, string>) => {
  const file = { agent: { id: 'of-the-file', name: 'Of the file', capabilities: ['none'] } };
  const proxy = await withEnv(env, file, { policies: telling });
  return seenBy(await (await openCalls(proxy.url)).call()).agent;
};

it('MCP_AGENT_ID: policies see it', async () => {
  expect(await agentSeen({ MCP_AGENT_ID: 'night-shift' })).toMatchObject({
    id: 'night-shift',
    name: 'Of the file',
  });
});

it('MCP_AGENT_NAME: policies see it', async () => {
  expect(await agentSeen({ MCP_AGENT_NAME: 'Night' })).toMatchObject({ id: 'of-the-file', name: 'Night' });
});

it('MCP_AGENT_CAPABILITIES: policies see them', async () => {
  const seen = await agentSeen({ MCP_AGENT_CAPABILITIES: 'read:mail, write:mail' });
  expect(seen?.capabilities).toEqual(['read:mail', 'write:mail']);
});

it('MCP_AGENTFACTS_MODE: required keeps the proxy from starting', async () => {
  await expect(withEnv({ MCP_AGENTFACTS_MODE: 'required' })).rejects.toThrow('MCP_AGENTFACTS_MODE');
});

it('MCP_AGENTFACTS_ALLOWED_DIDS: has no effect, and the status says why', async () => {
  const proxy = await withEnv({ MCP_AGENTFACTS_ALLOWED_DIDS: 'did:key:a' });
  expect((await proxy.commands['config.read']()).warnings.join()).toContain(
    'MCP_AGENTFACTS_ALLOWED_DIDS (agentfacts.allowed_dids): this has no effect: AgentFacts are not verified',
  );
});

it('MCP_POLICY_MODE: in audit what is denied passes', async () => {
  const file = { policy: { mode: 'enforce' } };
  expect(await codeOf(await withEnv({ MCP_POLICY_MODE: 'audit' }, file, { policies: denyAll }))).toBeNull();
});

it('MCP_POLICY_ENABLED: without policies every call passes', async () => {
  const file = { policy: { enabled: true } };
  expect(
    await codeOf(await withEnv({ MCP_POLICY_ENABLED: 'false' }, file, { policies: denyAll })),
  ).toBeNull();
});

it('MCP_POLICY_RULES_DIR: the rules of this folder decide', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'deny.rego'), denyAll['deny.rego']);
  expect(await codeOf(await withEnv({ MCP_POLICY_RULES_DIR: folder }, {}, { policies: allowAll }))).toBe(
    -32001,
  );
});

it('MCP_POLICY_DATA_FILE: policies see it as data', async () => {
  const file = join(temporaryFolder(), 'data.json');
  writeFileSync(file, '{"may": ["raw"]}');
  const policies = {
    'p.rego': 'package mcp.policy\n\ndefault allow := false\n\nallow if input.tool in data.may\n',
  };
  expect(await codeOf(await withEnv({ MCP_POLICY_DATA_FILE: file }, {}, { policies }))).toBeNull();
});

const bundleAsked = async (env: (url: string) => Record<string, string>, bundle: object = {}) => {
  const asked: string[] = [];
  const server = createServer(({ headers: { authorization = '' } }, response) => {
    asked.push(authorization);
    response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/b.tar.gz`;
  const proxy = await withEnv(env(url), { policy: { bundle: { ...bundle } } }, { policies: null });
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  await proxy.close();
  return asked[0];
};

it('MCP_POLICY_BUNDLE_URL: the bundle is asked for there', async () => {
  expect(await bundleAsked((url) => ({ MCP_POLICY_BUNDLE_URL: url }))).toBe('');
});

it('MCP_POLICY_BUNDLE_TOKEN: the bundle server is shown it', async () => {
  const env = (url: string) => ({ MCP_POLICY_BUNDLE_URL: url, MCP_POLICY_BUNDLE_TOKEN: 'for-bundles' });
  expect(await bundleAsked(env)).toBe('Bearer for-bundles');
});

it('MCP_AUDIT_ENABLED: without it nothing is recorded', async () => {
  const proxy = await withEnv({ MCP_AUDIT_ENABLED: 'no' }, { audit: { enabled: true } });
  expect(await codeOf(proxy)).toBeNull();
  expect(existsSync(join(proxy.userData, 'audit.db'))).toBe(false);
});

it('MCP_AUDIT_DB_PATH: the database lies there', async () => {
  const path = join(temporaryFolder(), 'calls.db');
  await withEnv({ MCP_AUDIT_DB_PATH: path });
  expect(existsSync(path)).toBe(true);
});

it('MCP_METRICS_ENABLED: metrics are served', async () => {
  const port = await freePort();
  await withEnv({ MCP_METRICS_ENABLED: '1' }, { metrics: { enabled: false, port } });
  expect(await answers(`http://127.0.0.1:${port}/metrics`)).toBe(200);
});

it('MCP_METRICS_PORT: metrics are served on this port', async () => {
  const port = await freePort();
  await withEnv({ MCP_METRICS_PORT: String(port) }, { metrics: { enabled: true, port: 9 } });
  expect(await answers(`http://127.0.0.1:${port}/metrics`)).toBe(200);
});

it('MCP_HEALTH_ENABLED: supervisors are answered', async () => {
  const port = await freePort();
  await withEnv({ MCP_HEALTH_ENABLED: 'yes' }, { health: { enabled: false, port } });
  expect(await answers(`http://127.0.0.1:${port}/health`)).toBe(200);
});

it('MCP_HEALTH_PORT: supervisors are answered on this port', async () => {
  const port = await freePort();
  await withEnv({ MCP_HEALTH_PORT: String(port) }, { health: { enabled: true, port: 9 } });
  expect(await answers(`http://127.0.0.1:${port}/health`)).toBe(200);
});

it('MCP_LOGGING_LEVEL: less important lines are not written', async () => {
  const proxy = await startProxy({
    config: { upstream },
    policies: allowAll,
    env: { MCP_LOGGING_LEVEL: 'error' },
  });
  await proxy.stop();
  expect(proxy.output().stderr).not.toContain('listening');
});

it('MCP_LOGGING_FORMAT: lines are words', async () => {
  const proxy = await startProxy({
    config: { upstream },
    policies: allowAll,
    env: { MCP_LOGGING_FORMAT: 'text' },
  });
  await proxy.stop();
  expect(proxy.output().stderr).toMatch(/ info {2}listening /u);
});

it('MCP_TLS_ENABLED: clients come over https', async () => {
  const tls = { enabled: false, cert_file: fixture('server-cert'), key_file: fixture('server-key') };
  expect((await withEnv({ MCP_TLS_ENABLED: 'true' }, { tls })).url).toMatch(/^https:/u);
});

it('MCP_TLS_CERT_FILE: this certificate is shown', async () => {
  const tls = { enabled: true, cert_file: fixture('client-cert'), key_file: fixture('server-key') };
  await expect(withEnv({}, { tls })).rejects.toThrow("can't be used together");
  expect((await withEnv({ MCP_TLS_CERT_FILE: fixture('server-cert') }, { tls })).url).toMatch(/^https:/u);
});

it('MCP_TLS_KEY_FILE: this key belongs to it', async () => {
  const tls = { enabled: true, cert_file: fixture('server-cert'), key_file: fixture('client-key') };
  expect((await withEnv({ MCP_TLS_KEY_FILE: fixture('server-key') }, { tls })).url).toMatch(/^https:/u);
});
