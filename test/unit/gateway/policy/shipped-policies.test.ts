import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { SessionHistory } from '../../../../electron/gateway/call.ts';
import { callContext, callOf, request } from '../fakes.ts';
import { by, call, engine } from './engines.ts';
import { folderOf, opa, shippedData, shippedPolicies, temporaryFolder } from './places.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const rego = readdirSync(shippedPolicies).filter((name) => name.endsWith('.rego'));

/** An example in today's Rego, which builds on what is shipped. */
const afterSecrets = 'examples/no-sending-after-secrets';

const examples = ['examples/no-sending-after-secrets/no_sending_after_secrets.rego'];
const sources = [...rego.filter((name) => !name.endsWith('_test.rego')), ...examples];

interface Rule {
  readonly rule: string;
  /** By a METADATA of its own, or by that of the whole document that it is a part of. */
  readonly annotated: boolean;
  readonly isDefault: boolean;
}

/** As OPA itself reads the file. */
function rulesOf(name: string): Rule[] {
  const { stdout } = runOpa('parse', '--format', 'json', '--json-include', 'comments,locations', name);
  const { rules = [] } = z.object({ rules: z.array(parsedRule).optional() }).parse(JSON.parse(stdout));
  const nameOf = ({ head: { ref, name: short } }: z.infer<typeof parsedRule>) =>
    ref?.[0]?.value ?? short ?? '';
  const named = rules.map((rule) => ({ rule, name: nameOf(rule), notes: rule.annotations ?? [] }));
  const documented = new Set(
    named.filter(({ notes }) => notes.some(({ scope }) => scope === 'document')).map((each) => each.name),
  );
  return named.map(({ rule, name: called, notes }) => ({
    rule: called,
    annotated: notes.length > 0 || documented.has(called),
    isDefault: rule.default ?? false,
  }));
}

const parsedRule = z.object({
  default: z.boolean().optional(),
  head: z.object({
    name: z.string().optional(),
    ref: z.array(z.object({ value: z.string() })).optional(),
  }),
  annotations: z.array(z.object({ scope: z.string() })).optional(),
});

function runOpa(...args: string[]) {
  return spawnSync(opa, args, { cwd: shippedPolicies, encoding: 'utf8' });
}

describe('the shipped policies, for the demo server and its agent', () => {
  const agent = by('read:*', 'write:*');
  const shipped = () => engine({ policyDir: shippedPolicies, dataFile: shippedData });

  it('allow listing, reading and writing notes, and what they know nothing of', async () => {
    const { decide, problem, entrypoint } = await shipped();
    expect({ problem, entrypoint }).toEqual({ problem: null, entrypoint: 'data.mcp.policy.decision' });
    for (const tool of ['list_notes', 'read_note', 'write_note', 'tool_of_a_new_server']) {
      expect(decide(call(tool, {}, agent))).toMatchObject({
        allow: true,
        ask: false,
        matchedRule: 'allowed',
      });
    }
    const params = { uri: 'file:///a', name: 'a', ref: { type: 'ref/prompt', name: 'a' }, argument: {} };
    for (const method of [
      'resources/read',
      'resources/subscribe',
      'prompts/get',
      'completion/complete',
      'a/b',
    ]) {
      expect(decide({ ...callOf(request(1, method, params)), ...agent })).toMatchObject({
        allow: true,
        ask: false,
      });
    }
  });

  it('deny delete_note, which needs a capability', async () => {
    const { decide } = await shipped();
    expect(decide(call('delete_note', {}, agent))).toEqual({
      allow: false,
      ask: false,
      violations: ["Agent 'cursor' lacks capability 'delete:notes', which tool 'delete_note' needs"],
      matchedRule: 'missing_capability',
      requiredCapability: 'delete:notes',
      message: null,
    });
  });

  it('ask about send_note, in plain words', async () => {
    const { decide } = await shipped();
    expect(decide(call('send_note', {}, agent))).toEqual({
      allow: true,
      ask: true,
      violations: [],
      matchedRule: 'ask_tools',
      requiredCapability: null,
      message: "'send_note' is on the list of tools that need your permission for each call",
    });
  });
});

