// Answers for always, from the draft to the decision: real files, the real OPA, and a way back.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AnswerScope } from '../../../../../electron/shared/approvals.ts';
import type { Call, Decision } from '../../../../../electron/gateway/call.ts';
import { openPolicies } from '../../../../../electron/gateway/policy/open-policies.ts';
import { findRuleWords } from '../../../../../electron/gateway/policy/rule-words.ts';
import { clock, toolCall } from '../../fakes.ts';
import { recordingLogger } from '../engines.ts';
import { folderOf, opa, shippedPolicies, temporaryFolder } from '../places.ts';

// OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const asking = `package mcp.policy

decision := {"allow": true, "ask": input.method == "tools/call", "matched_rule": "ask_calls", "violations": []}
`;
const oldAsking = `package mcp.policy

default allow = false

allow { input.tool != "never" }

ask { input.method == "tools/call" }

matched_rule = "ask_calls" { ask }
`;

async function open(policy = asking) {
  const { logger } = recordingLogger();
  const userData = temporaryFolder();
  const policyDir = folderOf({ 'policy.rego': policy });
  const policies = await openPolicies({
    places: {
      policyDir,
      jsonPolicyDir: null,
      bundle: null,
      dataFile: null,
      opa: { configured: opa, bundled: null, searchPath: '' },
      precompiledDir: null,
      cacheDir: join(userData, 'policy-cache'),
    },
    isOwnCopy: false,
    watchForChanges: false,
    userData,
    shippedPolicies,
    surroundings: { environment: 'test', proxyRegion: '' },
    timeoutMs: 1000,
    strictBuiltinErrors: true,
    trialWorker: new URL('../../../../../electron/gateway/policy/time-trial-worker.ts', import.meta.url),
    probes: () => Promise.resolve([]),
    mark: null,
    runaway: null,
    clock,
    logger,
    bundle: null,
    onChange: () => undefined,
    onBundleChange: () => undefined,
  });
  onTestFinished(() => policies.close());

  /** Answers a call for always. */
  async function answer(call: Call, scope: AnswerScope, allow = true): Promise<string> {
    const draft = policies.answers.draft(
      { call, decision: policies.decide(call) },
      { allow, scope, note: 'ok' },
    );
    if (!draft.possible) throw new Error(draft.why);
    expect(await policies.answers.save(draft, 'ok')).toEqual({ ok: true });
    return draft.id;
  }
  const standing = (call: Call, decision: Decision = policies.decide(call)) =>
    policies.standing(call, decision)?.allow ?? null;
  return { policies, policyDir, answer, standing };
}

const program = { pid: 7, started: '99', executable: '/usr/bin/agent', name: 'agent' };
const ours: Call = { ...toolCall('send', { to: 'anna', n: [1, { deep: 'x"\n' }] }), clientId: 'cursor' };
const elsewhere: Call = { ...ours, server: 'mail' };
const otherTool: Call = { ...ours, tool: 'drop' };
const otherArguments: Call = { ...ours, arguments: { to: 'bob' } };
const otherClient: Call = { ...ours, clientId: 'codex' };

describe('an answer for always', () => {
  it.each<[AnswerScope, (boolean | null)[]]>([
    ['arguments', [true, null, null, null, null]],
    ['tool', [true, true, null, null, null]],
    ['server', [true, true, true, null, null]],
    ['client', [true, true, true, true, null]],
  ])('for %s holds so far and no farther', async (scope, expected) => {
    const { answer, standing } = await open();
    await answer(ours, scope);
    const calls = [ours, otherArguments, otherTool, elsewhere, otherClient];
    expect(calls.map((call) => standing(call))).toEqual(expected);
  });

  it('of a client without a token is one for a program of that name, and for none with a token', async () => {
    const { answer, standing } = await open();
    const call: Call = { ...ours, clientId: null, process: program };
    await answer(call, 'tool', false);
    expect(standing(call)).toBe(false);
    expect(standing({ ...call, process: { ...program, executable: '/tmp/agent' } })).toBe(null);
    expect(standing({ ...call, process: null })).toBe(null);
    expect(standing({ ...call, client: { name: 'Other', version: '1' } })).toBe(null);
    expect(standing(ours)).toBe(null);
  });

  it('answers the rule that asked, and no other one', async () => {
    const { policies, answer, standing } = await open();
    await answer(ours, 'client');
    expect(standing(ours, { ...policies.decide(ours), matchedRule: 'another_rule' })).toBe(null);
  });

  it('is a file that is listed, read, taken away and brought back', async () => {
    const { policies, policyDir, answer, standing } = await open();
    const id = await answer(ours, 'tool');
    const file = `answers/${id}.rego`;
    expect(policies.answers.list()).toMatchObject([
      {
        id,
        allow: true,
        file,
        rule: 'ask_calls',
        note: 'ok',
        title: "Always allow 'send' of 'files' for 'cursor'",
      },
    ]);
    const words = findRuleWords(policies.overview().files, id);
    expect(words?.description).toMatch(/^Answered on .* UTC, when the rule 'ask_calls' asked\. ok$/u);
    const history = await policies.commands['policy.history']({ limit: 5 });
    expect(history.versions[0]?.note).toBe("Always allow 'send' of 'files' for 'cursor': ok");

    expect(await policies.answers.revoke(id)).toBe(true);
    expect(existsSync(join(policyDir, file))).toBe(false);
    expect(standing(ours)).toBe(null);
    expect(policies.answers.list()).toEqual([]);
    expect(await policies.answers.restore(id)).toBe(true);
    expect(standing(ours)).toBe(true);
    expect(await policies.answers.revoke('always_allow_nothing')).toBe(false);
  });

  it('passes the tests that come with it, for every kind of call', async () => {
    const { policies, answer } = await open();
    await answer(ours, 'arguments');
    await answer({ ...ours, clientId: null, process: program }, 'server', false);
    const read: Call = {
      ...ours,
      method: 'resources/read',
      tool: null,
      resource: 'file:///a',
      arguments: { uri: 'file:///a' },
    };
    const draft = policies.answers.draft(
      { call: read, decision: policies.decide(ours) },
      { allow: true, scope: 'arguments', note: '' },
    );
    expect(draft.possible && (await policies.answers.save(draft, ''))).toEqual({ ok: true });
    const { results } = await policies.commands['policy.test']({ files: [] });
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(6).fill('passed'));
  });

  it('stands beside policies in the old dialect', async () => {
    const { answer, standing } = await open(oldAsking);
    await answer(ours, 'tool');
    expect(standing(ours)).toBe(true);
  });

  it('denies where another one allows', async () => {
    const { answer, standing } = await open();
    await answer(ours, 'client');
    await answer(ours, 'tool', false);
    expect([standing(ours), standing(otherTool)]).toEqual([false, true]);
  });

  it('of one resource is none of several', async () => {
    const { answer, standing } = await open();
    await answer({ ...ours, resource: 'file:///a', resources: ['file:///a'] }, 'tool');
    const both = { ...ours, resources: ['file:///a', 'file:///b'] };
    expect(standing(both)).toBe(null);
    expect(standing({ ...both, resources: ['file:///a', 'file:///a'] })).toBe(true);
  });
});

describe('no answer for always is given', () => {
  const impossible = async (call: Call, scope: AnswerScope) => {
    const { policies } = await open();
    return policies.answers.draft(
      { call, decision: policies.decide(call) },
      { allow: true, scope, note: '' },
    );
  };

  it.each<[string, Call, AnswerScope, RegExp]>([
    ['to a name alone', { ...ours, clientId: null }, 'tool', /Register it/u],
    [
      'about very long arguments',
      { ...ours, arguments: { text: 'x'.repeat(20_000) } },
      'arguments',
      /too long/u,
    ],
    ['about numbers that policies round', { ...ours, arguments: { id: 2 ** 60 } }, 'arguments', /too large/u],
    ['about several resources', { ...ours, resources: ['a', 'b'] }, 'tool', /several resources/u],
  ])('%s', async (_what, call, scope, why) => {
    expect(await impossible(call, scope)).toEqual({
      possible: false,
      why: expect.stringMatching(why) as string,
    });
  });
});
