import { describe, expect, it, vi } from 'vitest';
import { foresee } from '../../../../electron/gateway/policy/listed.ts';
import { callOf, request } from '../fakes.ts';
import { asRequest, by, call, engine, engineOn } from './engines.ts';
import { folderOf, shippedData, shippedPolicies } from './places.ts';

// Starting OPA takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 30_000 });

const resource = (uri: string) => callOf(request(1, 'resources/read', { uri }));

async function hidesOn(rules: string, asked = call('bad'), isTemplate = false): Promise<boolean> {
  const { lists } = await engineOn(`package mcp.policy\n${rules}\n`);
  return !lists(asked, isTemplate);
}

describe('a policy with the rule `listed`', () => {
  it('has its word followed, whatever it would decide', async () => {
    const { lists, decide } = await engineOn(`package mcp.policy
decision := {"allow": input.arguments.ok}
default listed := false
listed if input.tool == "shown"
listed if startswith(input.resource, "file:///")
`);
    expect([lists(call('shown'), false), lists(call('other'), false)]).toEqual([true, false]);
    expect(lists(resource('file:///{path}'), true)).toBe(true);
    expect(lists(resource('http://{path}'), true)).toBe(false);
    expect(decide(call('other', { ok: true })).allow).toBe(true);
  });

  it('can be one of allow and deny', async () => {
    expect(
      await hidesOn(
        'deny if input.arguments.x\ndefault listed := true\nlisted := false if input.tool == "bad"',
      ),
    ).toBe(true);
    expect(await hidesOn('allow { input.x }\ndefault listed = false', call('bad'))).toBe(true);
  });

  it.each([
    ['undefined', 'listed if input.tool == "good"'],
    ['no boolean', 'listed := "yes"'],
    ['not to be evaluated', 'listed := true if input.tool\nlisted := false if input.method'],
  ])('hides where it is %s, and the log says so', async (_what, rule) => {
    const { lists, logged } = await engineOn(`package mcp.policy\ndecision := {"allow": true}\n${rule}\n`);
    expect(lists(call('bad'), false)).toBe(false);
    expect(logged.at(-1)).toMatchObject({
      event: 'policy_listed_unusable',
      fields: { method: 'tools/call', item: 'bad' },
    });
  });
});

describe('a policy without it', () => {
  it.each([
    ['a decision', 'decision := {"allow": input.tool != "bad"}'],
    ['allow', 'default allow := false\nallow if input.request.tool == "good"'],
    ['deny', 'deny if { input.tool == "bad"; not "read:*" in input.agent.capabilities }'],
  ])('hides what it denies whatever a call is like otherwise: by %s', async (_what, rules) => {
    expect(await hidesOn(rules, call('bad', {}, by()))).toBe(true);
    expect(await hidesOn(rules, call('good', {}, by()))).toBe(false);
  });

  it.each([
    ['the arguments', 'decision := {"allow": input.arguments.path == "/tmp"}'],
    ['the nested arguments', 'deny if not input.request.arguments.safe'],
    ['the whole request', 'deny if { r := input.request; r.tool == "bad" }'],
    ['the whole input', 'deny if object.get(input, "tool", "") == "bad"'],
    ['the session', 'deny if input.session.request_count > 0'],
    ['the time of the call', 'deny if startswith(input.context.timestamp, "20")'],
    ['the clock', 'deny if time.now_ns() > 0'],
    ['arguments that another rule reads', 'other if input.arguments.x\ndeny if input.tool == "bad"'],
  ])('lists everything where it can see %s', async (_what, rules) => {
    expect(await hidesOn(rules)).toBe(false);
  });

  it('hides what it can not decide', async () => {
    expect(await hidesOn('decision := {"allow": true} if input.tool == "good"')).toBe(true);
    const contradiction =
      'decision := {"allow": true} if input.tool\ndecision := {"allow": false} if input.method';
    expect(await hidesOn(contradiction)).toBe(true);
  });

  it('lists what a person is asked about', async () => {
    expect(await hidesOn('decision := {"allow": false, "ask": true}')).toBe(false);
  });

  it('hides resources by their URIs, but no templates, for one could match an allowed one', async () => {
    const rules = 'deny if input.resource == "file:///a"';
    expect(await hidesOn(rules, resource('file:///a'))).toBe(true);
    expect(await hidesOn('deny if startswith(input.resource, "f")', resource('file:///{x}'), true)).toBe(
      false,
    );
    expect(await hidesOn('deny if input.method == "resources/read"', resource('file:///{x}'), true)).toBe(
      true,
    );
  });
});

it('a policy that can not be used lists nothing, nor does a closed one', async () => {
  expect(await hidesOn('allow if {', call('any'))).toBe(true);
  const { lists, close } = await engineOn('package mcp.policy\ndefault allow := true\n');
  expect(lists(call('any'), false)).toBe(true);
  await close();
  expect(lists(call('any'), false)).toBe(false);
});

it('where it is not known what a policy reads, nothing can be foreseen', () => {
  expect(foresee(null, false)).toEqual({ item: false, template: false });
  expect(foresee([], false)).toEqual({ item: true, template: true });
});

describe('the shipped policies', () => {
  const shipped = () => engine({ policyDir: shippedPolicies, dataFile: shippedData });

  it('hide the tool whose capability is missing, and list what is allowed or asked about', async () => {
    const { lists } = await shipped();
    const agent = by('read:*', 'write:*');
    const names = ['read_note', 'write_note', 'delete_note', 'send_note', 'unheard_of'];
    expect(names.filter((name) => lists(call(name, {}, agent), false))).toEqual([
      'read_note',
      'write_note',
      'send_note',
      'unheard_of',
    ]);
    expect(lists({ ...resource('file:///{x}'), ...agent }, true)).toBe(true);
  });

  it('hide nothing for a while', async () => {
    const dataFile = `${folderOf({ 'policy_data.json': '{"rate_limits": {"default": 5}}' })}/policy_data.json`;
    const { lists, decide } = await engine({ policyDir: shippedPolicies, dataFile });
    const late = call('any', {}, asRequest(6));
    expect(decide(late).allow).toBe(false);
    expect(lists(late, false)).toBe(true);
  });

  it('say of a hundred tools in a few milliseconds whether they are listed', async () => {
    const { lists } = await shipped();
    const hundred = Array.from({ length: 100 }, (_, index) => call(`tool_${index}`));
    const once = () => hundred.forEach((each) => lists(each, false));
    for (let times = 0; times < 5; times += 1) once();
    const start = performance.now();
    once();
    const took = performance.now() - start;
    console.log(`a hundred tools: ${took.toFixed(1)} ms`);
    expect(took).toBeLessThan(100);
  });
});
