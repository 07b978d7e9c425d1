// How the proxy is, for machines that ask: alive, ready for calls, and each part of it with its state.
import type { GatewayStatus, PolicyOverview } from '../../shared/domain.ts';
import type { AuditShipping } from '../ports.ts';

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
  /** Null where no collector gets the audit log. */
  readonly shipping: AuditShipping | null;
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
    /** Left out where no collector gets the audit log. */
    readonly audit_shipping?: PartHealth;
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
    ...(facts.shipping === null ? {} : { audit_shipping: shippingHealth(facts.shipping) }),
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

/** No call waits for a collector, so that it is never a reason to be down. */
function shippingHealth({
  problem,
  loss,
  backlog,
  shipped,
  skipped,
  lastSuccessAt,
}: AuditShipping): PartHealth {
  const why = [problem, loss].flatMap((words) =>
    words === null ? [] : [`${words.message} ${words.remedy}`],
  );
  const lastSuccess = lastSuccessAt === null ? null : new Date(lastSuccessAt).toISOString();
  const facts = { backlog, shipped, skipped: { ...skipped }, last_success: lastSuccess };
  return why.length === 0 ? { status: 'ok', ...facts } : { status: 'degraded', why: why.join(' '), ...facts };
}

function diskHealth({ freeBytes, lowBytes }: HealthFacts): PartHealth {
  if (freeBytes === null || lowBytes === null || freeBytes >= lowBytes)
    return { status: 'ok', free_bytes: freeBytes };
  return { status: 'degraded', free_bytes: freeBytes, why: 'the disk of the audit log is nearly full' };
}
