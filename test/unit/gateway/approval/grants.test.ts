// Grants: how far each reaches, how long it holds, for whom, and for what reason.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call, CallerProcess, Decision } from '../../../../electron/gateway/call.ts';
import type { Answer } from '../../../../electron/gateway/ports.ts';
import type { AnswerDuration, AnswerScope } from '../../../../electron/shared/approvals.ts';
import { callOf, decision, request, toolCall } from '../fakes.ts';
import { clientWith, settle, testDesk } from './desk.ts';

const ask = decision({ ask: true, matchedRule: 'ask_first' });
const question = { mode: 'enforce', why: 'policy' } as const;
const never = new AbortController().signal;
const program: CallerProcess = { pid: 7, started: '99', executable: '/usr/bin/agent', name: 'agent' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function attended() {
  const desk = testDesk();
  desk.setAttended(true);

  async function asks(
    call: Call,
    { decided = ask, client = clientWith(program) } = {},
  ): Promise<Answer | 'asked'> {
    const answer = desk.ask(fresh(call), decided, question, client, never);
    return Promise.race([answer, settle().then(() => 'asked' as const)]);
  }

  /** Has somebody asked about this call, and answers it like this. */
  async function answered(
    call: Call,
    duration: AnswerDuration,
    scope: AnswerScope,
    { allow = true, client = clientWith(program) } = {},
  ) {
    const asked = fresh(call);
    void desk.ask(asked, ask, question, client, never);
    await settle();
    return desk.give({ ids: [asked.requestId], allow, duration, scope });
  }

  const grants = () => desk.commands['grants.list']() as { temporary: { id: string; uses: number }[] };
  return { desk, asks, answered, grants };
}

let count = 0;
function fresh(call: Call): Call {
  return { ...call, requestId: `req_${(count += 1)}` };
}

const ours = { ...toolCall('send', { to: 'anna' }) };
const variations: Record<string, Call> = {
  same: ours,
  otherArguments: toolCall('send', { to: 'bob' }),
  otherTool: toolCall('drop', { to: 'anna' }),
  otherServer: { ...ours, server: 'mail' },
  otherSession: { ...ours, session: { ...ours.session, id: 'sess_2' } },
};

describe.each(['15_minutes', 'session'] as const)('an answer for %s', (duration) => {
  it.each<[AnswerScope, string[]]>([
    ['arguments', ['same']],
    ['tool', ['same', 'otherArguments']],
    ['server', ['same', 'otherArguments', 'otherTool']],
    ['client', ['same', 'otherArguments', 'otherTool', 'otherServer']],
  ])('about %s is one to what it is about, and to nothing else', async (scope, covered) => {
    const { asks, answered } = attended();
    await answered(ours, duration, scope);
    const holds = duration === 'session' ? covered : [...covered, 'otherSession'];
    for (const [name, call] of Object.entries(variations)) {
      const answer = await asks(call);
      expect([name, answer === 'asked' ? 'asked' : answer.by]).toEqual([
        name,
        holds.includes(name) ? 'grant' : 'asked',
      ]);
    }
  });

  it('that denies, denies', async () => {
    const { asks, answered } = attended();
    await answered(ours, duration, 'tool', { allow: false });
    expect(await asks(ours)).toMatchObject({ allow: false, by: 'grant', waitedMs: null });
  });

  it('lets those go on that waited for the same', async () => {
    const { desk, answered } = attended();
    const waiting = desk.ask(
      fresh(variations.otherArguments ?? ours),
      ask,
      question,
      clientWith(program),
      never,
    );
    await settle();
    await answered(ours, duration, 'tool');
    await expect(waiting).resolves.toMatchObject({ allow: true, by: 'grant' });
  });

  it('is listed, revoked, and brought back', async () => {
    const { desk, asks, answered, grants } = attended();
    const given = await answered(ours, duration, 'tool');
    const id = given.outcome === 'answered' ? (given.grants[0] ?? '') : '';
    await asks(ours);
    expect(grants().temporary).toMatchObject([{ id, uses: 1, allow: true, tool: 'send', server: 'files' }]);
    expect(await desk.commands['grants.revoke']({ id })).toBe(true);
    expect(grants().temporary).toEqual([]);
    expect(await asks(ours)).toBe('asked');
    expect(await desk.commands['grants.restore']({ id })).toBe(true);
    expect(await asks(ours)).toMatchObject({ by: 'grant' });
    expect(await desk.commands['grants.revoke']({ id: 'grant_of_nobody' })).toBe(false);
  });
});

describe('an answer', () => {
  it('for once is one to this call alone', async () => {
    const { asks, answered, grants } = attended();
    await answered(ours, 'once', 'client');
    expect(await asks(ours)).toBe('asked');
    expect(grants().temporary).toEqual([]);
  });

  it('of 15 minutes ends after them, and is not brought back then', async () => {
    const { desk, asks, answered } = attended();
    const given = await answered(ours, '15_minutes', 'tool');
    vi.advanceTimersByTime(15 * 60_000 - 1);
    expect(await asks(ours)).toMatchObject({ by: 'grant' });
    const id = given.outcome === 'answered' ? (given.grants[0] ?? '') : '';
    await desk.commands['grants.revoke']({ id });
    vi.advanceTimersByTime(1);
    expect(await desk.commands['grants.restore']({ id })).toBe(false);
    expect(await asks(ours)).toBe('asked');
  });

  it('of 15 minutes ends in time though the clock is set back', async () => {
    const { asks, answered } = attended();
    await answered(ours, '15_minutes', 'tool');
    vi.advanceTimersByTime(15 * 60_000);
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(await asks(ours)).toBe('asked');
  });

  it('for the session ends with it', async () => {
    const { desk, asks, answered, grants } = attended();
    await answered(ours, 'session', 'tool');
    desk.sessionEnded('sess_other');
    expect(await asks(ours)).toMatchObject({ by: 'grant' });
    desk.sessionEnded('sess_1');
    expect(grants().temporary).toEqual([]);
    expect(await asks(ours)).toBe('asked');
  });

  it('to one question is none to another, where it allows', async () => {
    const { asks, answered } = attended();
    await answered(ours, 'session', 'client');
    const others: Decision[] = [
      { ...ask, matchedRule: 'ask_other' },
      { ...ask, violations: ['and something else'] },
      { ...ask, ask: false, allow: false },
    ];
    for (const decided of others) expect(await asks(ours, { decided })).toBe('asked');
  });

  it('that denies holds whatever is asked, and before one that allows', async () => {
    const { asks, answered } = attended();
    await answered(ours, 'session', 'server');
    await answered({ ...ours, server: 'mail' }, 'session', 'client', { allow: false });
    expect(await asks(ours, { decided: { ...ask, matchedRule: 'other' } })).toMatchObject({ allow: false });
    expect(await asks(ours)).toMatchObject({ allow: false });
  });

  it('about arguments is one to how they were written, whatever else is in the request', async () => {
    const { asks, answered } = attended();
    const written = (params: object) => callOf(request(1, 'tools/call', params));
    const params = { name: 'send', arguments: { a: 1, b: 2 } };
    await answered(written({ ...params, _meta: { progressToken: 1 } }), 'session', 'arguments');
    expect(await asks(written({ ...params, _meta: { progressToken: 2 } }))).toMatchObject({ by: 'grant' });
    expect(await asks(written({ ...params, arguments: { b: 2, a: 1 } }))).toBe('asked');
    expect(await asks(written({ ...params, requestState: 'another' }))).toBe('asked');
    expect(await asks({ ...written(params), paramHeaders: { 'mcp-param-a': '9' } })).toBe('asked');
  });
});

describe('another caller has nothing of it:', () => {
  const registered = { ...ours, clientId: 'cursor' };

  it.each<[string, Call, Call, CallerProcess | null]>([
    ['a program that calls itself the same', ours, ours, { ...program, pid: 8 }],
    ['a later program with the same pid', ours, ours, { ...program, started: '100' }],
    ['one that the system does not know', ours, ours, null],
    ['the same program by another name', ours, { ...ours, client: { name: 'Other', version: '1' } }, program],
    ['one with the token of somebody else', registered, { ...ours, clientId: 'codex' }, program],
    ['one without a token, for an answer to one with it', registered, ours, program],
    ['one with a token, for an answer to one without', ours, registered, program],
  ])('%s', async (_what, given, other, process) => {
    const { asks, answered } = attended();
    await answered(given, '15_minutes', 'client', { client: clientWith(program, false) });
    expect(await asks(other, { client: clientWith(process, false) })).toBe('asked');
  });

  it('a registered client has it in each of its programs and sessions', async () => {
    const { asks, answered } = attended();
    await answered(registered, '15_minutes', 'tool');
    const again = { ...registered, session: { ...registered.session, id: 'sess_2' } };
    expect(await asks(again, { client: clientWith(null, false) })).toMatchObject({ by: 'grant' });
  });

  it('who can not be told from others is answered for once alone', async () => {
    const { desk, answered } = attended();
    const unknown = { client: clientWith(null, false) };
    expect(await answered(ours, 'session', 'arguments', unknown)).toMatchObject({ outcome: 'refused' });
    expect(await answered(ours, '15_minutes', 'arguments', unknown)).toMatchObject({ outcome: 'refused' });
    expect(desk.commands['approvals.list']()).toMatchObject([
      { offers: { durations: ['once'] } },
      { offers: { durations: ['once'] } },
    ]);
  });
});
