// The gateway in one snapshot, for window and tray, put together anew whenever something in it changes.
import type { GatewayStatus, PolicyMode, Problem, SessionSummary } from '../../shared/domain.ts';
import type { Upstream } from '../ports.ts';
import type { LogTotals } from './reported-log.ts';

export interface StatusParts {
  readonly version: string;
  readonly url: string;
  readonly portTakenInstead: number | null;
  readonly mode: PolicyMode;
  readonly paused: boolean;
  readonly policyEnabled: boolean;
  readonly upstream: Upstream;
  readonly lastServerError: string | null;
  readonly sessions: SessionSummary[];
  readonly totals: LogTotals;
  readonly problems: readonly (Problem | null)[];
}

export function statusOf({
  paused,
  upstream,
  lastServerError,
  problems,
  totals,
  ...parts
}: StatusParts): GatewayStatus {
  const { name, kind, target } = upstream;
  return {
    ...parts,
    state: paused ? 'paused' : 'running',
    server: { name, kind, target, connections: parts.sessions.length, lastError: lastServerError },
    totals: { ...totals },
    problems: problems.filter((problem) => problem !== null),
  };
}
