// Policy engines for tests: the real ones, on the real OPA.
import { onTestFinished } from 'vitest';
import { createPolicyEngine, type PolicyEngineOptions } from '../../../../electron/gateway/policy/engine.ts';
import type { Call, Decision } from '../../../../electron/gateway/call.ts';
import type { Logger } from '../../../../electron/gateway/ports.ts';
import type { PolicyOverview } from '../../../../electron/shared/domain.ts';
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
  readonly overview: () => PolicyOverview;
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

/** Without data and with a cache of its own, unless told otherwise. */
export async function engine(
  change: Partial<PolicyEngineOptions> & { policyDir: string },
): Promise<TestEngine> {
  const { logger, logged } = recordingLogger();
  const created = await createPolicyEngine({
    dataFile: null,
    jsonPolicyDir: null,
    opa: { configured: opa, bundled: null, searchPath: '' },
    precompiledDir: null,
    cacheDir: temporaryFolder(),
    environment: 'test',
    proxyRegion: 'here',
    logger,
    ...change,
  });
  onTestFinished(async () => created.close());
  return { ...created, logged };
}

/** An engine on one policy file. */
export function engineOn(rego: string, change: Partial<PolicyEngineOptions> = {}): Promise<TestEngine> {
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
