// The one way down: every verdict, what is told and recorded of it, and that nothing goes on without its record.
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { AllowedMessage, Decision } from '../../../electron/gateway/call.ts';
import { auditError } from '../../../electron/gateway/audit/audit-error.ts';
import { errors, UpstreamError } from '../../../electron/gateway/errors.ts';
import type { Answer, Approver, ExceededLimit, UpstreamConnection } from '../../../electron/gateway/ports.ts';
import {
  allowAnswer,
  allowCancellation,
  createVerdictPath,
  type VerdictPath,
  type VerdictSettings,
} from '../../../electron/gateway/verdict-path.ts';
import type { ResponseMessage } from '../../../electron/gateway/wire/json-rpc.ts';
import { clientWith } from './approval/desk.ts';
import {
  callOf,
  clientMessage,
  decision,
  FakePolicy,
  MemoryLog,
  recordingLogger,
  request,
  toolCall,
} from './fakes.ts';

const client = clientWith();
const denial = decision({ allow: false, violations: ['no writes', 'not to /etc'], matchedRule: 'deny_etc' });
const doubt = decision({ ask: true, matchedRule: 'ask_first' });
const doubtfulDenial = { ...denial, ask: true };

interface Setting extends Partial<VerdictSettings> {
  readonly decision?: Decision;
  readonly answer?: Partial<Answer>;
  readonly exceeded?: ExceededLimit;
  /** Happens while the person thinks. */
  readonly meanwhile?: (changes: { settings: VerdictSettings; withdraw: () => void }) => void;
}

/** A verdict path over fakes; `steps` tells in which order things happened. */
function path({ decision: decided = decision(), answer, exceeded, meanwhile, ...given }: Setting = {}) {
  const steps: string[] = [];
  const changes: { settings: VerdictSettings; withdraw: () => void } = {
    settings: {
      mode: 'enforce',
      paused: false,
      policyEnabled: true,
      approvalsEnabled: true,
      askInAudit: 'none',
      ...given,
    },
    withdraw: () => withdrawal.abort(),
  };
  const withdrawal = new AbortController();
  const policy = new FakePolicy(() => {
    steps.push('policy');
    return decided;
  });
  const approver: Approver = {
    async ask(_call, _decision, _question, _client, signal) {
      steps.push('ask');
      expect(signal).toBe(withdrawal.signal);
      await Promise.resolve();
      meanwhile?.(changes);
      return { allow: false, by: 'person', waitedMs: 1200, notes: [], edited: null, ...answer };
    },
  };
  const limiter = {
    take() {
      steps.push('limit');
      return exceeded ?? null;
    },
  };
  const log = new MemoryLog(() => steps.push('record'));
  const logger = recordingLogger();
  const forwarded: { allowed: AllowedMessage; recordId: number }[] = [];
  const alerts: { text: string; tool: string | null; recordId: number }[] = [];
  const passDown = createVerdictPath({
    policy,
    approver,
    limiter,
    log,
    logger,
    settings: () => changes.settings,
    denialData: (call, { violations }, mode) => ({ tool: call.tool, violations, policy_mode: mode }),
    alert: (text, call, recordId) => alerts.push({ text, tool: call.tool, recordId }),
  });
  return {
    policy,
    steps,
    changes,
    withdraw: changes.withdraw,
    log,
    logger,
    forwarded,
    alerts,
    passDown,
    run: (call = toolCall('write_file', { path: '/etc/x' })) =>
      passDown(
        call,
        withdrawal.signal,
        async (allowed, recordId) => {
          await Promise.resolve();
          steps.push('forward');
          forwarded.push({ allowed, recordId });
        },
        client,
      ),
  };
}

