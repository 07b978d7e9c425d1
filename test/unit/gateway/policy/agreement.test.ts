import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Call, Decision } from '../../../../electron/gateway/call.ts';
import { readDecision, type PolicyForm } from '../../../../electron/gateway/policy/decision.ts';
import { buildInput } from '../../../../electron/gateway/policy/input.ts';
import { noHistory } from '../fakes.ts';
import { call, engine } from './engines.ts';
import { opaEval } from './opa-eval.ts';
import { shippedPolicies, temporaryFolder } from './places.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const surroundings = { environment: 'test', proxyRegion: 'here' };

/** Small vocabularies, so that calls and lists meet often. */
const tools = [
  'read_file',
  'read_note',
  'write_file',
  'send_mail',
  'delete_all',
  'pay',
  '*',
  'röad\u{1f600}',
];
const capabilities = ['read:*', 'read:files', 'write:files', '*', 're*', ':*', ''];
const names = ['cursor', 'default', 'other', '', 'a"b\\c\n'];
const oneOf = (values: readonly string[]) => fc.constantFrom(...values);
const some = (values: readonly string[]) => fc.uniqueArray(oneOf(values), { maxLength: 3 });

const patterns = oneOf([...tools.slice(0, 6), 'read_*', '*_all', '*ai*', 'x*']);
const lists = fc.uniqueArray(patterns, { maxLength: 2 });
const everything = oneOf(['*', '**', '*a*']).map((pattern) => [pattern]);

const policyData = fc.record(
  {
    tool_capabilities: fc.dictionary(oneOf(tools), oneOf(capabilities), { maxKeys: 4 }),
    rate_limits: fc.dictionary(oneOf(names), fc.integer({ min: 50, max: 200 }), { maxKeys: 2 }),
    ask_tools: fc.oneof(lists, everything),
    blocked_tools: lists,
    blocked_agents: some(names.slice(1)),
    blocked_dids: some(['did:a', '']),
    allowed_dids: some(['did:a', '']),
    trusted_publishers: some(names),
    identity_required_tools: lists,
    pii_tools: lists,
    blocked_models_for_pii: some(names),
  },
  { requiredKeys: [] },
);

const calls: fc.Arbitrary<Call> = fc
  .record({
    tool: fc.option(oneOf(tools)),
    args: fc.oneof(
      fc.record({ path: oneOf(['/etc/passwd', '/tmp/a', '/etc', '']) }),
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' })),
    ),
    capabilities: some(capabilities),
    id: oneOf(names),
    requestCount: fc.integer({ min: 0, max: 120 }),
    method: oneOf(['tools/call', 'tools/call', 'tools/call', 'resources/read', 'prompts/get', '']),
  })
  .map(({ tool, args, capabilities: granted, id, requestCount, method }) =>
    call(
      'any',
      {},
      {
        tool,
        method,
        arguments: args,
        agent: { id, name: id, capabilities: granted, model: id, publisher: id, tags: [] },
        session: {
          id: 's',
          requestCount,
          startedAt: 0,
          cumulativeReads: 0,
          cumulativeWrites: 0,
          history: noHistory,
        },
      },
    ),
  );

/** Repeatable; another seed can be given by hand to look further. */
const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number, seed = 2026) =>
  fc.sample(arbitrary, { numRuns, seed });

function judge(
  expression: string,
  form: PolicyForm,
  calls: readonly Call[],
  files: string[],
  flags: string[],
) {
  const inputs = calls.map((each) => JSON.stringify(buildInput(each, surroundings)));
  return opaEval(expression, inputs, files, flags).map((result) => readDecision([{ result }], form));
}

describe('engine and `opa eval` agree', () => {
  it('on the shipped policies, for any calls and data', async () => {
    const cacheDir = temporaryFolder();
    const tally = { allowed: 0, denied: 0, asked: 0 };
    for (const [index, data] of sample(policyData, 12).entries()) {
      const dataFile = join(temporaryFolder(), 'policy_data.json');
      writeFileSync(dataFile, JSON.stringify(data));
      const { decide } = await engine({ policyDir: shippedPolicies, dataFile, cacheDir });
      const asked = sample(calls, 60, index);
      const files = [dataFile, ...shippedFiles];
      const judged = judge(
        'data.mcp.policy.decision with input as x',
        { kind: 'decision' },
        asked,
        files,
        [],
      );
      for (const [position, one] of asked.entries()) {
        const decided = decide(one);
        expect({ one, data, decided }).toEqual({ one, data, decided: judged[position] });
        count(tally, decided);
      }
    }
    expect(Math.min(...Object.values(tally)), JSON.stringify(tally)).toBeGreaterThan(20);
  });

  it.each([
    ['restrict-file-system-access', { kind: 'rules', declaresAllow: true }],
    ['rate-limiting', { kind: 'rules', declaresAllow: false }],
  ] as const)('on the README policy %s', async (name, form) => {
    const policyDir = join(shippedPolicies, 'examples', name);
    const { decide } = await engine({ policyDir });
    const asked = sample(calls, 600);
    const judged = judge('data.mcp.policy with input as x', form, asked, [policyDir], ['--v0-compatible']);
    const tally = { allowed: 0, denied: 0, asked: 0 };
    for (const [position, one] of asked.entries()) {
      const decided = decide(one);
      expect({ one, decided }).toEqual({ one, decided: judged[position] });
      count(tally, decided);
    }
    expect(Math.min(tally.allowed, tally.denied)).toBeGreaterThan(5);
  });
});

const shippedFiles = [
  'ask',
  'blocklists',
  'capabilities',
  'decision',
  'identity',
  'obligations',
  'rate_limits',
  'tool_names',
].map((name) => join(shippedPolicies, `${name}.rego`));

function count(tally: { allowed: number; denied: number; asked: number }, { allow, ask }: Decision): void {
  if (!allow) tally.denied += 1;
  else if (ask) tally.asked += 1;
  else tally.allowed += 1;
}
