// Calls, verdicts and a logger for the tests of the audit log.
import type { Call, CallOutcome, Verdict } from '../../../../electron/gateway/call.ts';
import type { Logger, RefusedMessage } from '../../../../electron/gateway/ports.ts';

interface SampleCall {
  tool?: string | null;
  /** JSON text of the arguments, exactly as the client writes it. */
  argumentsText?: string;
  method?: string;
  at?: number;
  client?: string;
  server?: string;
  resource?: string | null;
}

/** A call as the router makes it: the arguments are the object that was parsed from the bytes. */
export function sampleCall(sample: SampleCall = {}): Call {
  const { tool = 'read_file', argumentsText = '{"path":"/etc/hosts"}', method = 'tools/call' } = sample;
  const text = `{"jsonrpc":"2.0","id":1,"method":"${method}","params":{"name":"${tool ?? ''}","arguments":${argumentsText}}}`;
  return callOf(text, { ...sample, tool, method });
}

/** A call made from a whole message. */
export function callOf(text: string, sample: SampleCall = {}): Call {
  const parsed = JSON.parse(text) as { method: string; params: Record<string, unknown> };
  return {
    requestId: 'req_00112233445566ff',
    at: sample.at ?? 1_750_000_000_000,
    treatment: 'enforce',
    message: {
      kind: 'request',
      id: 1,
      method: parsed.method,
      params: parsed.params,
      bytes: Buffer.from(text),
    },
    method: parsed.method,
    tool: sample.tool ?? null,
    resource: sample.resource ?? null,
    resources: sample.resource == null ? [] : [sample.resource],
    arguments: argumentsOf(parsed.method, parsed.params),
    server: sample.server ?? 'default',
    agent: {
      id: 'anonymous',
      name: 'Anonymous',
      capabilities: ['read:*'],
      model: '',
      publisher: '',
      tags: [],
    },
    clientId: null,
    process: null,
    client: { name: sample.client ?? 'Claude Desktop', version: '1.2.3' },
    session: {
      id: 'session-1',
      requestCount: 1,
      startedAt: 1_750_000_000_000,
      cumulativeReads: 0,
      cumulativeWrites: 0,
      history: { calls: [], truncated: false },
    },
    sourceIp: '127.0.0.1',
    paramHeaders: {},
  };
}

function argumentsOf(method: string, params: Record<string, unknown>): Record<string, unknown> {
  if (method !== 'tools/call') return params;
  return 'arguments' in params ? (params.arguments as Record<string, unknown>) : {};
}

export const allowed: Verdict = {
  allow: true,
  reason: 'policy',
  mode: 'enforce',
  decision: {
    allow: true,
    ask: false,
    violations: [],
    matchedRule: 'allow_reads',
    requiredCapability: null,
    message: null,
  },
  waitedMs: null,
};

export const denied: Verdict = {
  allow: false,
  reason: 'policy',
  mode: 'enforce',
  decision: {
    allow: false,
    ask: false,
    violations: ['no writes to /etc', 'second "reason"'],
    matchedRule: 'deny_etc',
    requiredCapability: 'write:*',
    message: null,
  },
  waitedMs: null,
};

export const answered: CallOutcome = {
  status: 'ok',
  latencyMicros: 1234.4,
  responseBytes: 512,
  errorCode: null,
  errorMessage: null,
};

export const malformed: RefusedMessage = {
  requestId: 'req_ffffffffffffffff',
  at: 1_750_000_000_001,
  sessionId: 'session-1',
  server: 'default',
  method: '',
  reason: 'malformed',
  errorCode: -32700,
  errorMessage: 'Parse error',
  sourceIp: '127.0.0.1',
};

/** Keeps event names, for tests that look at them. */
export function recordingLogger(): Logger & { readonly events: string[] } {
  const events: string[] = [];
  const note = (event: string) => void events.push(event);
  return { events, debug: note, info: note, warn: note, error: note };
}