describe('a call that may go on', () => {
  it.each<[string, Setting, string]>([
    ['the policy allows it', {}, 'policy'],
    ['the policy denies it in mode audit', { mode: 'audit', decision: denial }, 'audit_mode'],
    ['the policy is off', { policyEnabled: false, decision: denial }, 'policy_off'],
    ['the policy is off, though it would ask', { policyEnabled: false, decision: doubt }, 'policy_off'],
    ['a person allows it', { decision: doubt, answer: { allow: true } }, 'person'],
    [
      'a person allows what the policy denies',
      { decision: doubtfulDenial, answer: { allow: true } },
      'person',
    ],
    [
      'a person allows it in mode audit',
      { mode: 'audit', decision: doubt, answer: { allow: true } },
      'person',
    ],
    [
      'nobody answers, and the default is to allow',
      { decision: doubt, answer: { allow: true, by: 'no_answer' } },
      'no_answer',
    ],
    [
      'nobody is there, and the default is to allow',
      { decision: doubt, answer: { allow: true, by: 'nobody_to_ask' } },
      'nobody_to_ask',
    ],
    [
      'nobody answers in mode audit, and the default is to deny',
      { mode: 'audit', decision: doubt, answer: { by: 'no_answer' } },
      'audit_mode',
    ],
    [
      'nobody is there in mode audit, and the default is to deny',
      { mode: 'audit', decision: doubt, answer: { by: 'nobody_to_ask' } },
      'audit_mode',
    ],
    [
      'approvals are off in mode audit',
      { mode: 'audit', approvalsEnabled: false, decision: doubt },
      'audit_mode',
    ],
    [
      'the mode becomes audit while nobody answers',
      {
        decision: doubtfulDenial,
        answer: { by: 'no_answer' },
        meanwhile: (changes) => (changes.settings = { ...changes.settings, mode: 'audit' }),
      },
      'audit_mode',
    ],
  ])('%s', async (_what, setting, reason) => {
    const { run, log, forwarded } = path(setting);
    const call = toolCall();
    await expect(run(call)).resolves.toBeNull();
    const { message, paramHeaders, requestId } = call;
    expect(forwarded).toEqual([{ allowed: { message, paramHeaders, requestId }, recordId: 1 }]);
    expect(log.calls).toMatchObject([{ call, verdict: { allow: true, reason }, refusal: null }]);
  });

  it('is one that the policy is not asked about: even when all is paused', async () => {
    const { run, steps, log } = path({ paused: true, decision: denial });
    await expect(run(callOf(request(1, 'tools/list')))).resolves.toBeNull();
    expect(steps).toEqual(['record', 'forward']);
    expect(log.calls).toMatchObject([
      { verdict: { allow: true, reason: 'pass', decision: { violations: [] } } },
    ]);
  });

  it('keeps in its record what the policy thought, where the mode let it pass', async () => {
    const { run, log } = path({ mode: 'audit', decision: denial });
    await run();
    expect(log.calls[0]?.verdict).toEqual({
      allow: true,
      reason: 'audit_mode',
      mode: 'audit',
      decision: denial,
      waitedMs: null,
    });
  });

  it('keeps in its record how long the person took', async () => {
    const { run, log } = path({ decision: doubt, answer: { allow: true, waitedMs: 3400 } });
    await run();
    expect(log.calls[0]?.verdict.waitedMs).toBe(3400);
  });
});

