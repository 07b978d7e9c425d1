// Policy engines for tests: the real ones, on the real OPA.
import { onTestFinished } from 'vitest';
import { createPolicyEngine } from '../../../../electron/gateway/policy/engine.ts';
import { loadPolicy, type PolicyPlaces } from '../../../../electron/gateway/policy/load.ts';
import { describeErrors } from '../../../../electron/gateway/policy/policy-failure.ts';
import { readPolicyFolder, versionHash } from '../../../../electron/gateway/policy/policy-folder.ts';
import type { Call, Decision, Surroundings } from '../../../../electron/gateway/call.ts';
import type { Logger } from '../../../../electron/gateway/ports.ts';
import type { PolicySource } from '../../../../electron/gateway/policy/sources.ts';
import { noHistory, toolCall } from '../fakes.ts';
import { folderOf, opa, temporaryFolder } from './places.ts';

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly fields: Record<string, unknown>;
}

/** The port, its methods as functions that can be taken apart. */
export interface TestEngine {
  readonly decide: (call: Call) => Decision;
  readonly lists: (call: Call, isTemplate: boolean) => boolean;
  /** Why no policy is in force; null where one is. */
  readonly problem: string | null;
  readonly entrypoint: string;
  /** What is in force. */
  readonly files: readonly PolicySource[];
  readonly close: () => void | Promise<void>;
  readonly logged: readonly LogLine[];
}

export function recordingLogger(): { logger: Logger; logged: readonly LogLine[] } {
  const logged: LogLine[] = [];
  const log =
    (level: string) =>
    (event: string, fields: Record<string, unknown> = {}) => {
      logged.push({ level, event, fields });
    };
  return {
    logged,
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
  };
}

export interface EngineSetup extends PolicyPlaces, Surroundings {
  readonly timeoutMs: number;
  readonly strictBuiltinErrors: boolean;
}

/** Without data and with a cache of its own, unless told otherwise. */
export async function engine(change: Partial<EngineSetup> & { policyDir: string }): Promise<TestEngine> {
  const { logger, logged } = recordingLogger();
  const setup: EngineSetup = {
    dataFile: null,
    jsonPolicyDir: null,
    bundle: null,
    opa: { configured: opa, bundled: null, searchPath: '' },
    precompiledDir: null,
    cacheDir: temporaryFolder(),
    // What is tested elsewhere: these run on machines that are busy.
    timeoutMs: 60_000,
    strictBuiltinErrors: false,
    environment: 'test',
    proxyRegion: 'here',
    ...change,
  };
  const created = createPolicyEngine({
    ...setup,
    mark: null,
    logger,
  });
  onTestFinished(async () => created.close());
  const found = await readPolicyFolder(setup);
  const files = found.ok ? found.value.files : [];
  const loaded = found.ok ? await loadPolicy(files, setup, logger, { keep: true }) : found;
  if (loaded.ok) created.use(loaded.value, versionHash(files));
  const problem = loaded.ok ? null : describeErrors(loaded.failure.errors);
  const entrypoint = loaded.ok ? loaded.value.question.rule : '';
  return { ...created, problem, entrypoint, files: loaded.ok ? loaded.value.files : [], logged };
}

/** An engine on one policy file. */
export function engineOn(rego: string, change: Partial<EngineSetup> = {}): Promise<TestEngine> {
  return engine({ policyDir: folderOf({ 'policy.rego': rego }), ...change });
}

/** A tools/call, with something changed. */
export function call(tool: string, args: object = {}, change: Partial<Call> = {}): Call {
  return { ...toolCall(tool, args), ...change };
}

export function by(...capabilities: string[]): Pick<Call, 'agent'> {
  return { agent: { id: 'cursor', name: 'Cursor', capabilities, model: '', publisher: '', tags: [] } };
}

export function asRequest(requestCount: number): Pick<Call, 'session'> {
  return {
    session: {
      id: 's1',
      requestCount,
      startedAt: 0,
      cumulativeReads: 0,
      cumulativeWrites: 0,
      history: noHistory,
    },
  };
}
