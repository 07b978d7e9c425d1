// What the settings below `audit` do to a gateway that runs.
import Database from 'better-sqlite3';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { allowAll, startProxy, temporaryFolder } from '../harness.ts';
import { startRawUpstream } from '../raw-upstream.ts';
import { openCalls, runGateway, type RunningGateway } from './running-gateway.ts';

vi.setConfig({ testTimeout: 60_000 });

const { section: upstream } = await startRawUpstream('stdio');
const dayMs = 24 * 3_600_000;

it('audit.enabled: without it calls pass, and nothing is recorded', async () => {
  const proxy = await runGateway({ upstream, audit: { enabled: false } });
  expect(await (await openCalls(proxy.url)).code()).toBeNull();
  await proxy.close();
  expect(existsSync(join(proxy.userData, 'audit.db'))).toBe(false);
});

it('audit.db_path: the database lies there', async () => {
  const path = join(temporaryFolder(), 'log', 'calls.db');
  const proxy = await runGateway({ upstream, audit: { db_path: path } });
  await (await openCalls(proxy.url)).call();
  expect(existsSync(join(proxy.userData, 'audit.db'))).toBe(false);
  const database = new Database(path, { readonly: true });
  onTestFinished(() => void database.close());
  expect(database.prepare("SELECT count(*) FROM audit_log WHERE tool = 'raw'").pluck().get()).toBe(1);
});

it('audit.retention_days: older records are gone after the next start', async () => {
  onTestFinished(() => void vi.useRealTimers());
  const userData = join(temporaryFolder(), 'data');
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: now - 12 * dayMs });
  const first = await runGateway({ upstream }, { userData });
  const { call } = await openCalls(first.url);
  // A clock is believed that something was recorded by in the last days.
  for (const daysAgo of [12, 9, 6, 3]) {
    vi.setSystemTime(now - daysAgo * dayMs);
    await call(`${daysAgo}_days_ago`);
  }
  vi.useRealTimers();
  await first.close();
  const kept = async (retention_days: number) => {
    const proxy = await runGateway({ upstream, audit: { retention_days } }, { userData });
    const tools = () =>
      proxy.records().flatMap(({ tool }) => (tool?.endsWith('_ago') === true ? [tool] : []));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const left = tools();
    await proxy.close();
    return left;
  };
  expect(await kept(30)).toEqual(['12_days_ago', '9_days_ago', '6_days_ago', '3_days_ago']);
  expect(await kept(7)).toEqual(['6_days_ago', '3_days_ago']);
});

it('audit.max_size: the oldest records are gone where all take more', async () => {
  const userData = join(temporaryFolder(), 'data');
  const first = await runGateway({ upstream }, { userData });
  const { session, call } = await openCalls(first.url);
  const text = 'words '.repeat(2000);
  for (let n = 0; n < 300; n += 1) await call(`call_${n}`, { text: `${n} ${text}` });
  await session.close();
  await first.close();
  const proxy = await runGateway({ upstream, audit: { max_size: '1MB' } }, { userData });
  const left = () => proxy.records().flatMap(({ tool }) => tool ?? []);
  await expect.poll(() => left().length, { timeout: 15_000 }).toBeLessThan(150);
  expect(left()).toContain('call_299');
  expect(left()).not.toContain('call_0');
});

const canTrace = process.platform === 'linux' && runs('strace', '-V') && runs('strace', 'true');

it.skipIf(!canTrace)(
  'audit.synchronous: full asks the disk for each record, normal does not (skipped without strace)',
  async () => {
    const syncs = async (synchronous: string) => {
      const proxy = await startProxy({ config: { upstream, audit: { synchronous } }, policies: allowAll });
      onTestFinished(() => proxy.stop());
      const { call } = await openCalls(proxy.url);
      const trace = join(temporaryFolder(), 'trace');
      const strace = spawn('strace', [
        '-f',
        '-y',
        '-e',
        'trace=fsync,fdatasync',
        '-o',
        trace,
        '-p',
        String(proxy.pid),
      ]);
      await once(strace.stderr, 'data');
      for (let n = 0; n < 20; n += 1) await call();
      strace.kill('SIGINT');
      await once(strace, 'exit');
      return readFileSync(trace, 'utf8')
        .split('\n')
        .filter((line) => line.includes('audit.db-wal')).length;
    };
    expect(await syncs('full')).toBeGreaterThanOrEqual(20);
    expect(await syncs('normal')).toBeLessThan(10);
  },
);

function runs(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    // It is not installed, or may not do this here.
    return false;
  }
}

it('audit.on_failure: calls are denied while the log can’t be written, or pass without a record', async () => {
  const whileLocked = async (on_failure: string) => {
    const proxy = await runGateway({ upstream, audit: { on_failure } });
    const { code } = await openCalls(proxy.url);
    const other = new Database(join(proxy.userData, 'audit.db'));
    other.exec('BEGIN EXCLUSIVE');
    const answered = await code();
    other.exec('ROLLBACK');
    other.close();
    return answered;
  };
  expect(await whileLocked('deny')).not.toBeNull();
  expect(await whileLocked('allow')).toBeNull();
});

