// What can be wrong with a running gateway, in words: what happened, and the way out.
import type { Problem } from '../../shared/domain.ts';
import type { AuditShipping, PolicyEngine } from '../ports.ts';

export function policyProblem(policy: Pick<PolicyEngine, 'overview'>): Problem | null {
  const { problem, source, version, bundle } = policy.overview();
  if (problem === null) return null;
  // Nobody has anything to mend in the folder while no bundle has come: why it has not is told below.
  if (bundle?.taken === null && version === null) return bundle.problem === null ? waiting(problem) : null;
  return {
    code: 'policy',
    message: `The policy in ${source} can't be used: ${problem}`,
    remedy:
      version === null
        ? 'Calls that need a verdict are denied. Mend the policy, or go back to a version that worked.'
        : `Version ${version}, the last one that worked, stays in force. Mend the policy, or go back to that version.`,
  };
}

function waiting(problem: string): Problem {
  return {
    code: 'policy',
    message: `${problem}.`,
    remedy: 'Calls that need a verdict are denied until it comes. It is asked for again and again.',
  };
}

/** Why the policies that are in force are not those that the bundle server has. */
export function bundleProblem(policy: Pick<PolicyEngine, 'overview'>): Problem | null {
  const problem = policy.overview().bundle?.problem ?? null;
  return problem === null ? null : { code: 'policy_bundle', ...problem };
}

/** Listening on more than loopback is the user's choice; without encryption and tokens it is a problem. */
export function beyondLoopback(
  address: string,
  { encrypted, tokens }: { readonly encrypted: boolean; readonly tokens: boolean },
): Problem | null {
  if (address === 'localhost' || address === '::1' || address.startsWith('127.')) return null;
  const missing = [
    ...(encrypted ? [] : [{ what: 'encryption', key: 'tls.enabled' }]),
    ...(tokens ? [] : [{ what: 'tokens', key: 'server.auth: required' }]),
  ];
  if (missing.length === 0) return null;
  const without = missing.map(({ what }) => what).join(' or ');
  const keys = missing.map(({ key }) => key).join(' and ');
  return {
    code: 'beyond_loopback',
    message: `The proxy listens on ${address}: other machines can reach it, without ${without}.`,
    remedy: `Set server.listen.address to 127.0.0.1, or else ${keys}.`,
  };
}

/** @param why names the server, and says when it is tried again. */
export function heldBack(why: string): Problem {
  return {
    code: 'server_held_back',
    message: why,
    remedy:
      'See that the server runs and answers. Until then its calls fail at once; then one of them tries it.',
  };
}

export function portTaken(wanted: number | null, used: number): Problem | null {
  if (wanted === null) return null;
  return {
    code: 'port_taken',
    message: `Port ${wanted} is used by another program; the proxy listens on ${used} instead.`,
    remedy:
      'Point your clients at the URL that is shown here, or end the other program and start this one again.',
  };
}

/** There is little room left where the audit log lies. @param free for people: "240 MB" */
export function lowDisk(free: string): Problem {
  return {
    code: 'low_disk',
    message: `Only ${free} are free on the disk of the audit log.`,
    remedy:
      'Make room there, or let the log keep less (audit.max_size, audit.retention_days). Calls are denied once it can’t be written.',
  };
}

/** The audit log is shorter than it was: these records are gone, both included. */
export function auditCut({ from, to }: { readonly from: number; readonly to: number }): Problem {
  return {
    code: 'audit_cut',
    message: `The newest records of the audit log (${from} to ${to}) are gone: its end was cut off, or an older copy was put in its place.`,
    remedy: 'Find out who has changed the file. A backup of it may still have them.',
  };
}

export function shippingProblems(shipping: AuditShipping | null): (Problem | null)[] {
  return [problemOf('audit_shipping', shipping?.problem), problemOf('audit_unshipped', shipping?.loss)];
}

/**
 * Null where nobody on the way could read what is sent there.
 * @param what is sent, as the beginning of a sentence
 */
export function unencryptedCollector(code: string, what: string, url: string): Problem | null {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u.test(hostname)) return null;
  return {
    code,
    message: `${what} to ${url} without encryption: whoever is on the way can read it, and the token that is presented.`,
    remedy: 'Set its endpoint to an https:// address, with ca_file where its certificate is your own.',
  };
}

function problemOf(code: string, words: Omit<Problem, 'code'> | null | undefined): Problem | null {
  return words == null ? null : { code, ...words };
}
