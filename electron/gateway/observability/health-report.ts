// How the proxy is, for machines that ask: alive, ready for calls, and each part of it with its state.
import type { GatewayStatus, PolicyOverview } from '../../shared/domain.ts';

export type PartState = 'ok' | 'degraded' | 'down';

/** `why`: what is wrong, and what to do; left out where nothing is. */
export interface PartHealth {
  readonly status: PartState;
  readonly why?: string;
  readonly [fact: string]: unknown;
}

export interface HealthFacts {
  readonly status: GatewayStatus;
  readonly policy: PolicyOverview;
  /** Whether calls can be recorded. */
  readonly auditWorks: boolean;
  readonly maxSessions: number;
  /** Where audit log and settings lie; null where the system does not tell. */
  readonly freeBytes: number | null;
  /** Under so much free space that is said, bytes; null where it never is. */
  readonly lowBytes: number | null;
}

export interface HealthReport {
  /** `down`: no call can get through now. */
  readonly status: PartState;
  readonly version: string;
  readonly state: GatewayStatus['state'];
  readonly components: {
    readonly policy: PartHealth;
    readonly audit: PartHealth;
    readonly sessions: PartHealth;
    readonly disk: PartHealth;
    readonly servers: Readonly<Record<string, PartHealth>>;
  };
}

export function healthReport(facts: HealthFacts): HealthReport {
  const { status, maxSessions } = facts;
  const components: HealthReport['components'] = {
    policy: policyHealth(facts),
    audit: auditHealth(facts),
    sessions: {
      status: status.sessions.length >= maxSessions ? 'degraded' : 'ok',
      active: status.sessions.length,
      max: maxSessions,
    },
    disk: diskHealth(facts),
    servers: Object.fromEntries(
      status.servers.map(({ name, lastError }): [string, PartHealth] => [
        name,
        lastError === null ? { status: 'ok' } : { status: 'down', why: lastError },
      ]),
    ),
  };
  const { servers, ...own } = components;
  const parts = [...Object.values(own), ...Object.values(servers)];
  const isDown = status.state !== 'running' || own.policy.status === 'down' || own.audit.status === 'down';
  return {
    status: isDown ? 'down' : parts.every((part) => part.status === 'ok') ? 'ok' : 'degraded',
    version: status.version,
    state: status.state,
    components,
  };
}

/** Why no call can get through; empty where calls can. A server that is down is no reason: the others serve. */
export function reasonsAgainst({ state, components }: HealthReport): string[] {
  const { policy, audit } = components;
  return [
    ...(state === 'running' ? [] : [`the proxy is ${state}`]),
    ...[policy, audit].flatMap(({ status, why }) => (status === 'down' ? [why ?? 'down'] : [])),
  ];
}

function policyHealth({ status, policy }: HealthFacts): PartHealth {
  if (!status.policyEnabled) return { status: 'ok', enabled: false };
  const { version, bundle } = policy;
  const facts = { version, ...(bundle === null ? {} : { bundle_revision: bundle.taken?.revision ?? null }) };
  const unserved = bundle?.problem ?? null;
  const why = [policy.problem, unserved === null ? null : `${unserved.message} ${unserved.remedy}`].filter(
    (part) => part !== null,
  );
  if (why.length === 0) return { status: 'ok', ...facts };
  return { status: version === null ? 'down' : 'degraded', why: why.join(' '), ...facts };
}

function auditHealth({ status, auditWorks }: HealthFacts): PartHealth {
  const { calls } = status.totals;
  if (auditWorks) return { status: 'ok', records: calls };
  const said = status.problems.find(({ code }) => code === 'audit_write');
  return { status: 'down', why: said?.message ?? 'the audit log can’t be written', records: calls };
}

function diskHealth({ freeBytes, lowBytes }: HealthFacts): PartHealth {
  if (freeBytes === null || lowBytes === null || freeBytes >= lowBytes)
    return { status: 'ok', free_bytes: freeBytes };
  return { status: 'degraded', free_bytes: freeBytes, why: 'the disk of the audit log is nearly full' };
}
