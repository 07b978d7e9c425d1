// How each part of the proxy is, for people: a state, a sentence, and what to do about it.
import type { AuditProof } from '../../shared/audit-proof.ts';
import type { Config } from '../../shared/config.ts';
import type { GatewayStatus, Problem, ServerSummary } from '../../shared/domain.ts';
import type { HealthPart, ProxyHealth } from '../../shared/health.ts';
import type { AuditShipping } from '../ports.ts';

export interface PartFacts {
  readonly status: GatewayStatus;
  /** Null where no version is in force. */
  readonly policyVersion: number | null;
  readonly auditWorks: boolean;
  readonly proof: AuditProof;
  /** Null where no collector gets the audit log. */
  readonly shipping: AuditShipping | null;
  /** Where audit log and settings lie; null where the system does not tell. */
  readonly freeBytes: number | null;
  readonly config: Pick<Config, 'audit' | 'server' | 'metrics' | 'health'>;
}

type Said = Pick<HealthPart, 'state' | 'says' | 'remedy'>;

const fine = (says: string): Said => ({ state: 'ok', says, remedy: null });
const off = (says: string, remedy: string): Said => ({ state: 'off', says, remedy });
const wrong = (state: 'attention' | 'down', { message, remedy }: Omit<Problem, 'code'>): Said => ({
  state,
  says: message,
  remedy,
});

/** What the status has to say of a part comes first; where that is nothing, how it is. */
export function healthParts(facts: PartFacts): ProxyHealth {
  const { status, config } = facts;
  const part = (name: HealthPart['part'], said: Said): HealthPart => ({ part: name, name: null, ...said });
  return [
    part('policy', policyPart(facts)),
    part('audit', auditPart(facts)),
    part('signing', signingPart(facts)),
    part('shipping', shippingPart(facts)),
    part('disk', diskPart(facts)),
    part('listener', listenerPart(facts)),
    ...status.servers.map((server): HealthPart => ({
      part: 'server',
      name: server.name,
      ...serverPart(server),
    })),
    ...problemsOf(status, 'clients_unreadable').map((problem) =>
      part('clients', wrong('attention', problem)),
    ),
    ...problemsOf(status, 'config', 'config_waits').map((problem) =>
      part('config', wrong('attention', problem)),
    ),
    part('metrics', probePart(status, config.metrics, 'metrics', config.metrics.path)),
    part('health', probePart(status, config.health, 'health', config.health.liveness_path)),
  ];
}

function problemsOf({ problems }: GatewayStatus, ...codes: string[]): Problem[] {
  return problems.filter(({ code }) => codes.includes(code));
}

function policyPart({ status, policyVersion }: PartFacts): Said {
  if (!status.policyEnabled) {
    return off(
      'The policy is switched off: calls are recorded, and none is checked.',
      'Set policy.enabled to true, in the configuration or here, to have calls checked.',
    );
  }
  const [problem] = problemsOf(status, 'policy', 'policy_bundle');
  if (problem !== undefined) return wrong(policyVersion === null ? 'down' : 'attention', problem);
  return fine(`Every call is checked, by version ${policyVersion ?? '?'} of the policies.`);
}

function auditPart({ status, auditWorks, config }: PartFacts): Said {
  if (!config.audit.enabled) {
    return off(
      'The audit log is switched off: no call is recorded.',
      'Set audit.enabled to true to have them recorded.',
    );
  }
  const [problem] = problemsOf(status, 'audit_write', 'audit_cut', 'audit_salvaged');
  if (problem !== undefined) {
    const stops = problem.code === 'audit_write' && config.audit.on_failure === 'deny';
    return wrong(stops ? 'down' : 'attention', problem);
  }
  if (!auditWorks) {
    return wrong('down', {
      message: "The audit log can't be written.",
      remedy: 'See that its disk is there.',
    });
  }
  return fine('Every call is on disk before it goes on.');
}

