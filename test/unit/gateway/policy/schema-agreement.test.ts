import fc from 'fast-check';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Decision } from '../../../../electron/gateway/call.ts';
import { readDecision } from '../../../../electron/gateway/policy/decision.ts';
import { learnedFiles } from '../../../../electron/gateway/policy/learn/learned-rego.ts';
import { loadPolicy } from '../../../../electron/gateway/policy/load.ts';
import { readPolicyFolder } from '../../../../electron/gateway/policy/policy-folder.ts';
import { instantiatePolicy } from '../../../../electron/gateway/policy/wasm-policy.ts';
import { recordingLogger } from './engines.ts';
import { opaEval } from './opa-eval.ts';
import { folderOf, opa, shippedPolicies, temporaryFolder } from './places.ts';

const isLong = process.env.MCP_LONG_TESTS !== undefined;
// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: isLong ? 600_000 : 60_000 });

/** So many inputs a policy, in so many rounds: `MCP_LONG_TESTS=1` looks further. */
const inputsEach = 250;
const rounds = isLong ? 40 : 1;

interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** What policies look for, so that rules meet; and what nobody expects. */
const words = [
  ...[
    'tools/call',
    'resources/read',
    'prompts/get',
    'read_file',
    'list_directory',
    'write_file',
    'send_mail',
  ],
  ...[
    'get_secret',
    'customer_lookup',
    'database_drop',
    'payment_history',
    'cursor',
    'support-1',
    'default',
    'files',
  ],
  ...[
    'read:customers',
    'read:*',
    '*',
    'production',
    'did:a',
    '/home/u/project/a.ts',
    '/etc/passwd',
    'file:///secret/x',
  ],
  ...['', 'é\u0301', '😀', '\u0000', '"\\\n', '\u2028', 'ﬀ', 'x'.repeat(3000), '__proto__', '1e999', 'İ'],
];
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map((each) => each.toWellFormed()) },
);
const number = fc.oneof(
  fc.integer({ min: 0, max: 1200 }),
  fc.constantFrom(-1, 2 ** 31, 2 ** 53 - 1, -(2 ** 53), 2 ** 63, 1e21, 1e300, 5e-324),
);
const anything: fc.Arbitrary<unknown> = fc.letrec((again) => ({
  value: fc.oneof(
    { maxDepth: 8, depthSize: 'medium' },
    text,
    number,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false),
    fc.array(again('value'), { maxLength: 4 }),
    fc.dictionary(text, again('value'), { maxKeys: 4 }),
  ),
})).value;
const fileArguments = fc.record(
  { path: text, paths: fc.array(text, { maxLength: 3 }), content: text, query: text, amount: number },
  { requiredKeys: [] },
);

/** Where rules look most, what they look for comes often. */
const likely: Readonly<Record<string, readonly string[]>> = {
  method: ['tools/call', 'tools/call', 'resources/read'],
  tool: ['read_file', 'write_file', 'send_mail', 'get_secret', 'customer_lookup', 'payment_history'],
  capabilities: ['read:*', 'read:customers', '*'],
  client: ['cursor'],
  server: ['files'],
};

function textFor(name: string): fc.Arbitrary<string> {
  const expected = likely[name];
  if (expected === undefined) return text;
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...expected) }, { weight: 1, arbitrary: text });
}

/** Of all that the schema says there is, some left out now and then. */
function valueOf(schema: Schema, name = ''): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'string':
      return textFor(name);
    case 'integer':
      return number;
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueOf(schema.items ?? { type: 'string' }, name), { maxLength: 3 });
    case 'object': {
      if (name === 'arguments') return fc.oneof(fileArguments, fc.dictionary(text, anything, { maxKeys: 4 }));
      const members = Object.entries(schema.properties ?? {}).map(([key, member]) => [
        key,
        fc.option(valueOf(member, key), { freq: 25, nil: undefined }),
      ]);
      return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>);
    }
  }
}

const schema = JSON.parse(readFileSync(join(shippedPolicies, 'input.schema.json'), 'utf8')) as Schema;
const inputs = valueOf(schema) as fc.Arbitrary<Record<string, unknown>>;

/** Calls have most things twice: mostly the same in both places, but rules that confuse the two should show. */
const whole = fc.tuple(inputs, fc.boolean()).map(([input, isOfOnePiece]) => {
  const request = input.request as Record<string, unknown> | undefined;
  if (!isOfOnePiece || request === undefined) return input;
  return { ...input, method: request.method, tool: request.tool, arguments: request.arguments };
});