describe('a call that may not go on', () => {
  it.each<[string, Setting, string, RegExp]>([
    ['the policy denies it', { decision: denial }, 'policy', /: no writes; not to \/etc$/u],
    [
      'the policy denies it without a word',
      { decision: decision({ allow: false }) },
      'policy',
      /violation$/u,
    ],
    ['all is paused', { paused: true }, 'paused', /paused/u],
    ['all is paused in mode audit', { paused: true, mode: 'audit' }, 'paused', /paused/u],
    ['all is paused and the policy off', { paused: true, policyEnabled: false }, 'paused', /paused/u],
    ['all is paused, so that nobody is asked', { paused: true, decision: doubt }, 'paused', /paused/u],
    ['a person denies it', { decision: doubt }, 'person', /the user denied this call/u],
    ['a person denies it in mode audit', { mode: 'audit', decision: doubt }, 'person', /the user denied/u],
    ['nobody answers', { decision: doubt, answer: { by: 'no_answer' } }, 'no_answer', /nobody answered/u],
    [
      'nobody is there',
      { decision: doubt, answer: { by: 'nobody_to_ask' } },
      'nobody_to_ask',
      /nobody is there/u,
    ],
    ['approvals are off', { approvalsEnabled: false, decision: doubt }, 'nobody_to_ask', /nobody is there/u],
    [
      'approvals are off for what the policy denies anyway',
      { approvalsEnabled: false, decision: doubtfulDenial },
      'nobody_to_ask',
      /nobody is there/u,
    ],
    ['the client gave up', { decision: doubt, answer: { by: 'withdrawn' } }, 'withdrawn', /cancelled/u],
    [
      'the client gave up in mode audit',
      { mode: 'audit', decision: doubt, answer: { by: 'withdrawn' } },
      'withdrawn',
      /cancelled/u,
    ],
    [
      'the client gives up in the moment of the answer',
      { decision: doubt, answer: { allow: true }, meanwhile: ({ withdraw }) => withdraw() },
      'withdrawn',
      /cancelled/u,
    ],
    [
      'all is paused while the person thinks',
      {
        decision: doubt,
        answer: { allow: true },
        meanwhile: (changes) => (changes.settings = { ...changes.settings, paused: true }),
      },
      'paused',
      /paused/u,
    ],
    [
      'the mode becomes enforce while nobody answers',
      {
        mode: 'audit',
        decision: doubt,
        answer: { by: 'no_answer' },
        meanwhile: (changes) => (changes.settings = { ...changes.settings, mode: 'enforce' }),
      },
      'no_answer',
      /nobody answered/u,
    ],
  ])('%s', async (_what, setting, reason, message) => {
    const { run, log, forwarded, steps } = path(setting);
    const refusal = await run();
    expect(refusal?.message).toMatch(message);
    expect(forwarded).toEqual([]);
    expect(steps.at(-1)).toBe('record');
    expect(log.calls).toMatchObject([
      { verdict: { allow: false, reason }, refusal: { code: -32001, message: refusal?.message } },
    ]);
  });

  it('is told what the policy found, as data', async () => {
    const refusal = await path({ decision: denial }).run();
    expect(refusal).toEqual({
      error: 'policy_violation',
      message: 'Policy violation: no writes; not to /etc',
      data: { tool: 'write_file', violations: denial.violations, policy_mode: 'enforce' },
    });
  });

  it('is told of a pause, not of the policy', async () => {
    const refusal = await path({ paused: true, decision: denial }).run();
    expect(refusal).toEqual({ error: 'paused', message: errors.paused.message });
  });
});

describe('a call beyond a configured rate', () => {
  const exceeded: ExceededLimit = { whose: "tool 'write_file'", limit: 10, span: 'minute' };

  it.each<[string, Setting]>([
    ['in mode enforce', {}],
    ['in mode audit, though the policy denies it', { mode: 'audit', decision: denial }],
    ['with the policy off', { policyEnabled: false }],
    ['without asking anybody', { decision: doubt, answer: { allow: true } }],
  ])('is refused and recorded %s', async (_what, setting) => {
    const { run, log, forwarded, steps } = path({ ...setting, exceeded });
    const message = "Rate limit exceeded: tool 'write_file' may make 10 calls in one minute";
    await expect(run()).resolves.toEqual({
      error: 'rate_limited',
      message,
      data: { agent_id: 'agent-1', limit: 10, current: 10 },
    });
    expect(forwarded).toEqual([]);
    expect(steps).not.toContain('ask');
    expect(log.calls).toMatchObject([
      { verdict: { allow: false, reason: 'rate_limit' }, refusal: { code: -32003, message } },
    ]);
  });

  it.each<[string, Setting]>([
    ['denied by the policy', { decision: denial }],
    ['refused by the pause', { paused: true }],
  ])('uses nothing up where it is %s anyway', async (_what, setting) => {
    const { run, steps } = path({ ...setting, exceeded });
    await run();
    expect(steps).not.toContain('limit');
  });

  it('is counted only where the policy is asked', async () => {
    const { run, forwarded } = path({ exceeded });
    await run(callOf(request(1, 'ping', {})));
    expect(forwarded).toHaveLength(1);
  });
});

