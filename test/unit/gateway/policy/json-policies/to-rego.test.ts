import { readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { inputFields } from '../../../../../electron/gateway/policy/json-policies/fields.ts';
import { jsonPolicyToRego } from '../../../../../electron/gateway/policy/json-policies/to-rego.ts';
import { by, call, engine } from '../engines.ts';
import { folderOf, opa, shippedData, shippedPolicies, temporaryFolder } from '../places.ts';
import { judgeRules } from './evaluator.ts';
import { calls, policies } from './arbitraries.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const exampleFolder = join(shippedPolicies, 'examples', 'json-policies');
const example = readFileSync(join(exampleFolder, 'support-desk.json'), 'utf8');

function errorsOf(policy: unknown): string[] {
  const made = jsonPolicyToRego(typeof policy === 'string' ? policy : JSON.stringify(policy));
  return made.ok
    ? []
    : made.errors.map(({ rule, field, message }) => `${rule ?? ''}|${field ?? ''}|${message}`);
}

function regoOf(text: string): string {
  const made = jsonPolicyToRego(text);
  if (!made.ok) throw new Error(JSON.stringify(made.errors));
  return made.rego;
}

const rule = { id: 'r', type: 'custom', action: 'deny', conditions: { tool: 'a' } };
const policyOf = (...rules: object[]) => ({ version: '1.0', name: 'p', rules });
const deep = (depth: number) =>
  JSON.stringify(custom({ tool: 'a' })).replace(
    '{"tool":"a"}',
    '{"not":'.repeat(depth) + '{"tool":"a"}' + '}'.repeat(depth),
  );
const custom = (conditions: unknown) => policyOf({ ...rule, conditions });

describe('a JSON policy in Rego', () => {
  it('is formatted, strict, and asks for nothing that a call has not', () => {
    const rego = [
      example,
      ...fc.sample(policies, { numRuns: 40, seed: 5 }).map((each) => JSON.stringify(each)),
    ];
    const folder = folderOf(Object.fromEntries(rego.map((text, index) => [`${index}/p.rego`, regoOf(text)])));
    const formatted = spawnSync(opa, ['fmt', '--list', folder], { encoding: 'utf8' });
    expect(formatted.stdout + formatted.stderr).toBe('');
    for (const index of [0, 1, 2, 3]) {
      const schema = join(shippedPolicies, 'input.schema.json');
      const args = ['check', '--strict', '--schema', schema, join(folder, String(index))];
      const checked = spawnSync(opa, args, { encoding: 'utf8' });
      expect(checked.stdout + checked.stderr).toBe('');
    }
  });

  it('names its rules with their ids and messages', () => {
    expect(regoOf(example)).toContain(`# METADATA
# title: "never-these-tools"
# description: "This tool is blocked for everybody"
json_support_desk_applies["never-these-tools"] if input.request.tool in ["database_drop", "shell_exec"]
`);
  });

  it('does not let text of the policy become code', () => {
    const text = '"\n] if true\nallow := true # \u2028';
    const rego = regoOf(
      JSON.stringify({
        ...custom({ tool: text }),
        description: text,
        rules: [{ ...rule, message: text, conditions: { 'arguments.a"]': text } }],
      }),
    );
    expect(rego.split('\n').filter((line) => line.startsWith('allow'))).toEqual([]);
  });

  it('knows the fields of the schema of the input', () => {
    const schema = JSON.parse(readFileSync(join(shippedPolicies, 'input.schema.json'), 'utf8')) as {
      properties: Record<string, { properties?: object }>;
    };
    const fields = Object.entries(schema.properties).map(([name, { properties }]) => [
      name,
      properties === undefined ? null : Object.keys(properties),
    ]);
    expect(Object.entries(inputFields).sort()).toEqual(fields.sort());
  });
});

describe('a JSON policy that is wrong', () => {
  it.each([
    ['no JSON', '{', /^\|\|SyntaxError/u],
    ['conditions without end', deep(100_000), /^\|\|RangeError/u],
    ['no object', [], /^\|\|.*object/u],
    ['another version', { ...policyOf(rule), version: '2' }, /^\|version\|must be "1\.0"/u],
    ['no name', { version: '1.0', rules: [rule] }, /^\|name\|/u],
    ['no rules', policyOf(), /^\|rules\|/u],
    ['an unknown member', policyOf({ ...rule, conditons: {} }), /^r\|conditons\|/u],
    ['two rules of one id', policyOf(rule, rule), /^r\|id\|there is another rule r/u],
    ['a rule without an id', policyOf(rule, { ...rule, id: undefined }), /^2\|id\|/u],
    ['an unknown type', policyOf({ ...rule, type: 'other' }), /^r\|type\|/u],
    ['an unknown action', policyOf({ ...rule, action: 'ask' }), /^r\|action\|/u],
    ['no conditions', custom({}), /^r\|conditions\|must hold at least one condition/u],
    ['an unknown operator', custom({ field: 'tool', op: 'like', value: 'a' }), /^r\|conditions\.op\|/u],
    ['a comparison without a value', custom({ field: 'tool', op: 'eq' }), /^r\|conditions\.value\|/u],
    [
      'a mistyped field',
      custom({ field: 'agnet.id', op: 'eq', value: 'a' }),
      /^r\|conditions\.field\|is no field/u,
    ],
    ['a mistyped keyword', custom({ tools_in: ['a'] }), /^r\|conditions\.tools_in\|is neither/u],
    [
      'a field deep inside',
      custom({ all: [{ not: { any: [{ field_in: { 'agent.di': ['a'] } }] } }] }),
      /^r\|conditions\.all\.0\.not\.any\.0\.field_in\.agent\.di\|/u,
    ],
    [
      'look-around',
      custom({ field_matches: { tool: '(?=a)' } }),
      /^r\|conditions\.field_matches\.tool\|must do without/u,
    ],
    [
      'a back reference',
      custom({ field: 'tool', op: 'matches', value: '(a)\\1' }),
      /^r\|conditions\.value\|must do without/u,
    ],
    ['half a character', custom({ tool: '\ud800' }), /^r\|conditions\.tool\|/u],
    [
      'a limit that allows',
      policyOf({ ...rule, type: 'rate_limit', action: 'allow', conditions: { limit: 1 } }),
      /^r\|action\|must be deny/u,
    ],
    [
      'a limit of none',
      policyOf({ ...rule, type: 'rate_limit', conditions: { limit: 0 } }),
      /^r\|conditions\.limit\|/u,
    ],
    [
      'a limit by the hour',
      policyOf({ ...rule, type: 'rate_limit', conditions: { limit: 1, window: 'hour' } }),
      /^r\|conditions\.window\|must be session/u,
    ],
    [
      'an empty list',
      policyOf({ ...rule, type: 'blocklist', conditions: { match_type: 'tool', values: [] } }),
      /^r\|conditions\.values\|/u,
    ],
  ])('with %s names rule and field', (_, policy, expected) => {
    expect(errorsOf(policy).join('\n')).toMatch(expected);
  });

  it('is let pass where nothing is wrong', () => {
    expect(errorsOf(policyOf(rule))).toEqual([]);
    expect(errorsOf(custom({ field_matches: { tool: '(?i)\\\\1' } }))).toEqual([]);
  });
});

describe('JSON policies in force', () => {
  it('are those of the example, beside the shipped policies', async () => {
    const { decide, problem, files } = await engine({
      policyDir: shippedPolicies,
      dataFile: shippedData,
      jsonPolicyDir: exampleFolder,
    });
    expect(problem).toBeNull();
    expect(files.map(({ name }) => name)).toContain('json/support-desk.json.rego');
    const reader = by('read:*');
    expect(decide(call('shell_exec', {}, reader))).toMatchObject({
      allow: false,
      matchedRule: 'never-these-tools',
      violations: ['This tool is blocked for everybody'],
    });
    expect(decide(call('payment_history', {}, reader)).matchedRule).toBe('personal-data-needs-identity');
    expect(decide(call('customer_lookup', {}, reader)).allow).toBe(true);
    expect(decide(call('customer_lookup', {}, by('write:*'))).matchedRule).toBe(
      'customers-need-a-capability',
    );
    expect(decide(call('read_file', { path: '/srv/share/a' }, reader)).allow).toBe(true);
    expect(decide(call('read_file', { path: '/etc/passwd' }, reader)).matchedRule).toBe(
      'support-desk:default',
    );
    expect(decide(call('delete_note', {}, reader)).violations).toHaveLength(2);
  });

  it('stand by themselves where the Rego folder is empty', async () => {
    const { decide } = await engine({ policyDir: temporaryFolder(), jsonPolicyDir: exampleFolder });
    expect(decide(call('customer_lookup', {}, by('*'))).allow).toBe(true);
    expect(decide(call('shell_exec')).allow).toBe(false);
  });

  it('stand beside policies of the older style', async () => {
    const policyDir = join(shippedPolicies, 'examples', 'restrict-file-system-access');
    const { decide } = await engine({ policyDir, jsonPolicyDir: exampleFolder });
    expect(decide(call('read_file', { path: '/srv/share/a' }, by('read:*'))).allow).toBe(true);
    expect(decide(call('read_file', { path: '/etc/passwd' }, by('read:*'))).allow).toBe(false);
    expect(decide(call('customer_lookup', {}, by('read:*'))).allow).toBe(false);
  });

  it('deny everything where a pattern is not valid', async () => {
    const jsonPolicyDir = folderOf({
      'p.json': JSON.stringify({
        ...custom({ field_matches: { tool: '[' } }),
        defaults: { action: 'allow' },
      }),
    });
    const { decide } = await engine({ policyDir: temporaryFolder(), jsonPolicyDir });
    expect(decide(call('any')).violations).toEqual(['The pattern "[" is not valid']);
  });

  it.each([
    [
      'a wrong one, naming file, rule and field',
      { 'p.json': JSON.stringify(custom({ tols: 'a' })) },
      {},
      'json/p.json:1:94: rule r: conditions.tols: is neither',
    ],
    [
      'two of one name',
      { 'a.json': JSON.stringify(policyOf(rule)), 'b.json': JSON.stringify(policyOf(rule)) },
      {},
      'json/b.json: name: the policy in json/a.json has the same name',
    ],
    ['none at all', {}, {}, 'There is no policy (*.json)'],
    [
      'a decision that would pass over them',
      { 'p.json': JSON.stringify(policyOf(rule)) },
      { 'own.rego': 'package mcp.policy\ndecision := {"allow": true}\n' },
      'own.rego: JSON policies would have no effect',
    ],
    [
      'a Rego policy of the same name',
      { 'p.json': JSON.stringify(policyOf(rule)) },
      { 'json/p.json.rego': 'package mcp.policy\ndeny := false\n' },
      'p.json.rego: A JSON policy is called so too',
    ],
  ])('deny everything where there is %s', async (_, json, rego, expected) => {
    const { decide, problem } = await engine({ policyDir: folderOf(rego), jsonPolicyDir: folderOf(json) });
    expect(problem).toContain(expected);
    expect(decide(call('any')).matchedRule).toBe('policy_unavailable');
  });

  it('decide as a plain evaluator of their rules does, for any policies and calls', async () => {
    const tally = { allowed: 0, denied: 0 };
    for (const [index, policy] of fc.sample(policies, { numRuns: 12, seed: 2026 }).entries()) {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'p.json'), JSON.stringify(policy));
      const { decide, problem } = await engine({ policyDir: temporaryFolder(), jsonPolicyDir: folder });
      expect(problem).toBeNull();
      for (const one of fc.sample(calls, { numRuns: 200, seed: index })) {
        const { allow } = decide(one);
        expect({ policy, one, allow }).toEqual({ policy, one, allow: judgeRules(policy, one) });
        tally[allow ? 'allowed' : 'denied'] += 1;
      }
    }
    expect(Math.min(tally.allowed, tally.denied), JSON.stringify(tally)).toBeGreaterThan(100);
  });
});
