// Calls, approvals and states as tests of window and tray need them.
import type { ApprovalAnswered, PendingApproval, RuleDraft } from '../electron/shared/approvals.ts';
import type { AuditVerification } from '../electron/shared/audit-proof.ts';
import type { CallHit, CallStory, LoggedEvent } from '../electron/shared/audit-search.ts';
import type { AppInfo } from '../electron/shared/contract.ts';
import type {
  CallRecord,
  CallSummary,
  GatewayStatus,
  ClientSummary,
  ServerSummary,
  SessionSummary,
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
    notes: [],
    alert: null,
    errorCode: null,
    errorMessage: null,
    responseBytes: 12,
    summary: null,
    waitedMs: null,
    ...change,
  };
}

export function sampleHit(id: number, change: Partial<CallHit> = {}): CallHit {
  return { ...sampleCall(id), asked: false, redacted: false, alerted: false, bytes: 28, ...change };
}

export function sampleStory(call: CallSummary, change: Partial<CallRecord> = {}): CallStory {
  return {
    call: sampleRecord(call, change),
    agentName: '',
    capabilities: ['read:*'],
    clientVersion: '2.1',
    sourceIp: '127.0.0.1',
    clientId: null,
    process: null,
    input: { known: true, inputs: ['{"tool":"read_note"}'] },
    came: null,
    became: null,
    before: [],
    after: [],
    events: [],
  };
}

export function sampleEvent(kind: string, details: object, change: Partial<LoggedEvent> = {}): LoggedEvent {
  return {
    id: 1,
    at: Date.UTC(2026, 10, 21, 12),
    kind,
    by: 'app',
    subject: '',
    details: JSON.stringify(details),
    ...change,
  };
}

export function sampleVerification(change: Partial<AuditVerification> = {}): AuditVerification {
  return {
    id: 1,
    state: 'done',
    checked: 100,
    total: 100,
    elapsedMs: 20,
    endedAt: Date.now(),
    from: 1,
    signedThrough: 100,
    broken: null,
    problem: null,
    ...change,
  };
}

export function sampleApproval(id: string, change: Partial<PendingApproval> = {}): PendingApproval {
  const since = Date.now();
  return {
    id,
    since,
    expiresAt: since + 120_000,
    state: 'waiting',
    now: since,
    heldUntil: null,
    onTimeout: 'deny',
    group: id,
    client: {
      name: 'claude-code',
      version: '2.1',
      id: null,
      agentId: 'local',
      process: { pid: 4711, executable: '/usr/bin/claude', name: 'claude' },
      sourceIp: '127.0.0.1',
    },
    server: 'notes',
    method: 'tools/call',
    tool: 'send_note',
    resource: null,
    resources: [],
    described: null,
    arguments: '{"name":"ideas","to":"anna@example.com"}',
    holdsSecret: false,
    editable: true,
    mode: 'enforce',
    why: 'policy',
    rule: 'demo_sending_asks',
    ruleWords: null,
    violations: ['Sending leaves this machine'],
    message: null,
    session: {
      id: 'session-1',
      startedAt: since - 60_000,
      requests: 3,
      reads: 1,
      writes: 0,
      did: [],
      truncated: false,
    },
    before: null,
    offers: { durations: ['once', '15_minutes', 'session', 'always'], why: null },
    ...change,
  };
}

/** What `always` would write. */
export const sampleDraft: RuleDraft = {
  possible: true,
  id: 'answer_1',
  title: 'Always allow send_note',
  files: [{ name: 'answers/answer_1.rego', text: 'package mcp.policy\n' }],
  proven: false,
};

export function sampleServer(change: Partial<ServerSummary> = {}): ServerSummary {
  return {
    name: 'notes',
    kind: 'demo',
    target: 'demo notes',
    isDefault: true,
    paths: { mcp: '/mcp', sse: '/sse' },
    connections: 0,
    lastError: null,
    transport: 'stdio',
    state: 'idle',
    heldUntil: null,
    calls: 0,
    where: null,
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
    approvalsEnabled: true,
    modeOverrides: [],
    modeManagedAt: null,
    auth: 'optional',
    servesSse: true,
    servers: [sampleServer()],
    unserved: [],
    allServers: { mcp: '/all/mcp', sse: '/all/sse' },
    sessions: [],
    totals: { calls: 0, denied: 0, asked: 0 },
    problems: [],
    ...change,
  };
}

export function sampleSession(change: Partial<SessionSummary> = {}): SessionSummary {
  return {
    id: 'sess_1',
    transport: 'streamable-http',
    client: 'claude-code',
    agentId: 'local',
    clientId: null,
    process: null,
    server: 'notes',
    startedAt: Date.now() - 7_200_000,
    lastSeenAt: Date.now(),
    requests: 3,
    ...change,
  };
}

export function sampleClient(change: Partial<ClientSummary> = {}): ClientSummary {
  return {
    id: 'laptop',
    name: 'Laptop',
    source: 'window',
    capabilities: ['read:*'],
    tags: [],
    createdAt: 0,
    lastSeenAt: null,
    ...change,
  };
}

export const sampleApp: AppInfo = {
  version: '1.2.3',
  electron: '42.0.0',
  platform: 'linux',
  userData: '/home/u/data',
  pauseShortcut: 'CommandOrControl+Alt+Shift+P',
  bridge: { command: '/opt/app', args: ['/opt/bridge.js'], env: { ELECTRON_RUN_AS_NODE: '1' } },
};

/** What a gateway says to an answer that came in time, or did not. */
export function answeredInTime({ ids }: { readonly ids: readonly string[] }): ApprovalAnswered {
  return { outcome: 'answered', answered: [...ids], kept: [], keptUntil: null, gone: [], grants: [] };
}

export function answeredTooLate({ ids }: { readonly ids: readonly string[] }): ApprovalAnswered {
  return { outcome: 'answered', answered: [], kept: [], keptUntil: null, gone: [...ids], grants: [] };
}