function signingPart({ proof, config }: PartFacts): Said {
  if (!config.audit.enabled) return off('There is no log to sign.', 'The audit log is switched off.');
  const { key, signed, problem } = proof;
  if (key === null) {
    return wrong('attention', {
      message: problem ?? 'The log is not signed yet.',
      remedy:
        'Calls are recorded and chained all the same, and signed once there is a key. Unlock the keychain of your system.',
    });
  }
  const where = key.protection === 'keychain' ? "your system's keychain" : 'a file that you alone can read';
  const upTo = signed === null ? 'Nothing has been signed yet' : `Signed up to record ${signed.seq}`;
  return fine(`${upTo}. The key lies in ${where}.`);
}

function shippingPart({ status, shipping }: PartFacts): Said {
  if (shipping === null) {
    return off(
      'The audit log stays on this machine.',
      'Set audit.otlp.endpoint to have a collector get a copy of it (OpenTelemetry logs over OTLP).',
    );
  }
  const [problem] = problemsOf(status, 'audit_shipping', 'audit_unshipped', 'audit_unencrypted');
  if (problem !== undefined) {
    const waits = shipping.backlog === 0 ? '' : ` ${inWords(shipping.backlog)} waiting.`;
    return wrong('attention', { ...problem, message: problem.message + waits });
  }
  return fine(
    shipping.backlog === 0
      ? 'The collector has all that is in the audit log.'
      : `${inWords(shipping.backlog)} on the way to the collector.`,
  );
}

const inWords = (records: number) => (records === 1 ? '1 record' : `${records} records`);

function diskPart({ status, freeBytes }: PartFacts): Said {
  const [problem] = problemsOf(status, 'low_disk');
  if (problem !== undefined) return wrong('attention', problem);
  return fine(
    freeBytes === null
      ? 'Your system does not tell how much room there is.'
      : `${size(freeBytes)} are free where the audit log lies.`,
  );
}

function listenerPart({ status, config }: PartFacts): Said {
  const { max_connections: most } = config.server;
  const open = status.sessions.length;
  if (open >= most) {
    return wrong('attention', {
      message: `There are ${open} sessions, and there is room for no more.`,
      remedy: 'Close clients that you do not need, or raise server.max_connections.',
    });
  }
  const [problem] = problemsOf(status, 'beyond_loopback', 'port_taken');
  if (problem !== undefined) return wrong('attention', problem);
  const sessions = open === 1 ? '1 session is' : `${open} sessions are`;
  return fine(`Clients reach it at ${status.url ?? 'no address'}. ${sessions} open.`);
}

function serverPart({ name, state, lastError, connections, calls }: ServerSummary): Said {
  const trouble = lastError ?? 'It let the last calls down.';
  switch (state) {
    case 'stopped':
      return off('You have stopped it: its calls get an error.', 'Start it again to let its calls go on.');
    case 'held_back':
      return wrong('down', {
        message: trouble,
        remedy: 'See that it runs and answers. Until then its calls fail at once; then one of them tries it.',
      });
    case 'failing':
      return wrong('down', {
        message: trouble,
        remedy: `Test the connection to see what is wrong. The next call to ${name} tries it again.`,
      });
    case 'starting':
      return fine('It is being started.');
    case 'running': {
      const used = connections === 1 ? '1 session uses it' : `${connections} sessions use it`;
      return fine(calls === 0 ? `It runs; ${used}.` : `It runs; ${used}, and it is at work.`);
    }
    case 'idle':
      return fine('Nobody needs it now. The next call starts it.');
  }
}

function probePart(
  status: GatewayStatus,
  { enabled, address, port }: { readonly enabled: boolean; readonly address: string; readonly port: number },
  section: 'metrics' | 'health',
  path: string,
): Said {
  if (!enabled) {
    const whom = section === 'metrics' ? 'Prometheus' : 'programs that watch over others';
    return off(`Not served for ${whom}.`, `Set ${section}.enabled to true if you want that.`);
  }
  const problem = problemsOf(status, 'monitoring_port').find(({ message }) =>
    message.toLowerCase().includes(section),
  );
  return problem === undefined ? fine(`Served at ${address}:${port}${path}.`) : wrong('attention', problem);
}

/** "12.3 GB", "240 MB" */
export function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
