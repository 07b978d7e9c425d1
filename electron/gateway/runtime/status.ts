// The gateway in one snapshot, for window and tray, put together anew whenever something in it changes.
import type {
  GatewayStatus,
  ModeOverride,
  PolicyMode,
  Problem,
  ServerSummary,
  SessionSummary,
} from '../../shared/domain.ts';
import { ALL_SERVERS, pathsOf } from '../../shared/server-paths.ts';
import type { LogTotals } from './reported-log.ts';

export interface StatusParts {
  readonly version: string;
  readonly url: string;
  readonly portTakenInstead: number | null;
  readonly mode: PolicyMode;
  readonly modeOverrides: ModeOverride[];
  readonly modeManagedAt: string | null;
  readonly paused: boolean;
  readonly policyEnabled: boolean;
  readonly approvalsEnabled: boolean;
  readonly auth: GatewayStatus['auth'];
  readonly servesSse: boolean;
  readonly servers: ServerSummary[];
  readonly unserved: GatewayStatus['unserved'];
  readonly sessions: SessionSummary[];
  readonly totals: LogTotals;
  readonly problems: readonly (Problem | null)[];
}

export function statusOf({ paused, problems, totals, ...parts }: StatusParts): GatewayStatus {
  const { mcp, sse } = pathsOf(ALL_SERVERS);
  return {
    ...parts,
    allServers: { mcp, sse },
    state: paused ? 'paused' : 'running',
    totals: { ...totals },
    problems: problems.filter((problem) => problem !== null),
  };
}
