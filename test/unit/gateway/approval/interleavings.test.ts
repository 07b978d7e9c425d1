// Whatever happens in whichever order, each call gets one answer, and none goes on that nobody has allowed: by an answer
// to it, by one that held at that moment, or by the mode.
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

const GRANT_MS = 900_000;
/** Milliseconds. */
const spans = [1, 5_000, 31_000, 125_000, GRANT_MS] as const;

/** Counts among what waits, or is granted; and beyond that among all calls of the run, whether they still wait or not. */
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
      ms: fc.constantFrom(...spans),
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
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('allow_grant' as const),
      nth,
      duration: fc.constantFrom('session', '15_minutes'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), nth }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'session_ends' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('mode' as const),
      mode: fc.constantFrom('enforce', 'audit'),
      askInAudit: fc.constantFrom('none', 'denied', 'all'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'gateway_restarts' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'quiet' as const }) },
);

const policies: Record<string, Decision> = {
  ask: decision({ ask: true, matchedRule: 'ask' }),
  ask_other: decision({ ask: true, matchedRule: 'other', violations: ['look'] }),
  deny: decision({ allow: false, matchedRule: 'deny' }),
};

/** What somebody has allowed for longer, as the test remembers it. */
interface Given {
  readonly id: string;
  readonly tool: string;
  /** What asked then. */
  readonly rule: string;
  readonly until: number;
}

function startDesk() {
  const desk = testDesk({ maxPending: 4, lastingMs: GRANT_MS });
  desk.setAttended(true);
  return desk;
}

function run() {
  let desk = startDesk();
  let given: Given[] = [];
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
    // Whichever gateway runs by then.
    approver: {
      ...desk,
      ask: (...asked) => desk.ask(...asked),
    },
    limiter: noLimits,
    log,
    logger: recordingLogger(),
    // As they are at that moment.
    settings: () => ({ ...settings }),
    denialData: () => ({}),
    alert: () => undefined,
  });
  const calls: {
    readonly id: string;
    readonly client: AbortController;
    readonly ends: (Refusal | null)[];
    forwarded: number;
    /** The rule to whose question about it somebody has said yes. */
    yesTo: string | null;
    /** It was forwarded while nothing let it. */
    slipped: boolean;
  }[] = [];
  const rule = () => policies[says]?.matchedRule ?? '';
  const holds = (tool: string) =>
    given.some((each) => each.tool === tool && each.rule === rule() && Date.now() < each.until);
  return {
    desk: () => desk,
    settings,
    calls,
    log,
    say: (next: string) => (says = next),
    remember: (next: Given) => given.push(next),
    /** Denied for longer, taken back, or over. */
    forget: (isGone: (each: Given) => boolean) => (given = given.filter((each) => !isGone(each))),
    restart() {
      void desk.close();
      given = [];
      desk = startDesk();
    },
    call: (tool: string) => {
      const made = toolCall(tool, { to: 'anna', number: calls.length });
      const entry = {
        id: made.requestId,
        client: new AbortController(),
        ends: [] as (Refusal | null)[],
        forwarded: 0,
        yesTo: null as string | null,
        slipped: false,
      };
      calls.push(entry);
      const forward = () => {
        entry.forwarded += 1;
        // A yes is none to what the policy denies by then.
        const isAllowed = says !== 'deny' && (entry.yesTo === rule() || holds(tool));
        entry.slipped ||= settings.mode !== 'audit' && !isAllowed;
        return Promise.resolve();
      };
      void passDown(made, entry.client.signal, forward, clientWith()).then((end) => entry.ends.push(end));
    },
  };
}

type Run = ReturnType<typeof run>;
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const call: Step = { kind: 'call', tool: 'send' };
const audit = (askInAudit: 'none' | 'denied'): Step => ({ kind: 'mode', mode: 'audit', askInAudit });
const enforce: Step = { kind: 'mode', mode: 'enforce', askInAudit: 'none' };
const allow: Step = { kind: 'answer', nth: 0, allow: true };
const time = (ms: (typeof spans)[number]): Step => ({ kind: 'time', ms });

/** Whatever was before: somebody is there to be asked, and is. */
const ready: readonly Step[] = [
  { kind: 'pause', paused: false },
  { kind: 'attend', attended: true },
  { kind: 'policy', says: 'ask' },
  enforce,
  time(31_000),
];

