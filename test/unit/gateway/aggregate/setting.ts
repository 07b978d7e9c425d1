// A client's session with several scripted servers, over the real session store, sessions and verdict path.
import { onTestFinished, vi } from 'vitest';
import { AllSession } from '../../../../electron/gateway/aggregate/all-session.ts';
import { createAllServers } from '../../../../electron/gateway/aggregate/all-servers.ts';
import { createListing } from '../../../../electron/gateway/session/listing.ts';
import { createPresences } from '../../../../electron/gateway/session/presence.ts';
import { createSessionStore } from '../../../../electron/gateway/session/session-store.ts';
import { createToolDescriptions } from '../../../../electron/gateway/session/tool-descriptions.ts';
import { createVerdictPath, type VerdictSettings } from '../../../../electron/gateway/verdict-path.ts';
import type { Message, RequestMessage } from '../../../../electron/gateway/wire/json-rpc.ts';
import { testDesk } from '../approval/desk.ts';
import {
  callerOf,
  clock,
  type FakeConnection,
  type FakeUpstream,
  fakeUpstream,
  healthOf,
  MemoryLog,
  noLimits,
  noProcesses,
  notification,
  recordingLogger,
  request,
} from '../fakes.ts';
import { byName, RecordingOutlet } from '../session/setting.ts';

/** Time enough for what answers at once. */
const PATIENCE_MS = 200;

/** Answers by method: a result, JSON text for the whole of it, or null for no answer at all. */
export type Script = Readonly<Record<string, (message: RequestMessage) => object | string | null>>;

const everything = { tools: {}, prompts: {}, resources: { subscribe: true }, logging: {}, completions: {} };

/** A server that does as it is told; `script` may be changed while it runs. */
export function scripted(name: string, script: Script = {}): FakeUpstream & { script: Script } {
  const server = Object.assign(fakeUpstream(name), { script });
  server.onConnect = (connection) => {
    connection.onSend = (message) => {
      if (message.kind === 'request') reply(connection, message, { ...usual, ...server.script });
    };
  };
  return server;
}

const usual: Script = {
  initialize: ({ params }) => ({ protocolVersion: params.protocolVersion, capabilities: everything }),
  'tools/list': () => ({ tools: [] }),
  'prompts/list': () => ({ prompts: [] }),
  'resources/list': () => ({ resources: [] }),
  'resources/templates/list': () => ({ resourceTemplates: [] }),
  'logging/setLevel': () => ({}),
};

function reply(connection: FakeConnection, message: RequestMessage, script: Script): void {
  const answer = script[message.method]?.(message);
  const id = JSON.stringify(message.id);
  if (answer === undefined) connection.says({ id: message.id, error: { code: -32601, message: 'unknown' } });
  else if (typeof answer === 'string') connection.says(`{"jsonrpc":"2.0","id":${id},${answer}}`);
  else if (answer !== null) connection.says({ id: message.id, result: answer });
}

export function openAll(...servers: FakeUpstream[]) {
  const log = new MemoryLog();
  const logger = recordingLogger();
  const desk = testDesk();
  const policy = byName();
  const settings: { -readonly [K in keyof VerdictSettings]: VerdictSettings[K] } = {
    mode: 'enforce',
    paused: false,
    policyEnabled: true,
    approvalsEnabled: true,
    askInAudit: 'none',
  };
  const ended: string[] = [];
  const sessions = createSessionStore({
    listing: createListing({
      policy,
      settings: () => settings,
      descriptions: createToolDescriptions(),
      logger,
    }),
    presences: createPresences(noProcesses),
    passDown: createVerdictPath({
      policy,
      approver: desk,
      limiter: noLimits,
      log,
      logger,
      settings: () => settings,
      denialData: () => ({}),
      alert: () => undefined,
    }),
    log,
    clock,
    logger,
    requestTimeoutMs: 600_000,
    maxRequestTimeMs: null,
    health: () => healthOf(),
    maxSessions: 1,
    ttlMs: 3_600_000,
    idleMs: 3_600_000,
    sweepEveryMs: 3_600_000,
    onChange: () => undefined,
    onOpen: () => undefined,
    onEnd: (id) => ended.push(id),
  });
  onTestFinished(async () => {
    await sessions.close();
    void desk.close();
  });
  const all = createAllServers({
    sessions,
    servers,
    proxyVersion: '1.2.3',
    patienceMs: PATIENCE_MS,
    log,
    clock,
    logger,
  });
  const outlet = new RecordingOutlet();
  const client = { transport: 'sse', caller: callerOf() } as const;
  const session = all.open(client, () => outlet);
  if (!(session instanceof AllSession)) throw new Error('no session was opened');
  /** The newest connection to the server at this place. */
  const connection = (index: number): FakeConnection => {
    const newest = servers[index]?.connections.at(-1);
    if (newest === undefined) throw new Error(`nobody connected to server ${index}`);
    return newest;
  };
  /** Sends a request, and gives its answer once that has come. */
  const ask = async (message: Message): Promise<unknown> => {
    if (message.kind !== 'request') throw new Error('not a request');
    void session.receive(message);
    return vi.waitFor(
      () => {
        const [answer] = outlet.answers(message.id);
        if (answer === undefined) throw new Error(`no answer to ${message.method}`);
        return answer;
      },
      { timeout: 5_000, interval: 5 },
    );
  };
  return { session, sessions, all, client, outlet, log, logger, settings, ended, connection, ask };
}

export const initialize = (protocolVersion = '2025-11-25', id: string | number = 'init'): RequestMessage =>
  request(id, 'initialize', {
    protocolVersion,
    capabilities: {},
    clientInfo: { name: 'tester', version: '1' },
  });

/** A session past its handshake, with nothing of that left in what was recorded. */
export async function initialized(...servers: FakeUpstream[]) {
  const opened = openAll(...servers);
  await opened.ask(initialize());
  await opened.session.receive(notification('notifications/initialized'));
  for (const { connections } of servers) for (const one of connections) one.sent.length = 0;
  opened.outlet.sent.length = 0;
  opened.log.calls.length = 0;
  return opened;
}

/** The text of the answer to this request, byte for byte. */
export function answerText(outlet: RecordingOutlet, to: string | number): string | undefined {
  const answer = outlet.sent.find((sent) => sent.kind === 'answer' && sent.to === to);
  return answer?.kind === 'answer' ? answer.text : undefined;
}

/** What was delivered beside answers, parsed. */
export const delivered = (outlet: RecordingOutlet): unknown[] =>
  outlet.sent.flatMap((sent) => (sent.kind === 'deliver' ? [sent.json] : []));
