import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sampleRedactor } from '../redaction/sample.ts';
import { openCallLog } from '../../../../electron/gateway/audit/call-log.ts';
import { openForReading } from '../../../../electron/gateway/audit/open-database.ts';
import { readRecordedCall } from '../../../../electron/gateway/audit/recorded-calls.ts';
import type { Call, Decision } from '../../../../electron/gateway/call.ts';
import { loadCandidate } from '../../../../electron/gateway/policy/candidate.ts';
import type { PolicyPlaces } from '../../../../electron/gateway/policy/load.ts';
import { explainDecision } from '../../../../electron/gateway/policy/opa-explain.ts';
import { createReplays } from '../../../../electron/gateway/replay/replays.ts';
import { createTrials } from '../../../../electron/gateway/replay/trials.ts';
import { PastCalls } from '../../../../electron/gateway/session/past-calls.ts';
import type { PolicyChange } from '../../../../electron/shared/policy-editing.ts';
import type { PolicyReplay, PolicyTried } from '../../../../electron/shared/policy-trial.ts';
import { recordingLogger } from '../audit/samples.ts';
import { toolCall } from '../fakes.ts';
import { engine } from '../policy/engines.ts';
import { folderOf, opa, shippedData, shippedPolicies, temporaryFolder } from '../policy/places.ts';

const worker = new URL('../../../../electron/gateway/replay/replay-worker.ts', import.meta.url);
const surroundings = { environment: 'production', proxyRegion: 'here' };

const shipped = { policyDir: shippedPolicies, dataFile: shippedData };
/** Looks at everything that is not in the columns of a record. */
const inquisitive = {
  'policy.rego': `package mcp.policy
default allow := false
allow if {
	input.session.request_count < 400
	not input.arguments.secret
	not after_send
	input.agent.model == "m"
	input.context.environment == "production"
	time.clock(time.now_ns())[0] >= 0
}
after_send if {
	input.tool == "read_note"
	some past in input.session.history.calls
	past.tool == "send_note"
	past.count > 3
}
ask if input.tool == "send_note"
`,
};

function placesOf(where: Pick<PolicyPlaces, 'policyDir' | 'dataFile'>): PolicyPlaces {
  return {
    ...where,
    jsonPolicyDir: null,
    opa: { configured: opa, bundled: null, searchPath: '' },
    precompiledDir: null,
    cacheDir: temporaryFolder(),
    bundle: null,
  };
}

/** A log of calls that were decided by a policy, and what can be tried on it. */
async function recorded(
  where: Pick<PolicyPlaces, 'policyDir' | 'dataFile'>,
  count: number,
  { captureArguments = true } = {},
) {
  const logger = recordingLogger();
  const policy = placesOf(where);
  const database = join(temporaryFolder(), 'audit.db');
  const log = openCallLog({
    path: database,
    synchronous: 'normal',
    captureArguments,
    surroundings,
    redactor: sampleRedactor({ enabled: false }),
    logger,
  });
  const judge = await engine({ ...policy, ...surroundings });
  const decisions: Decision[] = [];
  const written: Promise<number>[] = [];
  const pasts = Array.from({ length: 5 }, () => new PastCalls());
  for (let n = 0; n < count; n += 1) {
    const past = pasts[n % pasts.length] ?? new PastCalls();
    const call = madeUp(n, past);
    const decision = judge.decide(call);
    decisions.push(decision);
    const reason = decision.ask ? 'person' : 'policy';
    written.push(
      log.record(call, { allow: decision.allow, reason, mode: 'enforce', decision, waitedMs: null }, null),
    );
    if (decision.allow) past.add(call);
  }
  await Promise.all(written);
  const reading = openForReading(database);
  const told: PolicyReplay[] = [];
  const trials = createTrials({
    policy,
    explain: explainDecision,
    archive: { recall: (id) => Promise.resolve(readRecordedCall(reading, id)) },
    database,
    worker,
    onReplay: (replay) => told.push(replay),
    onLearning: () => undefined,
    logger,
  });
  onTestFinished(async () => {
    await trials.close();
    reading.close();
    log.close();
  });
  const { commands } = trials;
  const over = async () => {
    await vi.waitFor(
      async () => expect((await commands['policy.replay.read']())?.state).not.toMatch(/compiling|running/u),
      { timeout: 60_000, interval: 20 },
    );
    const replay = await commands['policy.replay.read']();
    if (replay === null) throw new Error('There was no replay');
    return replay;
  };
  const replay = async (files: PolicyChange[] = [], most = 100_000) => {
    await commands['policy.replay']({ files, count: most });
    return await over();
  };
  return { commands, replay, over, told, decisions, policy, database, logger };
}