describe('the order', () => {
  it('is policy, person, policy again, record, server', async () => {
    const { run, steps } = path({ decision: doubt, answer: { allow: true } });
    await run();
    expect(steps).toEqual(['policy', 'limit', 'ask', 'policy', 'record', 'forward']);
  });

  it('asks nobody about what is clear', async () => {
    const { run, steps } = path();
    await run();
    expect(steps).toEqual(['policy', 'limit', 'record', 'forward']);
  });

  it('is kept by calls that follow on each other', async () => {
    const { passDown } = path();
    const order: string[] = [];
    const pass = (tool: string) =>
      passDown(
        toolCall(tool),
        new AbortController().signal,
        ({ message }) => {
          order.push(message.kind === 'request' ? String(message.params.name) : '');
          return Promise.resolve();
        },
        client,
      );
    await Promise.all(['first', 'second', 'third'].map(pass));
    expect(order).toEqual(['first', 'second', 'third']);
  });
});

it('does not forward what was withdrawn while its record was written, and says so in the log', async () => {
  const { run, log, forwarded, withdraw } = path();
  const done = run();
  withdraw();
  expect(await done).toMatchObject({ error: 'policy_violation' });
  expect(forwarded).toEqual([]);
  expect(log.calls).toMatchObject([
    { verdict: { allow: true }, refusal: null, outcomes: [{ status: 'cancelled', latencyMicros: null }] },
  ]);
});

it('does not forward a call where all was paused while its record was written, and says so in the log', async () => {
  const { run, log, forwarded, changes } = path();
  const done = run();
  changes.settings = { ...changes.settings, paused: true };
  expect(await done).toEqual({ error: 'paused', message: errors.paused.message });
  expect(forwarded).toEqual([]);
  expect(log.calls).toMatchObject([
    { verdict: { allow: true }, refusal: null, outcomes: [{ status: 'cancelled', errorCode: -32001 }] },
  ]);
});

describe('without an audit record', () => {
  it.each<[string, Setting]>([
    ['an allowed call', {}],
    ['a call in mode audit', { mode: 'audit', decision: denial }],
    ['a call with the policy off', { policyEnabled: false }],
    ['a call that a person allowed', { decision: doubt, answer: { allow: true } }],
    ['a denied call', { decision: denial }],
  ])('%s is refused and never forwarded', async (_what, setting) => {
    const { run, log, logger, forwarded } = path(setting);
    log.broken = true;
    await expect(run()).resolves.toEqual({ error: 'audit_unavailable' });
    expect(forwarded).toEqual([]);
    expect(logger.events).toEqual(['audit_write_failed']);
  });

  it('the client reads what is wrong and what helps, and no path', async () => {
    const { run, log } = path();
    log.broken = true;
    for (const code of [
      'SQLITE_FULL',
      'SQLITE_READONLY',
      'SQLITE_BUSY',
      'SQLITE_CORRUPT',
      'SQLITE_CANTOPEN',
      '',
    ]) {
      log.failure = auditError('/home/anna/audit.db', Object.assign(new Error('failed'), { code }));
      const refused = await run();
      expect(refused?.error).toBe('audit_unavailable');
      expect(refused?.message).toMatch(/^The call was not forwarded.* could not be written: .{20,100}$/u);
      expect(refused?.message).not.toContain('anna');
    }
    log.failure = auditError('/home/anna/audit.db', Object.assign(new Error('failed'), { code: 'ENOSPC' }));
    expect((await run())?.message).toContain('the disk is full: free some space');
  });

  it('not even a ping goes on', async () => {
    const { run, log, forwarded } = path();
    log.broken = true;
    await expect(run(callOf(request(1, 'ping')))).resolves.toEqual({ error: 'audit_unavailable' });
    expect(forwarded).toEqual([]);
  });
});

it('hands on what the forwarding says', async () => {
  const { passDown } = path();
  const failing = passDown(
    toolCall(),
    new AbortController().signal,
    () => Promise.reject(new UpstreamError('gone')),
    client,
  );
  await expect(failing).rejects.toThrow('gone');
});