/** What chance alone would come to too seldom: what held ends, or the mode changes, while it matters. */
const endings: readonly (readonly Step[])[] = [
  [],
  [{ kind: 'gateway_restarts' }, call],
  [call, { kind: 'gateway_restarts' }],
  [call, { kind: 'allow_grant', nth: 0, duration: '15_minutes' }, call, time(GRANT_MS), call],
  [call, { kind: 'allow_grant', nth: 0, duration: 'session' }, { kind: 'session_ends' }, call],
  [call, { kind: 'allow_grant', nth: 0, duration: 'session' }, { kind: 'revoke', nth: 0 }, call],
  [audit('none'), call, enforce, time(125_000)],
  [{ kind: 'policy', says: 'deny' }, audit('denied'), call, enforce, allow],
  [call, { kind: 'policy', says: 'ask_other' }, allow, time(125_000)],
];

async function answer({ desk, calls, remember, forget }: Run, each: Step): Promise<void> {
  if (!('nth' in each)) return;
  const waiting = desk().pending();
  const id = waiting[each.nth % (waiting.length + 1)]?.id ?? calls[each.nth]?.id ?? 'req_none';
  const question = waiting.find((one) => one.id === id);
  const target = calls.find((one) => one.id === id);
  const ids = [id];
  if (each.kind === 'answer' || each.kind === 'edit') {
    const allow = each.kind === 'edit' || each.allow;
    // From here on, and only so, it may go on: that begins before the answer's own end is known.
    if (target && question) target.yesTo = allow ? question.rule : null;
    const edited = each.kind === 'edit' ? { editedArguments: '{"to":"bob"}' } : {};
    await desk().give({ ids, allow, ...edited });
  } else if (each.kind === 'deny_grant') {
    const end = await desk().give({ ids, allow: false, duration: 'session', scope: 'tool' });
    const tool = desk().held(end)?.tool;
    forget((one) => one.tool === tool);
  } else if (each.kind === 'allow_grant') {
    const until = each.duration === 'session' ? Infinity : Date.now() + GRANT_MS;
    const end = await desk().give({ ids, allow: true, duration: each.duration, scope: 'tool' });
    const held = desk().held(end);
    if (held) remember({ id: held.id, tool: held.tool ?? '', rule: held.rule ?? '', until });
  }
}

it('holds for random interleavings of all that can happen', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.constantFrom(...endings),
      async (steps, ending) => {
        const running = run();
        const { desk, settings, calls, log, say, forget } = running;
        for (const each of [...steps, ...ready, ...ending]) {
          const target = 'nth' in each ? calls[each.nth] : undefined;
          switch (each.kind) {
            case 'call':
              running.call(each.tool);
              break;
            case 'answer':
            case 'edit':
            case 'deny_grant':
            case 'allow_grant':
              await answer(running, each);
              break;
            case 'revoke': {
              const held = desk().grants();
              const found = held[each.nth % Math.max(1, held.length)];
              forget(({ id }) => id === found?.id);
              await desk().commands['grants.revoke']({ id: found?.id ?? 'grant_none' });
              break;
            }
            case 'session_ends':
              for (const { sessionId } of desk().grants())
                if (sessionId !== null) desk().sessionEnded(sessionId);
              forget(({ until }) => until === Infinity);
              break;
            case 'mode':
              settings.mode = each.mode;
              settings.askInAudit = each.askInAudit;
              break;
            case 'gateway_restarts':
              running.restart();
              break;
            case 'hold':
              await desk().commands['approvals.hold']({ id: target?.id ?? '', held: each.held });
              break;
            case 'time':
              await vi.advanceTimersByTimeAsync(each.ms);
              break;
            case 'withdraw':
              target?.client.abort();
              break;
            case 'attend':
              desk().setAttended(each.attended);
              break;
            case 'pause':
              settings.paused = each.paused;
              if (each.paused) desk().dismissAll();
              break;
            case 'policy':
              say(each.says);
              break;
            case 'quiet':
              await desk().commands['approvals.quiet']({ until: Date.now() + 10_000, as: 'deny' });
              break;
          }
          await settle();
        }
        // Nobody comes back: what waits gets the default, in time.
        await vi.advanceTimersByTimeAsync(11 * 60_000 + 120_000);
        await settle();
        for (const { ends, forwarded, slipped } of calls) {
          expect(slipped).toBe(false);
          expect(forwarded).toBeLessThanOrEqual(1);
          expect(ends).toHaveLength(1);
          expect(ends[0] === null).toBe(forwarded === 1);
        }
        const final = log.calls.filter(({ verdict }) => verdict.reason !== 'edited');
        expect(final).toHaveLength(calls.length);
        expect(desk().pending()).toEqual([]);
        void desk().close();
        expect(vi.getTimerCount()).toBe(0);
      },
    ),
    { numRuns: 500 },
  );
});

it('lets through what nobody has answered where the configuration says so, and only then', async () => {
  const { call, calls, desk } = run();
  call('send');
  await settle();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(calls[0]).toMatchObject({ forwarded: 0 });
  void desk().close();
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