const tools = ['read_note', 'list_notes', 'write_note', 'delete_note', 'send_note', 'unknown_tool'];

function madeUp(n: number, past: PastCalls): Call {
  const call = toolCall(tools[n % tools.length] ?? '', {
    path: `/home/u/notes/${n}.md`,
    ...(n % 7 === 0 ? { secret: 1 } : {}),
  });
  return {
    ...call,
    at: 1_750_000_000_000 + n * 1000,
    agent: {
      ...call.agent,
      capabilities: ['read:*', 'write:notes'].slice(0, 1 + (n % 2)),
      model: n % 11 === 0 ? '' : 'm',
    },
    session: {
      ...call.session,
      id: `s${n % 5}`,
      requestCount: n,
      startedAt: 1_750_000_000_000,
      history: past.history,
    },
  };
}

async function decided(tried: PolicyTried | Promise<PolicyTried>) {
  const answer = await tried;
  if (answer.outcome !== 'decided') throw new Error(JSON.stringify(answer));
  return answer;
}

describe('policy.replay', { timeout: 60_000 }, () => {
  it.each([
    ['the shipped policies', () => shipped],
    ['one that looks at everything', () => ({ policyDir: folderOf(inquisitive), dataFile: null })],
  ])('changes nothing with %s that were in force', async (_, where) => {
    const { replay, decisions } = await recorded(where(), 500);
    expect(new Set(decisions.map(({ allow, ask }) => `${allow} ${ask}`)).size).toBeGreaterThan(2);
    expect(await replay()).toMatchObject({
      state: 'done',
      total: 500,
      decided: 500,
      changed: 0,
      skipped: [],
    });
  });

  it('decides 10,000 calls in less than 5 s, and tells of it in between', { retry: 2 }, async () => {
    const { replay, told } = await recorded(shipped, 10_000);
    const begun = performance.now();
    const done = await replay([], 10_000);
    const took = performance.now() - begun;
    expect(done).toMatchObject({ state: 'done', decided: 10_000, changed: 0 });
    expect(took).toBeLessThan(5_000);
    expect(told.map(({ state }) => state)).toContain('running');
    expect(told.at(-1)).toEqual(done);
    console.log(`10,000 calls: ${took.toFixed(0)} ms, ${told.length} events`);
  });

  it('lists the calls that would be answered otherwise, newest first, page by page', async () => {
    const { replay, commands } = await recorded(shipped, 120);
    const block =
      'package mcp.policy\nobjections contains {"rule": "no_lists", "message": "No"} if input.tool == "list_notes"\n';
    const done = await replay([{ name: 'mine.rego', text: block }]);
    expect(done).toMatchObject({
      state: 'done',
      changed: 20,
      changes: [{ from: 'allow', to: 'deny', calls: 20 }],
    });
    const first = await commands['policy.replay.changes']({ id: done.id, limit: 15 });
    expect(first.more).toBe(true);
    expect(first.changes[0]).toMatchObject({
      // The log's own beginning and opening come before the first call.
      callId: 116 + 2,
      tool: 'list_notes',
      from: 'allow',
      fromRule: 'allowed',
      to: 'deny',
      toRule: 'no_lists',
      violations: ['No'],
    });
    const last = first.changes.at(-1);
    const second = await commands['policy.replay.changes']({ id: done.id, before: last?.callId, limit: 15 });
    expect(second.more).toBe(false);
    expect(second.changes).toHaveLength(5);
  });

  it('takes changes of data, and files that are taken away', async () => {
    const { replay } = await recorded(shipped, 60);
    const data = JSON.stringify({ blocked_tools: ['read_*'] });
    expect((await replay([{ name: 'policy_data.json', text: data }])).changed).toBeGreaterThan(0);
    expect(await replay([{ name: 'obligations.rego', text: null }])).toMatchObject({ state: 'unusable' });
  });

  it('says which calls it could not decide', async () => {
    const { replay } = await recorded({ policyDir: folderOf(inquisitive), dataFile: null }, 30, {
      captureArguments: false,
    });
    expect(await replay()).toMatchObject({
      state: 'done',
      decided: 0,
      skipped: [{ why: 'arguments_not_kept', calls: 30 }],
    });
  });

  it('says what is wrong with the files', async () => {
    const { replay } = await recorded(shipped, 1);
    const { state, diagnostics } = await replay([
      { name: 'mine.rego', text: 'package mcp.policy\nallow if {' },
    ]);
    expect(state).toBe('unusable');
    expect(diagnostics[0]).toMatchObject({ file: 'mine.rego', line: 2, severity: 'error' });
  });

  it('is cancelled, and gives way to another one', async () => {
    const { commands, over } = await recorded(shipped, 200);
    const endless = { name: 'mine.rego', text: endlessRule };
    const first = await commands['policy.replay']({ files: [endless], count: 100 });
    await vi.waitFor(
      async () =>
        expect(await commands['policy.replay.read']()).toMatchObject({ state: 'running', total: 100 }),
      {
        timeout: 20_000,
      },
    );
    expect(await commands['policy.replay.cancel']({ id: first.id })).toBe(true);
    expect(await commands['policy.replay.read']()).toMatchObject({ id: first.id, state: 'cancelled' });
    expect(await commands['policy.replay.cancel']({ id: first.id })).toBe(false);
    await commands['policy.replay']({ files: [endless], count: 100 });
    const third = await commands['policy.replay']({ files: [], count: 100 });
    expect(await over()).toMatchObject({ id: third.id, state: 'done', decided: 100 });
  });

  it('ends a policy that comes to no end', async () => {
    const { policy, database, logger } = await recorded(shipped, 10);
    const told: PolicyReplay[] = [];
    const replays = createReplays({
      database,
      worker,
      load: (changes) => loadCandidate(policy, changes, logger),
      onChange: (replay) => told.push(replay),
      logger,
      silenceMs: 1500,
    });
    replays.start({ files: [{ name: 'mine.rego', text: endlessRule }], count: 10 });
    await vi.waitFor(() => expect(told.at(-1)?.state).toBe('failed'), { timeout: 20_000 });
    expect(told.at(-1)?.problem).toMatch(/did not get on for 1.5 s/u);
    await replays.close();
  });
});

