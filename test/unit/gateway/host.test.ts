import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startGatewayHost, type GatewayHost, type HostTiming } from '../../../electron/gateway/host.ts';
import type { Events } from '../../../electron/shared/contract.ts';
import type { GatewayStatus } from '../../../electron/shared/domain.ts';
import type { AnyEvent } from '../../../electron/shared/rpc.ts';
import { misdeeds } from './supervision/misdeeds.ts';

const workerEntry = fileURLToPath(new URL('supervision/gateway-thread.fixture.ts', import.meta.url));

describe('gateway host', () => {
  let userData: string;
  let hosts: GatewayHost[];

  beforeEach(() => {
    userData = mkdtempSync(join(tmpdir(), 'host-'));
    hosts = [];
  });
  afterEach(async () => {
    for (const host of hosts) await host.close();
    rmSync(userData, { recursive: true, force: true });
  });

  function start(env: Record<string, string> = {}, timing: Partial<HostTiming> = {}, folder = userData) {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const host = startGatewayHost({
      gateway: {
        version: '1.2.3',
        configFile: null,
        managedConfigFile: null,
        userData: folder,
        shippedPolicies: '/policies',
        out: '/out',
        bundledOpa: null,
        env,
      },
      logger,
      workerEntry,
      timing: { backoffMs: [20], ...timing },
    });
    hosts.push(host);
    const events: AnyEvent<Events>[] = [];
    host.onEvent((event) => events.push(event));
    const statuses = () =>
      events.flatMap((event): GatewayStatus[] => (event.name === 'status.changed' ? [event.payload] : []));
    return { host, logger, events, statuses };
  }
  const notes = () => readFileSync(join(userData, 'notes'), 'utf8').trim().split('\n');

  it('starts the gateway, and relays commands and events', async () => {
    const { host, events } = start();
    expect((await host.commands['status.read']()).state).toBe('starting');
    expect(await host.started).toEqual({ ok: true, url: 'http://127.0.0.1:3000' });
    expect(await host.commands['status.read']()).toMatchObject({ state: 'running', version: '1.2.3' });
    await host.commands['calls.story']({ id: misdeeds.say });
    await vi.waitFor(() =>
      expect(events).toContainEqual({ name: 'calls.changed', payload: { newestId: 12 } }),
    );
  });

  it('refuses commands while it starts', async () => {
    const { host } = start();
    await expect(host.commands['policy.read']()).rejects.toMatchObject({ code: 'gateway_unavailable' });
    expect(await host.commands['approvals.list']()).toEqual([]);
  });

  it('ends the gateway gracefully', async () => {
    const { host, statuses } = start();
    await host.started;
    await host.close();
    expect(notes()).toEqual(['start', 'attended false', 'close']);
    expect(statuses().at(-1)?.state).toBe('stopped');
    await expect(host.commands['demo.run']()).rejects.toMatchObject({ code: 'gateway_unavailable' });
  });

  it('ends a gateway that serves and starts another one, which knows all that the last one did', async () => {
    const { host, statuses, logger } = start({}, { backoffMs: [60_000] });
    await host.started;
    host.setAttended(true);
    expect(host.restart()).toBe(true);
    expect(host.restart()).toBe(false);
    await vi.waitFor(() => expect(notes().filter((note) => note === 'start')).toHaveLength(2));
    await vi.waitFor(() => expect(statuses().at(-1)?.state).toBe('running'));
    expect(notes().slice(-3)).toEqual(['close', 'start', 'attended true']);
    expect(statuses().flatMap(({ problems }) => problems)).toEqual([]);
    expect(logger.error).not.toHaveBeenCalled();
  });

  it('tells what was set in the window, to the next gateway where none serves, and starts that', async () => {
    const { host, statuses } = start();
    await host.started;
    await host.settingChanged({ key: 'logging.level', value: '"debug"', before: null });
    expect(notes()).toContain('setting logging.level "debug"');
    const broken = start({ FIXTURE_START: 'config' }, {}, mkdtempSync(join(userData, 'other-')));
    expect((await broken.host.started).ok).toBe(false);
    await broken.host.settingChanged({ key: 'tls.enabled', value: null, before: 'true' });
    await vi.waitFor(() => expect(broken.statuses().map(({ state }) => state)).toContain('starting'));
    expect(statuses().at(-1)?.state).not.toBe('stopped');
  });

  it('says what the configuration is while no gateway can', async () => {
    const { host } = start({ FIXTURE_START: 'config', MCP_SERVER_PORT: '4000' });
    await host.started;
    const { settings, problem } = await host.commands['config.read']();
    expect(problem).toBeNull();
    expect(settings.find(({ path }) => path.join('.') === 'server.listen.port')).toMatchObject({
      value: 4000,
      where: 'MCP_SERVER_PORT',
    });
  });

  it('ends a gateway that will not end, after a while', async () => {
    const { host, logger } = start({ FIXTURE_CLOSE: 'never' }, { closeMs: 100 });
    await host.started;
    await host.close();
    expect(logger.warn).toHaveBeenCalledWith('gateway.unanswered', expect.anything());
  });

  it('can be closed while it starts', async () => {
    const { host } = start({ FIXTURE_START: 'never' }, { closeMs: 100 });
    await host.close();
    expect(await host.started).toMatchObject({ ok: false, problem: { code: 'closed' } });
  });

  it.each([
    ['config', { code: 'config', message: /^proxy\.yaml: server\.listen\.port: expected a number/ }],
    ['port', { code: 'port_taken', message: /Port 3000 is used by another program/ }],
    ['bug', { code: 'internal', message: /x is undefined/ }],
    ['crash', { code: 'gateway_stopped', message: /ended by itself/ }],
    ['never', { code: 'late', message: /longer than 3 s/ }],
  ])('says why the first start failed: %s', async (how, { code, message }) => {
    const { host, statuses } = start({ FIXTURE_START: how }, how === 'never' ? { startMs: 3000 } : {});
    const problem = {
      code,
      message: expect.stringMatching(message) as string,
      remedy: expect.any(String) as string,
    };
    expect(await host.started).toEqual({ ok: false, problem });
    expect(statuses().at(-1)).toMatchObject({ state: 'stopped', url: null, problems: [problem] });
    expect(await host.commands['status.read']()).toMatchObject({ state: 'stopped', problems: [problem] });
    expect(notes()).toEqual(['start']);
  });

  it('tries again after a failed start when a person says so', async () => {
    const { host, statuses } = start({ FIXTURE_START: 'config' });
    expect(host.restart()).toBe(false);
    await host.started;
    expect(host.restart()).toBe(true);
    expect(statuses().at(-1)).toMatchObject({ state: 'starting', problems: [] });
    await vi.waitFor(() => expect(notes()).toEqual(['start', 'start']));
  });

  it('starts a crashed gateway again, and fails what waited for an answer', async () => {
    const { host, statuses, events, logger } = start();
    await host.started;
    const waiting = expect(host.commands['calls.story']({ id: misdeeds.hang })).rejects.toMatchObject({
      code: 'gateway_stopped',
      message: expect.stringContaining('out of luck') as string,
    });
    await host.commands['calls.story']({ id: misdeeds.crash });
    await waiting;
    await vi.waitFor(() => expect(notes().filter((note) => note === 'start')).toHaveLength(2));
    await vi.waitFor(() => expect(statuses().at(-1)?.state).toBe('running'));
    expect(statuses()).toContainEqual(
      expect.objectContaining({
        state: 'starting',
        problems: [expect.objectContaining({ code: 'restarting' })],
      }),
    );
    expect(events).toContainEqual({ name: 'approvals.changed', payload: [] });
    expect(logger.error).toHaveBeenCalledWith('gateway.crashed', expect.anything());
    await expect(host.commands['policy.read']()).resolves.toBeDefined();
  });

  it('ends a gateway that hangs, and starts it again', async () => {
    const { host, statuses } = start({}, { stallMs: 2000 });
    await host.started;
    await expect(host.commands['calls.story']({ id: misdeeds.stall })).rejects.toMatchObject({
      message: expect.stringContaining('did not answer for 2 s') as string,
    });
    await vi.waitFor(() => expect(statuses().at(-1)?.state).toBe('running'), 3000);
  });

  it('tells a gateway that was started again that somebody is there', async () => {
    const { host, statuses } = start();
    await host.started;
    host.setAttended(true);
    await host.commands['calls.story']({ id: misdeeds.crash });
    await vi.waitFor(() => expect(statuses().filter(({ state }) => state === 'running')).toHaveLength(2));
    expect(notes()).toEqual(['start', 'attended false', 'attended true', 'start', 'attended true']);
  });

  it('keeps standard output free of what is printed in the thread', async () => {
    const stdout = vi.spyOn(process.stdout, 'write');
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { host } = start();
    await host.started;
    await host.commands['calls.story']({ id: misdeeds.print });
    await vi.waitFor(() => expect(stderr.mock.calls.map(String).join('')).toContain('a library is chatty'));
    expect(stdout.mock.calls.map(String).join('')).not.toContain('chatty');
    vi.restoreAllMocks();
  });

  it('lets no second gateway into the same folder, until the first is closed', async () => {
    const { host: first } = start();
    await first.started;
    const { host: second } = start();
    expect(await second.started).toMatchObject({ ok: false, problem: { code: 'in_use' } });
    await first.close();
    second.restart();
    await vi.waitFor(async () => expect((await second.commands['status.read']()).state).toBe('running'));
  });

  it('says so where the folder cannot be used', async () => {
    const file = join(userData, 'file');
    writeFileSync(file, '');
    const { host } = start({}, {}, file);
    expect(await host.started).toMatchObject({ ok: false, problem: { code: 'user_data' } });
  });
});
