// Health: which states keep calls from getting through, and what is said of them.
import { describe, expect, it } from 'vitest';
import {
  type HealthFacts,
  healthReport,
  reasonsAgainst,
} from '../../../../electron/gateway/observability/health-report.ts';
import { sampleServer } from '../../../samples.ts';
import type { GatewayStatus } from '../../../../electron/shared/domain.ts';

const server = (name: string, lastError: string | null) => sampleServer({ name, lastError });

function facts(
  change: Omit<Partial<HealthFacts>, 'status'> & { status?: Partial<GatewayStatus> } = {},
): HealthFacts {
  return {
    policy: { source: 'policies', version: 3, problem: null, bundle: null } as HealthFacts['policy'],
    auditWorks: true,
    shipping: null,
    maxSessions: 10,
    freeBytes: 1000,
    lowBytes: 1000,
    ...change,
    status: {
      version: '1.2.3',
      state: 'running',
      policyEnabled: true,
      servers: [server('one', null)],
      sessions: [],
      totals: { calls: 7, denied: 0, asked: 0 },
      problems: [],
      ...change.status,
    } as unknown as GatewayStatus,
  };
}

const broken = {
  source: 'policies',
  version: null,
  problem: 'x.rego:1: parse error',
  bundle: null,
} as HealthFacts['policy'];

it('is well where every part is', () => {
  const report = healthReport(facts());
  expect(report).toMatchObject({ status: 'ok', version: '1.2.3', state: 'running' });
  expect(reasonsAgainst(report)).toEqual([]);
});

describe('is down, and not ready', () => {
  it.each([
    ['paused', facts({ status: { state: 'paused' } }), 'the proxy is paused'],
    ['without a policy', facts({ policy: broken }), 'x.rego:1: parse error'],
    ['without a log', facts({ auditWorks: false }), 'the audit log can’t be written'],
    [
      'without a log, in the words of the log',
      facts({
        auditWorks: false,
        status: { problems: [{ code: 'audit_write', message: 'disk full', remedy: 'make room' }] },
      }),
      'disk full',
    ],
  ])('%s', (_name, given, reason) => {
    const report = healthReport(given);
    expect(report.status).toBe('down');
    expect(reasonsAgainst(report)).toEqual([reason]);
  });
});

describe('a collector that gets the log', () => {
  const shipping: HealthFacts['shipping'] = {
    ...{ shipped: 5, failures: 1, skipped: { retention: 0, backlog: 0, refused: 0 }, backlog: 3 },
    ...{ lastSuccessAt: 1_750_000_000_000, problem: null, loss: null },
  };

  it('is a part of its own', () => {
    expect(healthReport(facts()).components).not.toHaveProperty('audit_shipping');
    const report = healthReport(facts({ shipping }));
    expect(report.status).toBe('ok');
    expect(report.components.audit_shipping).toEqual({
      ...{ status: 'ok', backlog: 3, shipped: 5, skipped: shipping.skipped },
      last_success: '2025-06-15T15:06:40.000Z',
    });
  });

  it('may be away: that is said, and calls get through', () => {
    const away = {
      ...shipping,
      problem: { message: 'It is away.', remedy: 'Start it.' },
    } as HealthFacts['shipping'];
    const report = healthReport(facts({ shipping: away }));
    expect(report.status).toBe('degraded');
    expect(report.components.audit_shipping).toMatchObject({
      status: 'degraded',
      why: 'It is away. Start it.',
    });
    expect(reasonsAgainst(report)).toEqual([]);
  });
});

describe('is degraded, and ready', () => {
  it.each([
    ['with a last good policy', facts({ policy: { ...broken, version: 2 } }), 'policy'],
    [
      'with a bundle server that can not be asked',
      facts({
        policy: {
          ...broken,
          version: 2,
          problem: null,
          bundle: { problem: { message: 'no answer', remedy: 'see that it runs' } },
        } as HealthFacts['policy'],
      }),
      'policy',
    ],
    ['at its limit of sessions', facts({ maxSessions: 0 }), 'sessions'],
    ['with little room on the disk', facts({ freeBytes: 999 }), 'disk'],
  ] as const)('%s', (_name, given, part) => {
    const report = healthReport(given);
    expect(report.status).toBe('degraded');
    expect(report.components[part].status).toBe('degraded');
    expect(reasonsAgainst(report)).toEqual([]);
  });

  it('with a server that is down', () => {
    const servers = [server('one', null), server('two', 'connection refused')];
    const report = healthReport(facts({ status: { servers } }));
    expect(report.status).toBe('degraded');
    expect(report.components.servers).toEqual({
      one: { status: 'ok' },
      two: { status: 'down', why: 'connection refused' },
    });
    expect(reasonsAgainst(report)).toEqual([]);
  });
});

it('asks no policy of one who has switched it off', () => {
  const report = healthReport(facts({ policy: broken, status: { policyEnabled: false } }));
  expect(report.components.policy).toEqual({ status: 'ok', enabled: false });
  expect(report.status).toBe('ok');
});

it('never finds too little room where nobody wants to know', () => {
  expect(healthReport(facts({ freeBytes: 0, lowBytes: null })).components.disk.status).toBe('ok');
});

it('takes a disk that says nothing for a good one', () => {
  expect(healthReport(facts({ freeBytes: null })).components.disk.status).toBe('ok');
});