describe('the sources of the shipped policies', () => {
  it('are formatted', () => {
    expect(runOpa('fmt', '--list', ...rego)).toMatchObject({ status: 0, stdout: '' });
  });

  it('are strict, and name only what the input has', () => {
    const checked = runOpa('check', '--strict', '--schema', 'input.schema.json', ...rego);
    expect(checked.stderr + checked.stdout).toBe('');
  });

  it('have a test beside each file, and every line of them is run by one', () => {
    for (const name of rego.filter((each) => !each.endsWith('_test.rego'))) {
      expect(rego).toContain(name.replace('.rego', '_test.rego'));
    }
    expect(runOpa('test', ...rego, 'policy_data.json').stdout).toMatch(/^PASS: (\d+)\/\1\n$/u);
    const report = execFileSync(opa, ['test', '--coverage', ...rego, 'policy_data.json'], {
      cwd: shippedPolicies,
    });
    expect(JSON.parse(report.toString())).toMatchObject({ coverage: 100 });
  });

  it.each(sources)('give each rule a METADATA and each answer a default: %s', (name) => {
    const rules = rulesOf(name);
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter(({ annotated }) => !annotated).map(({ rule }) => rule)).toEqual([]);
    // A rule that is true or false is never undefined: what is not allowed is denied.
    const answers = rules.filter(({ rule }) => ['allow', 'ask', 'deny'].includes(rule));
    for (const { rule } of answers) expect(rules).toContainEqual({ rule, annotated: true, isDefault: true });
  });

  it('come with a schema by which a mistyped field is an error', () => {
    const folder = folderOf({ 'a.rego': 'package mcp.policy\nallow if input.session.request_cont > 3\n' });
    const checked = runOpa('check', '--schema', 'input.schema.json', folder);
    expect(checked.stderr + checked.stdout).toContain('undefined ref: input.session.request_cont');
  });

  it('come with examples that compile against the schema', () => {
    const checked = runOpa(
      'check',
      '--v0-compatible',
      '--schema',
      'input.schema.json',
      'examples/rate-limiting',
    );
    expect(checked.status).toBe(0);
  });

  it('come with one to be put beside them, strict, formatted and tested as they are', () => {
    expect(runOpa('fmt', '--list', afterSecrets)).toMatchObject({ status: 0, stdout: '' });
    const checked = runOpa('check', '--strict', '--schema', 'input.schema.json', ...rego, afterSecrets);
    expect(checked.stderr + checked.stdout).toBe('');
    const tested = runOpa('test', '--coverage', ...rego, 'policy_data.json', afterSecrets);
    expect(JSON.parse(tested.stdout)).toMatchObject({ coverage: 100 });
  });
});

describe('no sending out after reading a secret', () => {
  it('denies the sending tool once a secret was read, and where that can not be known', async () => {
    const policyDir = temporaryFolder();
    cpSync(shippedPolicies, policyDir, { recursive: true });
    cpSync(join(shippedPolicies, afterSecrets), policyDir, { recursive: true });
    const data = { sending_tools: ['send_*'], secret_tools: ['read_secret'], secret_resources: [] };
    const dataFile = join(policyDir, 'marks.json');
    writeFileSync(dataFile, JSON.stringify(data));
    const { decide, problem } = await engine({ policyDir, dataFile });
    expect(problem).toBeNull();
    const past = (tool: string) => ({ server: 's', method: 'tools/call', tool, resource: '', count: 1 });
    const sending = (history: SessionHistory) =>
      decide(call('send_note', {}, { session: { ...callContext.session, history } }));
    expect(sending({ calls: [past('read_note')], truncated: false })).toMatchObject({ allow: true });
    expect(sending({ calls: [past('read_secret')], truncated: false })).toMatchObject({
      allow: false,
      matchedRule: 'sending_after_secret',
    });
    expect(sending({ calls: [], truncated: true })).toMatchObject({ allow: false });
  });
});
