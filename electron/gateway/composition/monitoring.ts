// Metrics and health: what is asked, where it is answered, and what is wrong where it can't be.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../../shared/config.ts';
import type { AuditProof } from '../../shared/audit-proof.ts';
import type { GatewayStatus, PolicyOverview, Problem } from '../../shared/domain.ts';
import type { ProxyHealth } from '../../shared/health.ts';
import { healthParts, size } from '../observability/health-parts.ts';
import { healthReport, type HealthReport, reasonsAgainst } from '../observability/health-report.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { AuditShipping } from '../ports.ts';
import { lowDisk } from '../runtime/problems.ts';
import { createProbeServer } from '../transport/probe-server.ts';
import type { Probe, ProbeAnswer } from '../transport/probes.ts';
import { auditPath } from './audit.ts';
import type { GatewaySurroundings } from './surroundings.ts';

export interface Watched {
  /** Null where they are not wanted. */
  readonly metrics: Metrics | null;
  readonly status: () => GatewayStatus;
  readonly policy: () => PolicyOverview;
  readonly auditWorks: () => boolean;
  readonly proof: () => Promise<AuditProof>;
  readonly shipping: () => AuditShipping | null;
  /** There is little room on the disk now, or enough again. */
  readonly onChange: () => void;
  /** No new calls begin. */
  readonly isStopping: () => boolean;
}

export interface Monitoring {
  /** What is answered on the proxy's own port: the configuration names that one. */
  readonly onProxyPort: readonly Probe[];
  /** Listens on the other ports; one that can't be had is a problem, and no reason not to serve calls. */
  listen(): Promise<void>;
  readonly problems: readonly Problem[];
  /** Whether calls can get through. */
  isReady(): boolean;
  /** Each part of the proxy, for people. */
  health(): Promise<ProxyHealth>;
}

interface Place {
  readonly address: string;
  readonly port: number;
}

interface PlacedProbes extends Place {
  readonly what: string;
  readonly probes: readonly Probe[];
}

/** How often the disk is looked at, milliseconds. */
const LOOK_AT_DISK_MS = 10_000;

export function composeMonitoring(surroundings: GatewaySurroundings, watched: Watched): Monitoring {
  const { config, options, logger, keep } = surroundings;
  const problems: Problem[] = [];
  const folder = dirname(auditPath(config, options));
  const low = config.health.low_disk;
  /** As it was when it was looked at last. */
  let free: number | null = null;
  const isLow = () => low !== null && free !== null && free < low;

  async function lookAtDisk(): Promise<number | null> {
    const was = isLow();
    free = await freeBytes(folder);
    if (isLow() !== was) watched.onChange();
    return free;
  }

  const looking = setInterval(() => void lookAtDisk(), LOOK_AT_DISK_MS);
  looking.unref();
  keep({ close: () => clearInterval(looking) });

  const placed = [...metricsProbes(config, watched.metrics), ...healthProbes(surroundings, watched)];
  const isProxys = ({ port }: Place) => port === config.server.listen.port;
  const { server } = config;

  async function listenAt(place: Place, probes: readonly Probe[], what: string): Promise<void> {
    const probeServer = createProbeServer({
      probes,
      door: { hosts: server.security.allowed_hosts.map((name) => name.toLowerCase()), origins: [] },
      bounds: { requestTimeoutMs: server.read_timeout, idleTimeoutMs: server.idle_timeout },
      logger,
    });
    try {
      const port = await probeServer.listen(place.port, place.address);
      keep(probeServer);
      logger.info('monitoring_listening', { what, address: place.address, port });
    } catch (error) {
      problems.push({
        code: 'monitoring_port',
        message: `${what} can’t be served on ${place.address}:${place.port}: ${String(error)}`,
        remedy: 'End the program that uses this port, or choose another one in the configuration file.',
      });
      logger.warn('monitoring_port', { what, port: place.port, error: String(error) });
    }
  }

  return {
    onProxyPort: placed.filter(isProxys).flatMap(({ probes }) => probes),
    async listen() {
      void lookAtDisk();
      const others = Map.groupBy(
        placed.filter((one) => !isProxys(one)),
        // Each of them is a port of its own where the system chooses it.
        ({ address, port, what }) => (port === 0 ? what : `${address}:${port}`),
      );
      for (const together of others.values()) {
        const [first] = together;
        if (first === undefined) continue;
        const what = together.map((one) => one.what).join(' and ');
        await listenAt(
          first,
          together.flatMap(({ probes }) => probes),
          what,
        );
      }
    },
    get problems() {
      return isLow() && free !== null ? [...problems, lowDisk(size(free))] : problems;
    },
    async health() {
      const freeNow = await lookAtDisk();
      return healthParts({
        status: watched.status(),
        policyVersion: watched.policy().version,
        auditWorks: watched.auditWorks(),
        proof: await watched.proof(),
        shipping: watched.shipping(),
        freeBytes: freeNow,
        config,
      });
    },
    isReady: () => reasonsNow(reportOn(surroundings, watched, null), watched).length === 0,
  };
}

function metricsProbes({ metrics: settings }: Config, metrics: Metrics | null): PlacedProbes[] {
  if (metrics === null) return [];
  const { address, port, path, token_hash: tokenHash } = settings;
  const answer = async () => {
    const { text, contentType } = await metrics.render();
    return { status: 200, contentType, body: text };
  };
  return [{ what: 'Metrics', address, port, probes: [{ path, tokenHash, answer }] }];
}

function reportOn({ config }: GatewaySurroundings, watched: Watched, free: number | null): HealthReport {
  return healthReport({
    status: watched.status(),
    policy: watched.policy(),
    auditWorks: watched.auditWorks(),
    shipping: watched.shipping(),
    maxSessions: config.server.max_connections,
    freeBytes: free,
    lowBytes: config.health.low_disk,
  });
}

/** Supervisors are to send nobody here who would only be refused. */
function reasonsNow(report: HealthReport, { isStopping }: Watched): string[] {
  return [...(isStopping() ? ['the proxy is being stopped'] : []), ...reasonsAgainst(report)];
}

function healthProbes(surroundings: GatewaySurroundings, watched: Watched): PlacedProbes[] {
  const { config, options } = surroundings;
  const { health } = config;
  if (!health.enabled) return [];
  const report = async () =>
    reportOn(surroundings, watched, await freeBytes(dirname(auditPath(config, options))));
  const probe = (path: string, answer: Probe['answer']): Probe => ({ path, tokenHash: null, answer });
  const probes = [
    probe(health.liveness_path, () => asJson(200, { status: 'ok' })),
    probe(health.readiness_path, async () => {
      const reasons = reasonsNow(await report(), watched);
      return reasons.length === 0
        ? asJson(200, { status: 'ready' })
        : asJson(503, { status: 'not_ready', reasons });
    }),
    probe('/health/full', async () => {
      const whole = await report();
      return asJson(whole.status === 'down' ? 503 : 200, whole);
    }),
  ];
  return [{ what: 'Health', address: health.address, port: health.port, probes }];
}

function asJson(status: number, value: unknown): ProbeAnswer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` };
}

/** Null where the system does not tell. */
async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // The folder is gone, or on a disk that is: the audit log says so in its own words.
    return null;
  }
}
