// The contract of the window-less program with scripts: its one line, its exit codes, its words.
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { readAuditLog } from './audit-log.ts';
import { cli } from './cli-process.ts';
import {
  allowAll,
  freePort,
  nodeCommand,
  runHeadless,
  startProxy,
  temporaryFolder,
  writeConfig,
} from './harness.ts';
import { openStream, send } from './raw-http.ts';
import { openRawSession } from './raw-session.ts';
import { startRawUpstream } from './raw-upstream.ts';

async function stdioSection() {
  return (await startRawUpstream('stdio')).section;
}

/** Runs with a configuration text, which is expected to be refused. */
async function runWith(text: string) {
  const folder = temporaryFolder();
  const file = join(folder, 'config.yaml');
  writeFileSync(file, text);
  return { file, ...(await runHeadless(['--config', file, '--user-data', join(folder, 'data')])) };
}

describe('what it says', () => {
  it('is one ready line on standard output, and logs on standard error', async () => {
    const port = await freePort();
    const listen = { address: '127.0.0.1', port };
    const proxy = await startProxy({
      config: { server: { listen }, upstream: await stdioSection() },
      policies: allowAll,
    });
    await send(`${proxy.url}/sse`, { headers: { host: 'evil.example' } });
    await proxy.stop();
    const { stdout } = proxy.output();
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual({
      event: 'ready',
      url: `http://127.0.0.1:${port}`,
      version: packageJson.version,
      pid: proxy.pid,
    });
  });

  it('is nothing of a port that an earlier run chose, once the configuration names one', async () => {
    const userData = temporaryFolder();
    writeFileSync(join(userData, 'gateway-settings.json'), JSON.stringify({ port: await freePort() }));
    const config = { upstream: await stdioSection(), api: { enabled: true } };
    const proxy = await startProxy({ config, policies: allowAll, userData });
    const status = await cli(userData, 'status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ url: proxy.url, portTakenInstead: null, problems: [] });
    await proxy.stop();
  });

  it('is --version and --help, with exit code 0', async () => {
    expect(await runHeadless(['--version'])).toMatchObject({ code: 0, stdout: `${packageJson.version}\n` });
    const help = await runHeadless(['--help']);
    expect(help.code).toBe(0);
    for (const option of ['--config', '--user-data', '--version']) expect(help.stdout).toContain(option);
  });

  it('tells other programs where it serves, until it ends', async () => {
    const proxy = await startProxy({ config: { upstream: await stdioSection() }, policies: allowAll });
    const file = join(proxy.userData, 'gateway.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ url: proxy.url, pid: proxy.pid });
    await proxy.stop();
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });
});

async function startWithGrace(graceful_shutdown: string) {
  const server = { listen: { address: '127.0.0.1', port: await freePort() }, graceful_shutdown };
  return startProxy({ config: { server, upstream: await stdioSection() }, policies: allowAll });
}

const callOf = (id: number, told: object) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'raw', arguments: told },
  });

