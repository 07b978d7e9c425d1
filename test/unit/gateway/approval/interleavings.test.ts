// Whatever happens in whichever order, each call gets one answer, and none goes on that nobody has allowed.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Decision } from '../../../../electron/gateway/call.ts';
import type { Refusal } from '../../../../electron/gateway/errors.ts';
import { createVerdictPath, type VerdictSettings } from '../../../../electron/gateway/verdict-path.ts';
import { decision, FakePolicy, MemoryLog, noLimits, recordingLogger, toolCall } from '../fakes.ts';
import { clientWith, settle, testDesk } from './desk.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** `nth` counts among the calls of the run, whether they still wait or not. */
const nth = fc.nat({ max: 7 });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('call' as const), tool: fc.constantFrom('send', 'drop') }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), nth, allow: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit' as const), nth }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('hold' as const), nth, held: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      ms: fc.constantFrom(1, 5_000, 31_000, 125_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('attend' as const), attended: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), paused: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('policy' as const),
      says: fc.constantFrom('ask', 'deny', 'ask_other'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deny_grant' as const), nth }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'quiet' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'close' as const }) },
);

const policies: Record<string, Decision> = {
  ask: decision({ ask: true, matchedRule: 'ask' }),
  ask_other: decision({ ask: true, matchedRule: 'other', violations: ['look'] }),
  deny: decision({ allow: false, matchedRule: 'deny' }),
};

function run() {
  const desk = testDesk({ maxPending: 4 });
  desk.setAttended(true);
  const log = new MemoryLog();
  const settings: { -readonly [K in keyof VerdictSettings]: VerdictSettings[K] } = {
    mode: 'enforce',
    paused: false,
    policyEnabled: true,
    approvalsEnabled: true,
    askInAudit: 'none',
  };
  let says = 'ask';
  const passDown = createVerdictPath({
    policy: new FakePolicy(() => policies[says] ?? decision({ allow: false })),
    approver: desk,
    limiter: noLimits,
    log,
    logger: recordingLogger(),
    settings: () => settings,
    denialData: () => ({}),
    alert: () => undefined,
  });
  const calls: {
    readonly id: string;
    readonly client: AbortController;
    readonly ends: (Refusal | null)[];
    forwarded: number;
    allowed: boolean;
  }[] = [];
  return {
    desk,
    settings,
    calls,
    log,
    say: (next: string) => (says = next),
    call: (tool: string) => {
      const made = toolCall(tool, { to: 'anna', number: calls.length });
      const entry = {
        id: made.requestId,
        client: new AbortController(),
        ends: [] as (Refusal | null)[],
        forwarded: 0,
        allowed: false,
      };
      calls.push(entry);
      const forward = () => {
        entry.forwarded += 1;
        return Promise.resolve();
      };
      void passDown(made, entry.client.signal, forward, clientWith()).then((end) => entry.ends.push(end));
    },
  };
}

it('holds for random interleavings of all that can happen', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { desk, settings, calls, log, say, call } = run();
      for (const each of steps) {
        const target = 'nth' in each ? calls[each.nth] : undefined;
        const ids = target === undefined ? ['req_none'] : [target.id];
        switch (each.kind) {
          case 'call':
            call(each.tool);
            break;
          case 'answer':
          case 'edit': {
            const allow = each.kind === 'edit' || each.allow;
            const given = await desk.give({
              ids,
              allow,
              ...(each.kind === 'edit' ? { editedArguments: '{"to":"bob"}' } : {}),
            });
            // A person has allowed it: from here on, and only so, it may go on.
            if (given.outcome === 'answered' && given.answered.length > 0 && target) target.allowed = allow;
            break;
          }
          case 'deny_grant':
            await desk.give({ ids, allow: false, duration: 'session', scope: 'tool' });
            break;
          case 'hold':
            await desk.commands['approvals.hold']({ id: ids[0] ?? '', held: each.held });
            break;
          case 'time':
            await vi.advanceTimersByTimeAsync(each.ms);
            break;
          case 'withdraw':
            target?.client.abort();
            break;
          case 'attend':
            desk.setAttended(each.attended);
            break;
          case 'pause':
            settings.paused = each.paused;
            if (each.paused) desk.dismissAll();
            break;
          case 'policy':
            say(each.says);
            break;
          case 'quiet':
            await desk.commands['approvals.quiet']({ until: Date.now() + 10_000, as: 'deny' });
            break;
          case 'close':
            void desk.close();
            break;
        }
        await settle();
      }
      for (const { forwarded, allowed } of calls) expect(forwarded).toBeLessThanOrEqual(allowed ? 1 : 0);
      // Nobody comes back: what waits gets the default, in time.
      await vi.advanceTimersByTimeAsync(11 * 60_000 + 120_000);
      await settle();
      for (const { ends, forwarded, allowed } of calls) {
        expect(ends).toHaveLength(1);
        expect(ends[0] === null).toBe(forwarded === 1);
        expect(forwarded).toBeLessThanOrEqual(allowed ? 1 : 0);
      }
      const final = log.calls.filter(({ verdict }) => verdict.reason !== 'edited');
      expect(final).toHaveLength(calls.length);
      expect(desk.pending()).toEqual([]);
      void desk.close();
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 300 },
  );
});

it('lets through what nobody has answered where the configuration says so, and only then', async () => {
  const { call, calls, desk } = run();
  call('send');
  await settle();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(calls[0]).toMatchObject({ forwarded: 0 });
  void desk.close();
  const lenient = testDesk({ onTimeout: 'allow' });
  lenient.setAttended(true);
  const answer = lenient.ask(
    toolCall(),
    decision({ ask: true }),
    { mode: 'enforce', why: 'policy' },
    clientWith(),
    new AbortController().signal,
  );
  await vi.advanceTimersByTimeAsync(120_000);
  await expect(answer).resolves.toMatchObject({ allow: true, by: 'no_answer' });
});
