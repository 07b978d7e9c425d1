// Calls, approvals and states as tests of window and tray need them.
import type {
  CallRecord,
  CallSummary,
  GatewayStatus,
  PendingApproval,
  ServerSummary,
} from '../electron/shared/domain.ts';

export function sampleCall(id: number, change: Partial<CallSummary> = {}): CallSummary {
  return {
    id,
    requestId: `req_${id}`,
    at: Date.UTC(2026, 10, 21, 12) + id * 1_000,
    sessionId: 'session-1',
    agentId: 'local',
    client: 'claude-code',
    server: 'notes',
    method: 'tools/call',
    tool: 'read_note',
    resource: null,
    verdict: 'allow',
    reason: 'policy',
    rule: null,
    mode: 'enforce',
    status: 'ok',
    latencyMicros: 1_200,
    ...change,
  };
}

export function sampleRecord(call: CallSummary, change: Partial<CallRecord> = {}): CallRecord {
  return {
    ...call,
    arguments: '{"name":"ideas"}',
    violations: [],
    errorCode: null,
    errorMessage: null,
    responseBytes: 12,
    waitedMs: null,
    ...change,
  };
}

export function sampleApproval(id: string, change: Partial<PendingApproval> = {}): PendingApproval {
  const since = Date.now();
  return {
    id,
    since,
    expiresAt: since + 120_000,
    onTimeout: 'deny',
    client: 'claude-code',
    server: 'notes',
    method: 'tools/call',
    tool: 'send_note',
    resource: null,
    arguments: '{"name":"ideas","to":"anna@example.com"}',
    rule: 'demo_sending_asks',
    violations: ['Sending leaves this machine'],
    message: null,
    ...change,
  };
}

export function sampleServer(change: Partial<ServerSummary> = {}): ServerSummary {
  return {
    name: 'notes',
    kind: 'demo',
    target: 'demo notes',
    isDefault: true,
    paths: { mcp: '/mcp', sse: '/sse' },
    connections: 0,
    lastError: null,
    ...change,
  };
}

export function sampleStatus(change: Partial<GatewayStatus> = {}): GatewayStatus {
  return {
    version: '1.2.3',
    state: 'running',
    url: 'http://127.0.0.1:3000',
    portTakenInstead: null,
    mode: 'enforce',
    policyEnabled: true,
    auth: 'optional',
    servers: [sampleServer()],
    allServers: { mcp: '/all/mcp', sse: '/all/sse' },
    sessions: [],
    totals: { calls: 0, denied: 0, asked: 0 },
    problems: [],
    ...change,
  };
}