describe('how it ends', () => {
  it('a call that takes 3 s finishes, and none begins meanwhile; then it ends, with exit code 0', async () => {
    const proxy = await startWithGrace('20s');
    const session = await openRawSession('streamable-http', proxy.url);
    const running = session.ask(callOf(5, { afterMs: 3000 }));
    const recorded = () => readAuditLog(proxy.userData).some((row) => row.method === 'tools/call');
    await expect.poll(recorded).toBe(true);

    const started = performance.now();
    const stopped = proxy.stop();
    const refused = async () => (await session.ask(callOf(6, {})))[0];
    await expect.poll(refused).toMatch(/"id":6,"error":\{"code":-32004,"message":"[^"]*stopped/);
    expect((await running)[0]).toMatch(/"id":5,"result"/);
    await stopped;
    expect(performance.now() - started).toBeLessThan(10_000);
    const calls = readAuditLog(proxy.userData).filter(({ method }) => method === 'tools/call');
    expect(calls.map(({ status }) => status)).toContain('ok');
    expect(calls.map(({ reason }) => reason)).toContain('session');
  }, 20_000);

  it('a second signal, whichever it is, ends it at once', async () => {
    const proxy = await startWithGrace('60s');
    const session = await openRawSession('streamable-http', proxy.url);
    const call = session.ask(callOf(5, { hang: true })).catch((error: unknown) => [String(error)]);
    await expect
      .poll(() => readAuditLog(proxy.userData).some((row) => row.method === 'tools/call'))
      .toBe(true);
    const stopped = proxy.stop('SIGTERM').catch((error: unknown) => String(error));
    const refused = async () => (await session.ask(callOf(6, {})))[0];
    await expect.poll(refused).toContain('-32004');
    process.kill(proxy.pid, 'SIGINT');
    await call;
    expect(await stopped).toContain('ended with SIG');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('%s: exit code 0, and open calls are answered', async (signal) => {
    const proxy = await startWithGrace('100ms');
    const stream = await openStream(`${proxy.url}/sse`);
    const session = await openRawSession('streamable-http', proxy.url);
    const call = session
      .ask('{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"raw","arguments":{"hang":true}}}')
      .catch((error: unknown) => [String(error)]);
    const recorded = () => readAuditLog(proxy.userData).some((row) => row.method === 'tools/call');
    await expect.poll(recorded).toBe(true);

    const started = performance.now();
    await proxy.stop(signal);
    expect(performance.now() - started).toBeLessThan(5000);
    expect((await call)[0]).toMatch(/^\{.*"id":5,"error":\{"code":-32004/);
    await stream.ended();
    expect(readAuditLog(proxy.userData).at(-1)).toMatchObject({ method: 'tools/call', status: 'cancelled' });
  });
});

describe('a configuration that is wrong ends it with exit code 2 and one message', () => {
  it.each([
    ['a value of the wrong type', 'server:\n  listen:\n    port: many\n', 'server.listen.port'],
    ['a port out of range', 'server:\n  listen:\n    port: 70000\n', 'server.listen.port'],
    ['a mode that does not exist', 'policy:\n  mode: strict\n', 'policy.mode'],
    ['an upstream that is both', 'upstream:\n  url: http://127.0.0.1:1\n  command: x\n', 'upstream'],
  ])('%s', async (_name, text, key) => {
    const { code, stdout, stderr, file } = await runWith(text);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(file);
    expect(stderr).toContain(key);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('YAML that can not be read', async () => {
    const { code, stderr, file } = await runWith('server: [\n');
    expect(code).toBe(2);
    expect(stderr).toContain(file);
  });

  it('a file that is not there', async () => {
    const { code, stderr } = await runHeadless(['--config', '/nowhere/config.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('/nowhere/config.yaml');
  });

  it('an option that nobody knows', async () => {
    const { code, stderr } = await runHeadless(['--confg', 'x']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('--confg');
  });
});

describe('what is wrong and can be lived with', () => {
  it('a key that nobody knows is left out, and warned of', async () => {
    const proxy = await startProxy({
      config: { upstream: await stdioSection(), polices: { mode: 'audit' } },
    });
    await proxy.stop();
    expect(proxy.output().stderr).toContain('polices');
  });

  it('a policy that does not compile denies every call, and says where it is wrong', async () => {
    const proxy = await startProxy({
      config: { upstream: await stdioSection() },
      policies: { 'bad.rego': 'package mcp.policy\n\nallow {' },
    });
    onTestFinished(() => proxy.stop());
    const session = await openRawSession('streamable-http', proxy.url);
    const [answer] = await session.ask(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}',
    );
    expect(answer).toContain('-32001');
    expect(answer).toMatch(/bad\.rego:3/);
    expect(proxy.output().stderr).toMatch(/bad\.rego:3/);
  });
});

describe('the port', () => {
  it('that is configured and taken: an error that names it', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const folder = temporaryFolder();
    const listen = { address: '127.0.0.1', port };
    const file = await writeConfig(folder, { server: { listen }, upstream: await stdioSection() });
    const { code, stdout, stderr } = await runHeadless([
      '--config',
      file,
      '--user-data',
      join(folder, 'data'),
    ]);
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(String(port));
  });

  it('that was found on the first run is kept', async () => {
    const userData = join(temporaryFolder(), 'data');
    const first = await startProxy({ config: null, userData });
    await first.stop();
    const second = await startProxy({ config: null, userData });
    await second.stop();
    expect(second.url).toBe(first.url);
  });

  it('can be set by MCP_SERVER_PORT', async () => {
    const port = await freePort();
    const proxy = await startProxy({ config: null, env: { MCP_SERVER_PORT: String(port) } });
    await proxy.stop();
    expect(proxy.url).toBe(`http://127.0.0.1:${port}`);
  });
});

describe('one folder of user data', () => {
  it('serves one proxy at a time', async () => {
    const proxy = await startProxy({ config: { upstream: await stdioSection() }, policies: allowAll });
    onTestFinished(() => proxy.stop());
    const file = await writeConfig(temporaryFolder(), { upstream: await stdioSection() });
    const { code, stderr } = await runHeadless(['--config', file, '--user-data', proxy.userData]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(proxy.userData);
  });

  it('is made where it is missing', async () => {
    const userData = join(temporaryFolder(), 'a', 'b');
    mkdirSync(join(userData, '..'));
    const proxy = await startProxy({
      config: { upstream: await stdioSection() },
      policies: allowAll,
      userData,
    });
    await proxy.stop();
  });
});

describe('a server that can not be started', () => {
  it('does not keep the proxy from serving: the client is told what is wrong', async () => {
    const upstream = { ...nodeCommand('x'), command: '/nowhere/server' };
    const proxy = await startProxy({ config: { upstream }, policies: allowAll });
    onTestFinished(() => proxy.stop());
    const { body } = await send(`${proxy.url}/mcp`, {
      body:
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},' +
        '"clientInfo":{"name":"x","version":"1"}}}',
    });
    expect(body).toContain('-32004');
    expect(body).toContain('/nowhere/server');
  });
});

describe('questions about the configuration', () => {
  const given = async (text: string, question: string, env: Record<string, string> = {}) => {
    const folder = temporaryFolder();
    const file = join(folder, 'config.yaml');
    writeFileSync(file, text);
    return { file, ...(await runHeadless([question, '--config', file, '--user-data', folder], env)) };
  };

  it('--check-config: all that is wrong, each with its line, and exit code 2', async () => {
    const { code, stdout, stderr, file } = await given(
      'server: {listen: {port: x}}\naudit: {retention_days: -1}\n',
      '--check-config',
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${file}:1: server.listen.port: expected`);
    expect(stderr).toContain(`${file}:2: audit.retention_days: expected`);
  });

  it('--check-config: nothing is wrong, and what should be known', async () => {
    const { code, stdout, stderr } = await given('audit: {retention_dys: 3}\n', '--check-config');
    expect(code).toBe(0);
    expect(stdout).toBe('The configuration is right.\n');
    expect(stderr).toContain('did you mean audit.retention_days?');
  });

  it('--print-config: what holds, and where it comes from', async () => {
    const { code, stdout, file } = await given('approvals: {timeout: 5s}\n', '--print-config', {
      MCP_SERVER_PORT: '4321',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('    port: 4321 # MCP_SERVER_PORT\n');
    expect(stdout).toContain(`  timeout: 5s # ${file}:1\n`);
    expect(stdout).toContain('  on_timeout: deny # default\n');
  });

  it('--config-schema: a JSON schema', async () => {
    const { code, stdout } = await given('', '--config-schema');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', additionalProperties: false });
  });
});