describe('in mode audit, a person', () => {
  const asking = (
    askInAudit: VerdictSettings['askInAudit'],
    decided: Partial<Decision>,
    given: Setting = {},
  ) => path({ mode: 'audit', askInAudit, decision: decision(decided), ...given });

  it.each([
    ['none', { allow: false }, false],
    ['denied', { allow: false }, true],
    ['denied', {}, false],
    ['all', {}, true],
    ['all', { allow: false }, true],
    ['none', { ask: true }, true],
  ] as const)('with approvals.ask: %s, of %j, is asked: %s', async (askInAudit, decided, asked) => {
    const { run, steps } = asking(askInAudit, decided);
    await run();
    expect(steps.includes('ask')).toBe(asked);
  });

  it('may deny what the policy allows, and allow what it denies', async () => {
    const no = asking('all', {});
    expect(await no.run()).toMatchObject({ error: 'policy_violation' });
    const yes = asking('denied', { allow: false }, { answer: { allow: true } });
    expect(await yes.run()).toBeNull();
    expect(yes.log.calls[0]?.verdict).toMatchObject({ reason: 'person', mode: 'audit' });
  });

  it('who does not answer lets it pass, and that is recorded', async () => {
    const { run, log } = asking('denied', { allow: false }, { answer: { by: 'no_answer' } });
    expect(await run()).toBeNull();
    expect(log.calls[0]?.verdict.reason).toBe('audit_mode');
  });

  it('is not asked where approvals are off, nor in mode enforce', async () => {
    const off = asking('all', { allow: false }, { approvalsEnabled: false });
    await off.run();
    const enforcing = asking('all', { allow: false }, { mode: 'enforce' });
    await enforcing.run();
    expect([...off.steps, ...enforcing.steps]).not.toContain('ask');
    expect(enforcing.forwarded).toEqual([]);
  });
});

describe('an answer', () => {
  it('that was given for always spares the question, and its rule stands in the record', async () => {
    const standing = { allow: true, rule: 'always_allow' };
    const yes = path({ decision: doubt });
    yes.policy.standing = () => standing;
    expect(await yes.run()).toBeNull();
    expect(yes.steps).not.toContain('ask');
    expect(yes.log.calls).toMatchObject([
      { verdict: { allow: true, reason: 'policy', decision: { matchedRule: 'always_allow' } } },
    ]);
    const no = path({ decision: doubt });
    no.policy.standing = () => ({ ...standing, allow: false });
    expect(await no.run()).toMatchObject({ error: 'policy_violation' });
  });

  it('for always is one to the program that is alone in its session, not to the one that was seen first', async () => {
    const { policy, run } = path({ decision: doubt });
    const seen: unknown[] = [];
    policy.standing = ({ process }) => (seen.push(process), null);
    const first = { pid: 7, started: '99', executable: '/usr/bin/agent', name: 'agent' };
    await run({ ...toolCall(), process: first });
    await run({ ...toolCall(), process: first, clientId: 'cursor' });
    expect(seen).toEqual([null, first]);
  });

  it('that was given for always lifts no denial in mode enforce', async () => {
    const { policy, run, forwarded } = path({ decision: denial });
    policy.standing = () => ({ allow: true, rule: 'always_allow' });
    expect(await run()).toMatchObject({ error: 'policy_violation' });
    expect(forwarded).toEqual([]);
  });

  it('is none to what the policy says by then', async () => {
    const setting = path({ decision: doubt, answer: { allow: true } });
    const answers = [doubt, denial];
    setting.policy.decide = () => answers.shift() ?? denial;
    expect(await setting.run()).toMatchObject({ error: 'policy_violation' });
    expect(setting.log.calls).toMatchObject([
      { verdict: { allow: false, reason: 'policy', waitedMs: 1200 } },
    ]);
  });

  it('is none to another question: that is asked, too', async () => {
    const setting = path({ decision: doubt, answer: { allow: true } });
    const answers = [doubt, { ...doubt, matchedRule: 'ask_other' }, { ...doubt, matchedRule: 'ask_other' }];
    setting.policy.decide = () => answers.shift() ?? denial;
    expect(await setting.run()).toBeNull();
    expect(setting.steps.filter((step) => step === 'ask')).toHaveLength(2);
    expect(setting.log.calls).toMatchObject([
      { verdict: { reason: 'person', waitedMs: 2400, decision: { matchedRule: 'ask_other' } } },
    ]);
  });

  it.each<['enforce' | 'audit', Partial<Decision>]>([
    ['audit', { allow: false }],
    ['enforce', { ask: true }],
  ])('is none to what was denied meanwhile by mode, from %s', async (mode, decided) => {
    const setting = path({
      mode,
      askInAudit: 'denied',
      decision: decision(decided),
      answer: { allow: true },
      meanwhile: (changes) => (changes.settings = { ...changes.settings, mode: 'enforce' }),
    });
    const refusal = await setting.run();
    expect(refusal === null).toBe(mode === 'enforce');
  });

  it('with other arguments sends those, and both calls are on record', async () => {
    const edited = toolCall('write_file', { path: '/tmp/y' });
    const answer = { allow: true, edited };
    const { run, log, forwarded } = path({ decision: doubt, answer });
    const call = toolCall('write_file', { path: '/etc/x' });
    expect(await run(call)).toBeNull();
    expect(forwarded).toMatchObject([{ allowed: { message: edited.message }, recordId: 2 }]);
    expect(log.calls).toMatchObject([
      { call, verdict: { allow: false, reason: 'edited' }, refusal: null },
      {
        call: edited,
        verdict: {
          allow: true,
          reason: 'person',
          notes: [`The user changed the arguments: ${call.requestId} is what came`],
        },
      },
    ]);
  });
});

