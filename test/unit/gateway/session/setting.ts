// A session over a fake server, policy and log, with the real verdict path and approval desk between them.
import { onTestFinished } from 'vitest';
import type { Message, RequestId } from '../../../../electron/gateway/call.ts';
import type { StreamEvent } from '../../../../electron/gateway/ports.ts';
import { createListing } from '../../../../electron/gateway/session/listing.ts';
import { PastCalls } from '../../../../electron/gateway/session/past-calls.ts';
import { Session } from '../../../../electron/gateway/session/session.ts';
import type { ClientOutlet } from '../../../../electron/gateway/session/session-types.ts';
import { createToolDescriptions } from '../../../../electron/gateway/session/tool-descriptions.ts';
import { createVerdictPath, type VerdictSettings } from '../../../../electron/gateway/verdict-path.ts';
import { testDesk } from '../approval/desk.ts';
import {
  callerOf,
  clock,
  decision,
  FakePolicy,
  fakeUpstream,
  healthOf,
  MemoryLog,
  noLimits,
  recordingLogger,
  request,
} from '../fakes.ts';

/** What reached the client, in order. */
type Sent =
  | { readonly kind: 'answer'; readonly to: RequestId; readonly json: unknown; readonly text: string }
  | {
      readonly kind: 'deliver';
      readonly relatedTo: RequestId | null;
      readonly json: unknown;
      readonly text: string;
    }
  | { readonly kind: 'stream'; readonly to: RequestId; readonly event: StreamEvent }
  | { readonly kind: 'abandon'; readonly to: RequestId }
  | { readonly kind: 'end' };

export class RecordingOutlet implements ClientOutlet {
  readonly sent: Sent[] = [];

  answer(to: RequestId, json: Buffer): void {
    const text = json.toString();
    this.sent.push({ kind: 'answer', to, text, json: JSON.parse(text) });
  }

  deliver(json: Buffer, relatedTo: RequestId | null): void {
    const text = json.toString();
    this.sent.push({ kind: 'deliver', relatedTo, text, json: JSON.parse(text) });
  }

  stream(to: RequestId, event: StreamEvent): void {
    this.sent.push({ kind: 'stream', to, event });
  }

  abandon(to: RequestId): void {
    this.sent.push({ kind: 'abandon', to });
  }

  end(): void {
    this.sent.push({ kind: 'end' });
  }

  /** The answers to this request; there is never more than one. */
  answers(to: RequestId): unknown[] {
    return this.sent.flatMap((sent) => (sent.kind === 'answer' && sent.to === to ? [sent.json] : []));
  }
}

/** The policy of these tests: `ask_…` asks, `deny_…` denies, everything else is allowed. */
export const byName = (): FakePolicy =>
  new FakePolicy(({ tool, method }) => {
    const name = tool ?? method;
    if (name.startsWith('ask_')) return decision({ ask: true, matchedRule: 'ask' });
    if (name.startsWith('deny_')) return decision({ allow: false, violations: ['denied by name'] });
    return decision();
  });

export const REQUEST_TIMEOUT_MS = 60_000;
export const MAX_REQUEST_TIME_MS = 3_600_000;

export function openSession() {
  const log = new MemoryLog();
  /** What was said of the server: trouble, or null for an answer. */
  const server: (string | null)[] = [];
  const health = { ...healthOf((trouble) => server.push(trouble)) };
  const logger = recordingLogger();
  const policy = byName();
  const desk = testDesk();
  desk.setAttended(true);
  const settings: { -readonly [K in keyof VerdictSettings]: VerdictSettings[K] } = {
    mode: 'enforce',
    paused: false,
    policyEnabled: true,
    approvalsEnabled: true,
    askInAudit: 'none',
  };
  const upstream = fakeUpstream();
  const outlet = new RecordingOutlet();
  const passDown = createVerdictPath({
    policy,
    approver: desk,
    limiter: noLimits,
    log,
    logger,
    settings: () => settings,
    denialData: () => ({}),
    alert: () => undefined,
  });
  const ended: Session[] = [];
  const session = new Session(
    {
      id: 'sess_test',
      transport: 'sse',
      caller: callerOf(),
      presence: { process: null, sole: () => Promise.resolve(null) },
      past: new PastCalls(),
    },
    outlet,
    {
      upstream,
      passDown,
      listing: createListing({
        policy,
        settings: () => settings,
        descriptions: createToolDescriptions(),
        logger,
      }),
      log,
      clock,
      logger,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      maxRequestTimeMs: MAX_REQUEST_TIME_MS,
      health,
    },
    (closed) => ended.push(closed),
  );
  onTestFinished(async () => {
    await session.close();
    void desk.close();
  });
  const [connection] = upstream.connections;
  if (connection === undefined) throw new Error('the session did not connect');
  return { session, connection, outlet, log, server, health, logger, policy, desk, settings, ended };
}

/** A session past its handshake, with nothing of that left in what was recorded. */
export async function initializedSession(protocolVersion = '2025-11-25') {
  const opened = openSession();
  const { session, connection, outlet, log } = opened;
  await session.receive(
    request('init', 'initialize', { protocolVersion, clientInfo: { name: 'tester', version: '2' } }),
  );
  connection.says({ id: 'init', result: { protocolVersion } });
  connection.sent.length = 0;
  outlet.sent.length = 0;
  log.calls.length = 0;
  return opened;
}

export const call = (id: RequestId, tool: string, params: object = {}): Message =>
  request(id, 'tools/call', { name: tool, arguments: {}, ...params });

/** What stands in the log of the call with this tool. */
export function recordOf(log: MemoryLog, tool: string) {
  const records = log.calls.filter((logged) => logged.call.tool === tool);
  const [record] = records;
  if (record === undefined || records.length > 1) throw new Error(`${records.length} records of ${tool}`);
  return record;
}
