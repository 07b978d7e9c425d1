// The steps of a call on their own, each beside what it has to be measured by.
import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCallLog } from '../../../electron/gateway/audit/call-log.ts';
import type { Call } from '../../../electron/gateway/call.ts';
import { createPolicyEngine, type SwappableEngine } from '../../../electron/gateway/policy/engine.ts';
import { loadPolicy } from '../../../electron/gateway/policy/load.ts';
import { describeFailure } from '../../../electron/gateway/policy/policy-failure.ts';
import { readPolicyFolder } from '../../../electron/gateway/policy/policy-folder.ts';
import {
  createEvaluationMark,
  evaluationMemory,
} from '../../../electron/gateway/supervision/evaluation-mark.ts';
import type { Logger, RefusedMessage } from '../../../electron/gateway/ports.ts';
import { classify, type CallContext } from '../../../electron/gateway/router/classify.ts';
import { newRequestId } from '../../../electron/gateway/router/request-id.ts';
import { readClientBody } from '../../../electron/gateway/wire/parse.ts';
import { sampleRedactor } from '../../unit/gateway/redaction/sample.ts';
import { timeInTurns } from './timing.ts';

export interface MicroRow {
  readonly step: string;
  readonly micros: number;
  readonly reference: string;
  readonly referenceMicros: number;
  /** The goal for the ratio, and its name; null where there is none. */
  readonly bound: number | null;
  readonly goal: string;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

const context: CallContext = {
  at: Date.now(),
  server: 'echo',
  agent: {
    id: 'anonymous',
    name: 'Anonymous',
    capabilities: ['read:*', 'write:*'],
    model: '',
    publisher: '',
    tags: [],
  },
  clientId: null,
  client: { name: 'bench', version: '1' },
  process: null,
  session: {
    id: '0123456789abcdef0123456789abcdef',
    requestCount: 3,
    startedAt: Date.now(),
    cumulativeReads: 1,
    cumulativeWrites: 1,
    history: { calls: [], truncated: false },
  },
  sourceIp: '127.0.0.1',
  paramHeaders: {},
};

export const refusedMessage: RefusedMessage = {
  requestId: 'req_0123456789abcdef',
  at: Date.now(),
  sessionId: context.session.id,
  server: 'echo',
  method: 'tools/call',
  reason: 'malformed',
  errorCode: -32600,
  errorMessage: 'Invalid request',
  sourceIp: '127.0.0.1',
};

async function shippedEngine(cacheDir: string, logger: Logger): Promise<SwappableEngine> {
  const places = {
    policyDir: join(root, 'policies'),
    jsonPolicyDir: null,
    dataFile: null,
    opa: { configured: null, bundled: null, searchPath: process.env.PATH ?? '' },
    precompiledDir: join(root, 'out', 'policies'),
    cacheDir,
    bundle: null,
  };
  const found = await readPolicyFolder(places);
  const loaded = found.ok ? await loadPolicy(found.value.files, places, logger, { keep: true }) : found;
  if (!loaded.ok) throw new Error(`The shipped policies can't be used: ${describeFailure(loaded.failure)}`);
  const engine = createPolicyEngine({
    environment: 'development',
    proxyRegion: '',
    timeoutMs: 100,
    strictBuiltinErrors: true,
    mark: createEvaluationMark(evaluationMemory()),
    logger,
  });
  engine.use(loaded.value, '');
  return engine;
}

/** `folder` is for the databases that it writes. */
export async function measureSteps(
  folder: string,
  effort: { rounds: number; milliseconds: number },
): Promise<MicroRow[]> {
  const body = callBody(0);
  const small = callBody(500);
  const smallCall = toCall(small);
  const largeCall = toCall(callBody(20_000));
  const logger = silentLogger();
  const engine = await shippedEngine(join(folder, 'compiled'), logger);
  const redactor = sampleRedactor();
  const log = openCallLog({
    path: join(folder, 'calls.db'),
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor,
    logger,
  });
  const bare = openBareDatabase(join(folder, 'bare.db'));
  try {
    const json = body.toString();
    const smallJson = small.toString();
    const proseJson = JSON.stringify({ text: 'The quick brown fox jumps over the lazy dog. '.repeat(13) });
    const prose = Buffer.from(proseJson);
    const of = (...works: (() => unknown)[]) => {
      const [micros = Number.NaN, referenceMicros = Number.NaN] = timeInTurns(works, effort);
      return { micros, referenceMicros };
    };
    return [
      {
        step: 'parse and validate a call',
        ...of(
          () => readClientBody(body),
          () => JSON.parse(body.toString()) as unknown,
        ),
        reference: 'JSON.parse',
        bound: 1.3,
        goal: 'parse and validate / JSON.parse',
      },
      {
        step: 'parse, validate and classify a call',
        ...of(
          () => toCall(body),
          () => JSON.parse(json) as unknown,
        ),
        reference: 'JSON.parse of a string',
        bound: 4,
        goal: 'parse, validate and classify / JSON.parse',
      },
      {
        step: 'request id',
        ...of(newRequestId, randomUUID),
        reference: 'crypto.randomUUID',
        bound: 0.4,
        goal: 'request id / crypto.randomUUID',
      },
      {
        step: 'policy, 0.6 KB',
        ...of(
          () => engine.decide(smallCall),
          () => JSON.parse(smallJson) as unknown,
        ),
        reference: 'JSON.parse of the same',
        bound: 10,
        goal: 'policy, 0.6 KB / JSON.parse',
      },
      {
        step: 'policy, 20 KB of arguments',
        ...of(
          () => engine.decide(largeCall),
          () => engine.decide(smallCall),
        ),
        reference: 'policy, 0.6 KB',
        // "The same", with room for noise.
        bound: 1.2,
        goal: 'policy, 20 KB / policy, 0.6 KB',
      },
      {
        step: 'looking for secrets, 0.6 KB of prose',
        ...of(
          () => redactor.of(smallCall, []).json(prose, prose.length),
          () => JSON.parse(proseJson) as unknown,
        ),
        reference: 'JSON.parse of the same',
        bound: 3,
        goal: 'looking for secrets / JSON.parse',
      },
      {
        // Calls share their commits, so what is timed is a record that has one to itself.
        step: 'audit record',
        ...of(
          () => log.refused(refusedMessage),
          () => bare.insert(smallJson),
        ),
        reference: 'better-sqlite3, one column',
        bound: null,
        goal: 'audit record / bare insert',
      },
    ];
  } finally {
    log.close();
    bare.close();
    await engine.close();
  }
}

/** Arguments as tools have them: records, not one long text. */
function callBody(argumentBytes: number): Buffer {
  const notes: object[] = [];
  for (let bytes = 0; bytes < argumentBytes; bytes += JSON.stringify(notes.at(-1)).length) {
    notes.push({ path: `notes/${notes.length}.md`, lines: 12, pinned: false, tags: ['home', 'garden'] });
  }
  return Buffer.from(
    JSON.stringify({
      jsonrpc: '2.0',
      id: 17,
      method: 'tools/call',
      params: { name: 'echo', arguments: { text: 'The quick brown fox', notes } },
    }),
  );
}

function toCall(body: Buffer): Call {
  const read = readClientBody(body);
  if (!read.ok) throw new Error(read.error);
  const [message] = read.value.messages;
  if (message?.kind !== 'request') throw new Error('It is no request');
  const classified = classify(message, context);
  if (!classified.ok) throw new Error(classified.refusal.error);
  return classified.call;
}

/** The least that can be done to have a text on disk in the way that the audit log promises. */
function openBareDatabase(path: string) {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = normal');
  database.pragma('wal_autocheckpoint = 0');
  database.exec('CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT');
  const insert = database.prepare('INSERT INTO bare (text) VALUES (?)');
  return { insert: (text: string) => insert.run(text), close: () => database.close() };
}

export function silentLogger(): Logger {
  const ignore = () => undefined;
  return { debug: ignore, info: ignore, warn: ignore, error: ignore };
}