describe('an alert of the policy', () => {
  const obligations = { log: [], alert: 'Somebody writes', redact: [] };

  it.each([true, false])('is told where the call is allowed or not: %s', async (allow) => {
    const { alerts, run } = path({ decision: decision({ allow, obligations }) });
    await run();
    expect(alerts).toEqual([{ text: 'Somebody writes', tool: 'write_file', recordId: 1 }]);
  });

  it('is not told of a call that could not be recorded', async () => {
    const { alerts, log, run } = path({ decision: decision({ obligations }) });
    log.broken = true;
    await run();
    expect(alerts).toEqual([]);
  });
});

describe('an AllowedMessage', () => {
  it('cannot be made elsewhere: a message, or an object like it, is none', () => {
    const message = clientMessage('{"jsonrpc":"2.0","id":1,"method":"tools/call"}');
    // @ts-expect-error -- the brand is missing
    const forged: AllowedMessage = { message, paramHeaders: {}, requestId: null };
    // @ts-expect-error -- the brand's symbol is not exported, and another one is another one
    const branded: AllowedMessage = { message, [Symbol('allowedBrand')]: true };
    // @ts-expect-error -- a message is not allowed by itself
    const bare: AllowedMessage = message;
    expect([forged, branded, bare]).toHaveLength(3);
    expectTypeOf<Parameters<UpstreamConnection['send']>>().toEqualTypeOf<[AllowedMessage]>();
    expectTypeOf<VerdictPath>().parameter(2).parameter(0).toEqualTypeOf<AllowedMessage>();
  });

  it('is made of answers and of our own cancellations alone, where there is no verdict', () => {
    const answer = clientMessage('{"jsonrpc":"2.0","id":1,"result":{}}') as ResponseMessage;
    expect(allowAnswer(answer)).toEqual({ message: answer, paramHeaders: {}, requestId: null });
    const { message, requestId } = allowCancellation('"1', { requestId: 'req_1' }, 'too slow');
    expect(requestId).toBe('req_1');
    expect(message).toMatchObject({ kind: 'notification', method: 'notifications/cancelled' });
    expect(JSON.parse(message.bytes.toString())).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: '"1', reason: 'too slow' },
    });
    const call = request(1, 'tools/call', { name: 'write_file' });
    // @ts-expect-error -- a request needs a verdict
    expect(allowAnswer(call).message).toBe(call);
  });
});
