// What can be wrong with a running gateway, in words: what happened, and the way out.
import type { Problem } from '../../shared/domain.ts';
import type { PolicyEngine } from '../ports.ts';

export function policyProblem(policy: PolicyEngine): Problem | null {
  const { problem, source } = policy.overview();
  if (problem === null) return null;
  return {
    code: 'policy',
    message: `The policy in ${source} can't be used: ${problem}`,
    remedy: 'Calls that need a verdict are denied. Mend the policy and start MCP Proxy Desktop again.',
  };
}

export function beyondLoopback(address: string): Problem | null {
  if (address === 'localhost' || address === '::1' || address.startsWith('127.')) return null;
  return {
    code: 'beyond_loopback',
    message: `The proxy listens on ${address}: other machines can reach it, without encryption or tokens.`,
    remedy: 'Set server.listen.address to 127.0.0.1, unless this is what you want.',
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