describe('policy.input', { timeout: 60_000 }, () => {
  it('is what the policy saw, and makes it decide alike', async () => {
    const { commands, decisions } = await recorded(shipped, 12);
    for (const id of [1, 5, 10]) {
      const input = await commands['policy.input']({ callId: id + 2 });
      if (!input.known) throw new Error(input.message);
      const tried = await decided(commands['policy.try']({ files: [], input: input.inputs[0] ?? '' }));
      const { allow, ask, matchedRule } = decisions[id - 1] ?? {};
      expect(tried.decision).toMatchObject({ answer: ask ? 'ask' : allow ? 'allow' : 'deny', matchedRule });
    }
    expect(await commands['policy.input']({ callId: 990 })).toMatchObject({ known: false, why: 'no_record' });
  });
});

describe('policy.try', { timeout: 60_000 }, () => {
  const input = JSON.stringify({
    request: { tool: 'send_note', method: 'tools/call' },
    tool: 'send_note',
    agent: { id: 'a', capabilities: [] },
    session: { request_count: 1 },
    identity: {},
  });

  it('says which rules and lines held, and what was printed', async () => {
    const { commands } = await recorded(shipped, 1);
    const text =
      'package mcp.policy\n\nobjections contains {"rule": "x", "message": "no"} if {\n\tprint("tool is", input.tool)\n\tinput.tool == "other"\n}\n';
    const tried = await decided(commands['policy.try']({ files: [{ name: 'mine.rego', text }], input }));
    expect(tried.decision.answer).toBe('ask');
    expect(tried.printed).toEqual(['tool is send_note']);
    expect(tried.rules).toContainEqual({
      name: 'ask',
      file: 'ask.rego',
      line: 1 + readFileSync(join(shippedPolicies, 'ask.rego'), 'utf8').split('\n').indexOf('ask if {'),
      title: 'Whether a person is to be asked',
      isDefault: false,
    });
    expect(tried.rules.map(({ name }) => name)).not.toContain('objections');
    const mine = tried.lines.find(({ file }) => file === 'mine.rego');
    expect(mine).toEqual({ file: 'mine.rego', held: [{ from: 4, to: 5 }], notHeld: [{ from: 3, to: 3 }] });
    expect(tried.traceProblem).toBeNull();
  });

  it('takes policies that only have rules, also of the older style', async () => {
    const policyDir = folderOf({
      'old.rego': 'package mcp.policy\n\ndefault allow = false\n\nallow {\n\tinput.tool == "send_note"\n}\n',
    });
    const { commands } = await recorded({ policyDir, dataFile: null }, 1);
    const tried = await decided(commands['policy.try']({ files: [], input }));
    expect(tried.decision.answer).toBe('allow');
    expect(tried.rules).toContainEqual(expect.objectContaining({ name: 'allow', file: 'old.rego', line: 5 }));
  });

  it('denies where the evaluation fails, and where it does not end', async () => {
    const { commands } = await recorded(shipped, 1);
    const conflict = [{ name: 'mine.rego', text: 'package mcp.policy\nmessage := "x"\n' }];
    const failed = await decided(commands['policy.try']({ files: conflict, input }));
    expect(failed.decision).toMatchObject({ answer: 'deny', matchedRule: 'evaluation_error' });
    const endless = await decided(
      commands['policy.try']({ files: [{ name: 'mine.rego', text: endlessRule }], input }),
    );
    expect(endless.decision).toMatchObject({ answer: 'deny', matchedRule: 'evaluation_error' });
    expect(endless.traceProblem).toMatch(/took too long/u);
  });

  it('lists no rules where a trace would be too long, and all else', async () => {
    const { commands } = await recorded(shipped, 1);
    const text =
      'package mcp.policy\n\nobjections contains {"rule": "x", "message": "no"} if {\n\tsome n in numbers.range(1, 9000)\n\tsprintf("%d", [n]) == input.tool\n}\n';
    const tried = await decided(commands['policy.try']({ files: [{ name: 'mine.rego', text }], input }));
    expect(tried.decision.answer).toBe('ask');
    expect(tried.rules).toEqual([]);
    expect(tried.traceProblem).toMatch(/took [\d,]+ steps .* 1,000 at most/u);
    expect(tried.lines.map(({ file }) => file)).toContain('mine.rego');
  });

  it('refuses what is no input, and files that are no policy', async () => {
    const { commands } = await recorded(shipped, 1);
    expect(await commands['policy.try']({ files: [], input: '[1]' })).toMatchObject({ outcome: 'bad_input' });
    expect(await commands['policy.try']({ files: [], input: '{' })).toMatchObject({ outcome: 'bad_input' });
    const files = [{ name: 'mine.rego', text: 'package mcp.policy\nallow if nowhere' }];
    expect(await commands['policy.try']({ files, input })).toMatchObject({ outcome: 'unusable' });
  });
});

