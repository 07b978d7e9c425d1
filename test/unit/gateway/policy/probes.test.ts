// What new policies are tried on: a real log through its real worker, and a real trial.
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openCallArchive } from '../../../../electron/gateway/audit/call-archive.ts';
import { openCallLog } from '../../../../electron/gateway/audit/call-log.ts';
import type { JudgedCall } from '../../../../electron/gateway/call.ts';
import { openPolicies } from '../../../../electron/gateway/policy/open-policies.ts';
import { createProbes } from '../../../../electron/gateway/policy/probes.ts';
import { allowed } from '../audit/samples.ts';
import { clock, toolCall } from '../fakes.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { recordingLogger } from './engines.ts';
import { folderOf, opa, shippedPolicies, temporaryFolder } from './places.ts';

vi.setConfig({ testTimeout: 60_000 });

const methods = ['tools/call'];
const surroundings = { environment: 'test', proxyRegion: '' };

async function recordedLog(tools: readonly string[]) {
  const path = join(temporaryFolder(), 'audit.db');
  const { logger } = recordingLogger();
  const log = openCallLog({
    ...{ path, synchronous: 'normal', captureArguments: true, surroundings, logger },
    redactor: sampleRedactor(),
  });
  for (const tool of tools) await log.record(toolCall(tool, { rounds: 20_000 }), allowed, null);
  const archive = openCallArchive({
    ...{ path, keyFolder: join(path, '..'), retentionDays: 0, maxBytes: null, logger },
    shipping: null,
    worker: new URL('../../../../electron/gateway/audit/audit-worker.ts', import.meta.url),
    onShipping: () => undefined,
    onVerification: () => undefined,
    onDamage: () => undefined,
  });
  onTestFinished(async () => {
    await archive.close();
    log.close();
  });
  // Its worker has started then: a busy machine needs longer for that than probes wait.
  await archive.recent(1);
  return archive;
}

function probes(recent: (most: number) => Promise<readonly JudgedCall[]>) {
  const { logger, logged } = recordingLogger();
  return { logged, ask: createProbes({ methods, at: 0, recent, logger }) };
}

describe('what a new policy is tried on', () => {
  it('has the newest calls of the log behind those that are made up', async () => {
    const archive = await recordedLog(Array.from({ length: 60 }, (_, n) => `tool_${n}`));
    const { ask } = probes((most) => archive.recent(most));
    const recorded = (await ask()).filter(({ tool }) => tool?.startsWith('tool_'));
    expect(recorded).toHaveLength(50);
    expect(recorded[0]).toMatchObject({ tool: 'tool_59', arguments: { rounds: 20_000 } });
  });

  it('does without a log that can not be read, or does not answer', async () => {
    const failing = probes(() => Promise.reject(new Error('no such file')));
    expect((await failing.ask()).map(({ method }) => method)).toContain('tools/call');
    expect(failing.logged).toMatchObject([
      { level: 'warn', event: 'policy_tried_without_log', fields: { error: 'Error: no such file' } },
    ]);
    const silent = probes(() => new Promise(() => undefined));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const asked = silent.ask();
    await vi.advanceTimersByTimeAsync(2000);
    expect(await asked).toHaveLength((await failing.ask()).length);
    expect(silent.logged).toMatchObject([{ fields: { error: 'Error: No answer within 2 s' } }]);
  });

  it('finds out what is slow for calls as they are here, and for no other', async () => {
    const slowFor = (tool: string) => `package mcp.policy

decision := {"allow": true} if input.tool != "${tool}"

decision := {"allow": count([1 |
	some i in numbers.range(1, input.arguments.rounds)
	some j in numbers.range(1, input.arguments.rounds)
	i == j
]) > 1} if input.tool == "${tool}"
`;
    const archive = await recordedLog(['list_reports']);
    const { ask, logged } = probes((most) => archive.recent(most));
    const policyDir = folderOf({ 'a.rego': 'package mcp.policy\n\ndecision := {"allow": true}\n' });
    const userData = temporaryFolder();
    const policies = await openPolicies({
      places: {
        ...{ policyDir, jsonPolicyDir: null, bundle: null, dataFile: null, precompiledDir: null },
        opa: { configured: opa, bundled: null, searchPath: '' },
        cacheDir: join(userData, 'policy-cache'),
      },
      ...{ bundle: null, isOwnCopy: false, watchForChanges: false, userData, shippedPolicies, surroundings },
      ...{ timeoutMs: 1000, strictBuiltinErrors: true, mark: null, runaway: null, clock },
      trialWorker: new URL('../../../../electron/gateway/policy/time-trial-worker.ts', import.meta.url),
      probes: ask,
      logger: recordingLogger().logger,
      onChange: () => undefined,
      onBundleChange: () => undefined,
    });
    onTestFinished(() => policies.close());
    const save = (name: string, tool: string, base: string | null) =>
      policies.commands['policy.save']({ files: [{ name, text: slowFor(tool), base }], note: '' });
    const base = (await policies.commands['policy.files']()).files[0]?.hash ?? null;
    expect(await save('a.rego', 'list_reports', base)).toMatchObject({
      outcome: 'refused',
      check: {
        diagnostics: [
          { kind: 'time', message: expect.stringContaining('tools/call of list_reports') as string },
        ],
      },
    });
    expect(await save('a.rego', 'never_called', base)).toMatchObject({ outcome: 'saved' });
    expect(logged).toEqual([]);
  });
});