const policyData = JSON.stringify({
  tool_capabilities: { customer_lookup: 'read:customers', read_file: 'read:*' },
  rate_limits: { default: 1000, cursor: 100 },
  ask_tools: ['send_*'],
  blocked_tools: ['database_drop'],
  blocked_agents: ['support-1'],
  identity_required_tools: ['payment_*'],
  allowed_dids: ['did:a'],
  pii_tools: ['customer_*'],
  blocked_models_for_pii: ['default'],
  tool_notes: { 'a note': ['read_*'] },
  alert_tools: ['write_*'],
  redact_arguments: { write_file: ['content'] },
  secret_tools: ['get_secret'],
  secret_resources: ['file:///secret/*'],
  sending_tools: ['send_*'],
});

/** The shipped policies with more beside them. */
function beside(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  cpSync(shippedPolicies, folder, {
    recursive: true,
    filter: (path) => !/examples|_test\.rego$/u.test(path),
  });
  for (const [name, content] of Object.entries({ ...files, 'policy_data.json': policyData })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const example = (name: string) => readFileSync(join(shippedPolicies, 'examples', name), 'utf8');
const supportDesk = { 'json/support-desk.json': example('json-policies/support-desk.json') };
const afterSecrets = 'no_sending_after_secrets.rego';
const learned = learnedFiles([
  {
    ...{ client: 'cursor', proven: false, server: 'files', tool: 'read_file' },
    ...{ calls: 1, firstAt: 0, lastAt: 0, examples: [] },
    prefixes: [{ argument: 'path', folders: ['/home/u/project'] }],
  },
]);

const policies: Readonly<Record<string, () => string>> = {
  'the shipped policies': () => beside({}),
  'no-sending-after-secrets': () =>
    beside({ [afterSecrets]: example(`no-sending-after-secrets/${afterSecrets}`) }),
  'rules that were learned': () =>
    beside(
      Object.fromEntries(
        learned
          .filter(({ name }) => !name.endsWith('_test.rego'))
          .map(({ name, text: rego }) => [name, rego]),
      ),
    ),
  'a JSON policy beside them': () => beside(supportDesk),
  'a JSON policy alone': () => folderOf(supportDesk),
  'restrict-file-system-access': () => join(shippedPolicies, 'examples', 'restrict-file-system-access'),
  'rate-limiting': () => join(shippedPolicies, 'examples', 'rate-limiting'),
};

async function load(policyDir: string) {
  const places = {
    ...{
      policyDir,
      jsonPolicyDir: null,
      bundle: null,
      dataFile: null,
      precompiledDir: null,
      cacheDir: temporaryFolder(),
    },
    opa: { configured: opa, bundled: null, searchPath: '' },
  };
  const found = await readPolicyFolder(places);
  const files = found.ok ? found.value.files : [];
  const loaded = await loadPolicy(files, places, recordingLogger().logger, { keep: false });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  return loaded.value;
}

/** Violations are a set in some policies, and a set has no order. */
function sorted(decision: Decision): Decision {
  return { ...decision, violations: [...decision.violations].sort() };
}

describe('engine and `opa eval` agree on any input of the schema, under', () => {
  it.each(Object.keys(policies))('%s', async (name) => {
    const { files, module, data, question, project } = await load(policies[name]?.() ?? '');
    const { form, entrypoint } = question;
    // What OPA judges is what was compiled: JSON policies as the Rego that they became.
    const folder = folderOf(Object.fromEntries(files.map((file) => [file.name, file.text])));
    const flags = form.kind === 'rules' && name.includes('-') ? ['--v0-compatible'] : [];
    const instance = instantiatePolicy(module, data);
    const answers = new Set<string>();
    for (let seed = 0; seed < rounds; seed += 1) {
      const asked = fc.sample(whole, { numRuns: inputsEach, seed }).map((input) => JSON.stringify(input));
      const judged = opaEval(`${question.rule} with input as x`, asked, [folder], flags);
      for (const [index, input] of asked.entries()) {
        const given = JSON.parse(input) as object;
        const decision = sorted(readDecision(instance.evaluate(entrypoint, project(given), 0), form));
        const expected = sorted(readDecision([{ result: judged[index] }], form));
        expect({ input, decision }).toEqual({ input, decision: expected });
        answers.add(JSON.stringify([decision.allow, decision.ask, decision.matchedRule]));
      }
    }
    expect(answers.size, [...answers].join()).toBeGreaterThan(1);
  });
});