it('audit.capture.request_arguments, audit.capture.response_summary: what of call and answer is recorded', async () => {
  const captured = async (capture: object) => {
    const proxy = await runGateway({ upstream, audit: { capture } });
    await (await openCalls(proxy.url)).call('raw', { letters: 12, note: 'recorded' });
    const id = proxy.records().find(({ tool }) => tool === 'raw')?.id ?? 0;
    return JSON.stringify(await proxy.commands['calls.story']({ id }));
  };
  const all = await captured({ request_arguments: true, response_summary: true });
  expect(all).toContain('recorded');
  expect(all).toContain('xxxxxxxxxxxx');
  const none = await captured({ request_arguments: false, response_summary: false });
  expect(none).not.toContain('recorded');
  expect(none).not.toContain('xxxxxxxxxxxx');
});

describe('redaction', () => {
  let proxy: RunningGateway;
  beforeAll(async () => {
    proxy = await runGateway({
      upstream,
      servers: { open: upstream, own: upstream },
      audit: {
        redact: {
          except: ['pin'],
          patterns: { badge: 'EMP-[0-9]{6}' },
          keys: ['iban'],
          paths: ['auth.code'],
          servers: {
            open: { enabled: false },
            own: { except: ['password'], patterns: { ticket: 'T-[0-9]{4}' }, keys: ['room'], paths: ['a.b'] },
          },
          tools: {
            plain: { enabled: false },
            special: {
              except: ['token'],
              patterns: { plate: 'K-[A-Z]{2}' },
              keys: ['street'],
              paths: ['c.*'],
            },
          },
        },
      },
    });
  });
  afterAll(() => proxy.close());

  /** The arguments as they were recorded. */
  async function recorded(path: string, tool: string, given: object): Promise<string> {
    await (await openCalls(proxy.url, path)).call(tool, given);
    return proxy.records().findLast((row) => row.tool === tool)?.arguments ?? '';
  }

  it('audit.redact.patterns, audit.redact.keys, audit.redact.paths: what is a secret besides', async () => {
    const text = await recorded('', 'any', {
      who: 'EMP-123456',
      iban: 'DE02',
      auth: { code: 'opensesame' },
      password: 'hunter2',
    });
    expect(text).not.toMatch(/EMP-123456|DE02|opensesame|hunter2/u);
    expect(text).toContain('[redacted:badge');
  });

  it('audit.redact.except: what is none', async () => {
    expect(await recorded('', 'any', { pin: '4711' })).toContain('4711');
  });

  it('audit.redact.enabled: without it nothing is taken out', async () => {
    const all = await runGateway({ upstream, audit: { redact: { enabled: false } } });
    await (await openCalls(all.url)).call('any', { password: 'hunter2' });
    expect(all.records().at(-1)?.arguments).toContain('hunter2');
  });

  it('audit.redact.servers.NAME.enabled: nothing is taken out of the calls to this server', async () => {
    expect(await recorded('/servers/open', 'any', { password: 'hunter2' })).toContain('hunter2');
  });

  it('audit.redact.servers.NAME.except, audit.redact.servers.NAME.patterns, audit.redact.servers.NAME.keys, audit.redact.servers.NAME.paths: what is a secret in the calls to this server alone', async () => {
    const given = { password: 'hunter2', ticket: 'T-1234', room: 'the vault', a: { b: 'deep' } };
    const own = await recorded('/servers/own', 'any', given);
    expect(own).toContain('hunter2');
    expect(own).not.toMatch(/T-1234|the vault|deep/u);
    const other = await recorded('', 'any', given);
    expect(other).not.toContain('hunter2');
    for (const plain of ['T-1234', 'the vault', 'deep']) expect(other).toContain(plain);
  });

  it('audit.redact.tools.NAME.enabled: nothing is taken out of the calls of this tool', async () => {
    expect(await recorded('', 'plain', { password: 'hunter2' })).toContain('hunter2');
  });

  it('audit.redact.tools.NAME.except, audit.redact.tools.NAME.patterns, audit.redact.tools.NAME.keys, audit.redact.tools.NAME.paths: what is a secret in the calls of this tool alone', async () => {
    const given = { token: 'abcd', plate: 'K-AB', street: 'Elm', c: { d: 'deep' } };
    const own = await recorded('', 'special', given);
    expect(own).toContain('abcd');
    expect(own).not.toMatch(/K-AB|Elm|deep/u);
    const other = await recorded('', 'other', given);
    expect(other).not.toContain('abcd');
    for (const plain of ['K-AB', 'Elm', 'deep']) expect(other).toContain(plain);
  });
});
