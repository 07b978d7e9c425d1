// What window and tray show while there is no gateway that could say it, and the words for why there is none.
import type { GatewayStatus, Problem } from '../../shared/domain.ts';

/** The status of a gateway that is not there, built on the last thing that was known of it. */
export function standInStatus(
  version: string,
  state: 'starting' | 'stopped',
  known: GatewayStatus | null,
  problem: Problem | null,
): GatewayStatus {
  const last: GatewayStatus = known ?? {
    version,
    state,
    url: null,
    portTakenInstead: null,
    mode: 'enforce',
    policyEnabled: true,
    approvalsEnabled: false,
    modeOverrides: [],
    modeManagedAt: null,
    auth: 'optional',
    servesSse: true,
    servers: [],
    unserved: [],
    allServers: { mcp: '', sse: '' },
    sessions: [],
    totals: { calls: 0, denied: 0, asked: 0 },
    problems: [],
  };
  return {
    ...last,
    state,
    url: null,
    servers: last.servers.map((server) => ({ ...server, connections: 0, calls: 0, state: 'idle' })),
    sessions: [],
    problems: problem === null ? [] : [problem],
  };
}

const remedies: Readonly<Record<string, string>> = {
  config: 'Correct the configuration, then start again.',
  port_taken: 'End the program that uses it, or choose another port in server.listen, then start again.',
  in_use: 'Quit the one that runs already, or give this one a folder of its own with --user-data.',
  user_data: 'Make the folder writable, or choose another one with --user-data.',
  library: 'Install what is missing, then start again.',
  restarting:
    'Nothing needs to be done: it is being started again. Calls that were on their way have failed.',
};

/** A reason why there is no gateway, with the way out. */
export function startProblem(code: string, message: string): Problem {
  return { code, message, remedy: remedies[code] ?? 'Start again. If it happens again, the log says more.' };
}
