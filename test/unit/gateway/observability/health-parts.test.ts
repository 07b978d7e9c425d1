// How each part of the proxy is, in words: every state of every part, and what is to be done in it.
import { describe, expect, it } from 'vitest';
import { healthParts, type PartFacts } from '../../../../electron/gateway/observability/health-parts.ts';
import { configSchema } from '../../../../electron/shared/config.ts';
import type { GatewayStatus, ServerSummary } from '../../../../electron/shared/domain.ts';
import type { HealthPart } from '../../../../electron/shared/health.ts';
import { sampleServer, sampleStatus } from '../../../samples.ts';

const key = { id: '0123', publicKey: '', protection: 'keychain' as const };

function parts(
  change: Partial<Omit<PartFacts, 'status' | 'config'>> & {
    status?: Partial<GatewayStatus>;
    config?: object;
  } = {},
): HealthPart[] {
  const { status, config, ...rest } = change;
  return healthParts({
    status: sampleStatus(status),
    policyVersion: 4,
    auditWorks: true,
    proof: { key, signed: { seq: 12, at: 0 }, problem: null },
    shipping: null,
    freeBytes: 12e9,
    config: configSchema.parse(config ?? {}),
    ...rest,
  });
}

function part(name: HealthPart['part'], ...given: Parameters<typeof parts>): HealthPart | undefined {
  return parts(...given).find((one) => one.part === name);
}

const problem = (code: string) => ({
  status: { problems: [{ code, message: 'It is broken.', remedy: 'Mend it.' }] },
});
const told = { says: 'It is broken.', remedy: 'Mend it.' };

it('has nothing to be done where all is well', () => {
  expect(parts().map(({ part: name, state }) => [name, state])).toEqual([
    ['policy', 'ok'],
    ['audit', 'ok'],
    ['signing', 'ok'],
    ['shipping', 'off'],
    ['disk', 'ok'],
    ['listener', 'ok'],
    ['server', 'ok'],
    ['metrics', 'off'],
    ['health', 'off'],
  ]);
  expect(parts().filter(({ state, remedy }) => state === 'ok' && remedy !== null)).toEqual([]);
});

describe('what the status knows of a part is said of it', () => {
  it.each([
    ['policy', 'policy', 'attention'],
    ['policy_bundle', 'policy', 'attention'],
    ['audit_write', 'audit', 'down'],
    ['audit_salvaged', 'audit', 'attention'],
    ['low_disk', 'disk', 'attention'],
    ['port_taken', 'listener', 'attention'],
    ['beyond_loopback', 'listener', 'attention'],
    ['clients_unreadable', 'clients', 'attention'],
    ['config', 'config', 'attention'],
    ['config_waits', 'config', 'attention'],
  ] as const)('%s', (code, name, state) => {
    expect(part(name, problem(code))).toMatchObject({ state, ...told });
  });

  it('no version in force denies every call', () => {
    expect(part('policy', { ...problem('policy'), policyVersion: null })).toMatchObject({ state: 'down' });
  });

  it('a log that lets calls pass unrecorded stops none', () => {
    const config = { audit: { on_failure: 'allow' } };
    expect(part('audit', { ...problem('audit_write'), config })).toMatchObject({ state: 'attention' });
  });
});

it('says what is switched off, and how it is switched on', () => {
  const config = { audit: { enabled: false } };
  expect(part('policy', { status: { policyEnabled: false } })).toMatchObject({ state: 'off' });
  expect(part('audit', { config })).toMatchObject({ state: 'off' });
  expect(part('signing', { config })).toMatchObject({ state: 'off' });
});

it('says that nothing is signed, and why', () => {
  const proof = { key: null, signed: null, problem: 'The keychain is locked.' };
  expect(part('signing', { proof })).toMatchObject({ state: 'attention', says: 'The keychain is locked.' });
});

describe('shipping', () => {
  const shipping = {
    ...{ shipped: 5, failures: 0, skipped: { retention: 0, backlog: 0, refused: 0 }, backlog: 0 },
    ...{ lastSuccessAt: 0, problem: null, loss: null },
  };

  it('says how much is on its way', () => {
    expect(part('shipping', { shipping })).toMatchObject({ state: 'ok', remedy: null });
    expect(part('shipping', { shipping: { ...shipping, backlog: 1 } })?.says).toContain(
      '1 record on the way',
    );
  });

  it.each(['audit_shipping', 'audit_unshipped', 'audit_unencrypted'])('%s', (code) => {
    const given = { ...problem(code), shipping: { ...shipping, backlog: 12 } };
    expect(part('shipping', given)).toMatchObject({
      ...told,
      state: 'attention',
      says: 'It is broken. 12 records waiting.',
    });
  });
});

it('says that there is no room for another session', () => {
  expect(part('listener', { config: { server: { max_connections: 1 } } })?.state).toBe('ok');
  const full = { status: { sessions: [{}, {}] as GatewayStatus['sessions'] } };
  expect(part('listener', { ...full, config: { server: { max_connections: 2 } } })).toMatchObject({
    state: 'attention',
    says: 'There are 2 sessions, and there is room for no more.',
  });
});

it('says where metrics and health are served, and which of them is not', () => {
  const config = { metrics: { enabled: true }, health: { enabled: true } };
  const status = {
    problems: [
      { code: 'monitoring_port', message: 'Health can’t be served on 1', remedy: 'Choose another.' },
    ],
  };
  expect(part('metrics', { config, status })).toMatchObject({
    state: 'ok',
    says: 'Served at 127.0.0.1:9090/metrics.',
  });
  expect(part('health', { config, status })).toMatchObject({ state: 'attention', remedy: 'Choose another.' });
});

describe('a server', () => {
  it.each<[Partial<ServerSummary>, Partial<HealthPart>]>([
    [{ state: 'idle' }, { state: 'ok', says: 'Nobody needs it now. The next call starts it.' }],
    [{ state: 'starting' }, { state: 'ok' }],
    [
      { state: 'running', connections: 1, calls: 0 },
      { state: 'ok', says: 'It runs; 1 session uses it.' },
    ],
    [
      { state: 'running', connections: 2, calls: 1 },
      { says: 'It runs; 2 sessions use it, and it is at work.' },
    ],
    [
      { state: 'failing', lastError: 'no answer' },
      { state: 'down', says: 'no answer' },
    ],
    [
      { state: 'held_back', lastError: 'failed too often' },
      { state: 'down', says: 'failed too often' },
    ],
    [{ state: 'stopped' }, { state: 'off' }],
  ])('%o', (summary, expected) => {
    expect(part('server', { status: { servers: [sampleServer(summary)] } })).toMatchObject(expected);
  });
});
