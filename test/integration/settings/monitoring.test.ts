// What the settings below `api`, `metrics`, `health`, `logging` and `tls` do to a gateway that runs.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { allowAll, freePort, startProxy, temporaryFolder } from '../harness.ts';
import { send } from '../raw-http.ts';
import { startRawUpstream } from '../raw-upstream.ts';
import { openCalls, runGateway, toolCall } from './running-gateway.ts';

const { section: upstream } = await startRawUpstream('stdio');
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url));

it('api.enabled: there is an admin API, with its token in the user-data folder', async () => {
  const without = await runGateway({ upstream });
  expect((await send(`${without.url}/api/status`)).status).toBe(404);
  const proxy = await runGateway({ upstream, api: { enabled: true } });
  const token = readFileSync(join(proxy.userData, 'api-token'), 'utf8').trim();
  const asked = (authorization: string) => send(`${proxy.url}/api/status`, { headers: { authorization } });
  expect((await asked('Bearer wrong')).status).toBe(401);
  expect((await asked(`Bearer ${token}`)).status).toBe(200);
});

it('metrics.enabled, metrics.address, metrics.port, metrics.path, metrics.token_hash: Prometheus reads them there, with the token', async () => {
  const port = await freePort();
  const token_hash = createHash('sha256').update('scraper').digest('hex');
  const metrics = { address: '127.0.0.1', port, path: '/figures', token_hash };
  const off = await runGateway({ upstream, metrics });
  await expect(send(`http://127.0.0.1:${port}/figures`)).rejects.toThrow();
  await off.close();
  await runGateway({ upstream, metrics: { ...metrics, enabled: true } });
  const read = (path: string, token: string) =>
    send(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect((await read('/figures', 'scraper')).body).toContain('mcp_proxy_active_sessions 0');
  expect((await read('/figures', 'another')).status).toBe(401);
  expect((await read('/metrics', 'scraper')).status).toBe(404);
  await expect(send(`http://127.0.0.2:${port}/figures`)).rejects.toThrow();
  const everywhere = { ...metrics, enabled: true, address: '0.0.0.0', port: await freePort() };
  await runGateway({ upstream, metrics: everywhere });
  expect((await send(`http://127.0.0.2:${everywhere.port}/figures`)).status).toBe(401);
});

it('health.enabled, health.address, health.port, health.liveness_path, health.readiness_path: supervisors ask there', async () => {
  const port = await freePort();
  const health = { address: '127.0.0.1', port, liveness_path: '/alive', readiness_path: '/serves' };
  const off = await runGateway({ upstream, health });
  await expect(send(`http://127.0.0.1:${port}/alive`)).rejects.toThrow();
  await off.close();
  await runGateway({ upstream, health: { ...health, enabled: true } });
  const at = async (path: string) => (await send(`http://127.0.0.1:${port}${path}`)).body.trim();
  expect(await at('/alive')).toBe('{"status":"ok"}');
  expect(await at('/serves')).toBe('{"status":"ready"}');
  expect((await send(`http://127.0.0.1:${port}/ready`)).status).toBe(404);
  await expect(send(`http://127.0.0.2:${port}/alive`)).rejects.toThrow();
  const everywhere = { ...health, enabled: true, address: '0.0.0.0', port: await freePort() };
  await runGateway({ upstream, health: everywhere });
  expect((await send(`http://127.0.0.2:${everywhere.port}/alive`)).status).toBe(200);
});

it('is not ready any more while running calls are waited for at the end', async () => {
  const port = await freePort();
  const server = { listen: { address: '127.0.0.1', port: await freePort() }, graceful_shutdown: '2s' };
  const proxy = await runGateway({ upstream, server, health: { enabled: true, port } });
  const { session } = await openCalls(proxy.url);
  void session.ask(toolCall('raw', { hang: true })).catch(() => undefined);
  await expect.poll(() => proxy.records().some(({ tool }) => tool === 'raw')).toBe(true);
  expect((await send(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
  const closing = proxy.close(60_000);
  const { status, body } = await send(`http://127.0.0.1:${port}/ready`);
  expect({ status, body: JSON.parse(body) as unknown }).toEqual({
    status: 503,
    body: { status: 'not_ready', reasons: ['the proxy is being stopped'] },
  });
  expect((await send(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  await closing;
});

it('logging.level, logging.format, logging.output: which lines are written, how, and where', async () => {
  const written = async (logging: object) => {
    const proxy = await startProxy({ config: { upstream, logging }, policies: allowAll });
    await proxy.stop();
    return proxy.output().stderr;
  };
  expect(await written({})).toMatch(/^\{.*"event":"listening"/mu);
  expect(await written({ level: 'error' })).not.toContain('listening');
  expect(await written({ format: 'text' })).toMatch(/ info {2}listening /u);
  // Where the ready line is waited for, there are log lines before it.
  await expect(written({ output: 'stdout' })).rejects.toThrow(/is not the ready line: \{.*"event":/u);
}, 60_000);

it('logging.file.path, logging.file.max_size, logging.file.max_backups, logging.file.max_age: the file, when it is put aside, and what is kept', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'proxy.log');
  const aside = () => readdirSync(folder).filter((name) => name !== 'proxy.log');
  const started = async (file: object, size = 0) => {
    if (size > 0) writeFileSync(path, 'x'.repeat(size));
    const proxy = await runGateway({ upstream, logging: { output: 'file', file: { path, ...file } } });
    await proxy.close();
    expect(readFileSync(path, 'utf8')).toContain('"event":"listening"');
    return aside();
  };
  expect(await started({ max_size: 2 }, 1_048_570)).toEqual([]);
  expect(await started({ max_size: 1 }, 1_048_570)).toHaveLength(1);
  for (const day of [1, 2, 3]) writeFileSync(join(folder, `proxy-2026-01-0${day}T00-00-00.000Z.log`), '');
  const kept = await started({ max_backups: 2, max_age: 0 });
  expect(kept).toHaveLength(2);
  expect(kept).toContain('proxy-2026-01-03T00-00-00.000Z.log');
  const tenDaysAgo = Date.now() / 1000 - 10 * 86_400;
  utimesSync(join(folder, 'proxy-2026-01-03T00-00-00.000Z.log'), tenDaysAgo, tenDaysAgo);
  expect(await started({ max_backups: 0, max_age: 14 })).toEqual(kept);
  expect(await started({ max_backups: 0, max_age: 7 })).toEqual(
    kept.filter((name) => !name.includes('2026-01-03')),
  );
});

it('tls.enabled, tls.cert_file, tls.key_file, tls.ca_file, tls.client_auth, tls.min_version: clients come over https, with the certificate that is wanted of them', async () => {
  const files = { cert_file: fixture('server-cert'), key_file: fixture('server-key') };
  const status = (url: string, options: object) =>
    new Promise<number | string>((resolve) => {
      const agent = new Agent({
        ca: readFileSync(fixture('server-cert')),
        checkServerIdentity: () => undefined,
        ...options,
      });
      onTestFinished(() => agent.destroy());
      const outgoing = request(`${url}/nothing`, { agent }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      outgoing.on('error', () => resolve('refused'));
      outgoing.end();
    });
  const plain = await runGateway({ upstream, tls: { enabled: true, ...files } });
  expect(plain.url).toMatch(/^https:/u);
  expect(await status(plain.url, { maxVersion: 'TLSv1.2' })).toBe(404);
  const strict = await runGateway({
    upstream,
    tls: {
      enabled: true,
      ...files,
      min_version: '1.3',
      client_auth: 'require',
      ca_file: fixture('client-cert'),
    },
  });
  const own = { cert: readFileSync(fixture('client-cert')), key: readFileSync(fixture('client-key')) };
  expect(await status(strict.url, own)).toBe(404);
  expect(await status(strict.url, {})).toBe('refused');
  expect(await status(strict.url, { ...own, maxVersion: 'TLSv1.2' })).toBe('refused');
  const other = { cert: readFileSync(fixture('server-cert')), key: readFileSync(fixture('server-key')) };
  expect(await status(strict.url, other)).toBe('refused');
});
