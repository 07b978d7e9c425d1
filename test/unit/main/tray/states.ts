// States of the desktop for the tests of tray and notifications.
import type { DesktopState } from '../../../../electron/main/desktop-state.ts';
import type { CallSummary, GatewayStatus, PendingApproval } from '../../../../electron/shared/domain.ts';

export function status(change: Partial<GatewayStatus> = {}): GatewayStatus {
  return {
    version: '1.2.3',
    state: 'running',
    url: 'http://127.0.0.1:3000',
    portTakenInstead: null,
    mode: 'enforce',
    policyEnabled: true,
    allServers: { mcp: '/all/mcp', sse: '/all/sse' },
    servers: [],
    sessions: [],
    totals: { calls: 0, denied: 0, asked: 0 },
    problems: [],
    ...change,
  };
}

export function approval(change: Partial<PendingApproval> = {}): PendingApproval {
  return {
    id: 'a1',
    since: 0,
    expiresAt: 120_000,
    onTimeout: 'deny',
    client: 'Claude',
    server: 'notes',
    method: 'tools/call',
    tool: 'send_note',
    resource: null,
    arguments: '{"to":"bob"}',
    rule: 'ask_send',
    violations: ['Sending needs a person'],
    message: null,
    ...change,
  };
}

export function call(change: Partial<CallSummary> = {}): CallSummary {
  return {
    id: 7,
    requestId: 'req_1',
    at: 0,
    sessionId: 's',
    agentId: 'agent',
    client: 'Claude',
    server: 'notes',
    method: 'tools/call',
    tool: 'read_note',
    resource: null,
    verdict: 'allow',
    reason: 'policy',
    rule: null,
    mode: 'enforce',
    status: 'ok',
    latencyMicros: 900,
    ...change,
  };
}

export function desktop(change: Partial<DesktopState> = {}): DesktopState {
  return { status: status(), approvals: [], recent: [], ...change };
}

export const problem = {
  code: 'port_taken',
  message: 'Port 3000 is used by another program.',
  remedy: 'End it.',
};