describe('policy.learn', { timeout: 60_000 }, () => {
  it('proposes what was used, as a policy that changes nothing for those calls', async () => {
    const { commands, replay } = await recorded(shipped, 300);
    const learned = await commands['policy.learn']({ from: null, to: null });
    expect(learned.proposals.map(({ tool }) => tool)).toEqual([
      'list_notes',
      'read_note',
      'send_note',
      'unknown_tool',
    ]);
    expect(learned.proposals[0]?.prefixes).toEqual([{ argument: 'path', folders: ['/home/u/notes/'] }]);
    expect(await replay(learned.files)).toMatchObject({ state: 'done', decided: 300, changed: 0 });
    const narrow = await commands['policy.compose']({ proposals: learned.proposals.slice(1), rule: null });
    expect((await replay(narrow.files)).changes).toEqual([{ from: 'allow', to: 'deny', calls: 50 }]);
  });

  it('is ended where somebody asks for that', async () => {
    const { commands } = await recorded(shipped, 60);
    expect(await commands['policy.learn.cancel']()).toBe(false);
    const learning = expect(commands['policy.learn']({ from: null, to: null })).rejects.toMatchObject({
      code: 'not_learned',
    });
    expect(await commands['policy.learn.cancel']()).toBe(true);
    await learning;
  });

  it('makes a rule of one call, which changes the answer to calls like it', async () => {
    const { commands, replay } = await recorded(shipped, 60);
    // The log's own beginning and opening come before the first call.
    const callId = 1 + 2;
    const proposed = await commands['policy.propose']({ callId });
    if (!proposed.possible) throw new Error(proposed.message);
    expect(proposed).toMatchObject({ answer: 'allow', proposal: { calls: 1 } });
    const rule = { callId, answer: 'deny' as const, except: null };
    const { files } = await commands['policy.compose']({ proposals: [proposed.proposal], rule });
    expect((await replay(files)).changes).toEqual([{ from: 'allow', to: 'deny', calls: 10 }]);
    expect(await commands['policy.propose']({ callId: 999 })).toMatchObject({ possible: false });
    await expect(async () =>
      commands['policy.compose']({ proposals: [proposed.proposal], rule: { ...rule, answer: 'allow' } }),
    ).rejects.toMatchObject({ code: 'no_rule' });
  });

  it('keeps to the period', async () => {
    const { commands } = await recorded(shipped, 60);
    const learned = await commands['policy.learn']({ from: 1_750_000_000_000, to: 1_750_000_002_000 });
    expect(learned).toMatchObject({ calls: 2, cut: false, withoutArguments: 0 });
  });
});

/** Comes to an end in some hours. */
const endlessRule = `package mcp.policy
objections contains {"rule": "endless", "message": "no"} if {
	some i in numbers.range(1, 200000)
	some j in numbers.range(1, 200000)
	i * j == -1
}
`;
