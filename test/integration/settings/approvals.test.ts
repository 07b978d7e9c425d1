// What the settings below `approvals` and `limits` do to a gateway that runs.
import { afterEach, expect, it, vi } from 'vitest';
import { startRawUpstream } from '../raw-upstream.ts';
import { openCalls, runGateway, type RunningGateway, toolCall } from './running-gateway.ts';

const { section: upstream } = await startRawUpstream('stdio');
const asking = {
  'ask.rego':
    'package mcp.policy\n\ndecision := {"allow": true, "ask": input.method == "tools/call", "matched_rule": "ask"}\n',
};
const denying = {
  'deny.rego': 'package mcp.policy\n\ndefault allow := false\n\nallow if input.tool == "fine"\n',
};

afterEach(() => void vi.restoreAllMocks());

/** The proxy's clock for rates is the monotonic one. */
const real = performance.now.bind(performance);
function later(ms: number): void {
  vi.spyOn(performance, 'now').mockImplementation(() => real() + ms);
}

async function attended(approvals: object, policies: Record<string, string> = asking) {
  const proxy = await runGateway({ upstream, approvals }, { policies });
  proxy.setAttended(true);
  return { proxy, ...(await openCalls(proxy.url)) };
}

async function waiting(proxy: RunningGateway): Promise<string> {
  await expect.poll(async () => (await proxy.commands['approvals.list']()).length).toBe(1);
  return (await proxy.commands['approvals.list']())[0]?.id ?? '';
}

const allow = (proxy: RunningGateway, id: string) =>
  proxy.commands['approvals.answer']({
    ids: [id],
    allow: true,
    duration: 'once',
    scope: 'arguments',
    note: '',
    via: 'window',
  });

it('approvals.enabled: without approvals nobody is asked, and what wants a word is denied', async () => {
  const { code, proxy } = await attended({ enabled: false });
  expect(await code()).toBe(-32001);
  expect(proxy.records().at(-1)?.reason).toBe('nobody_to_ask');
});

it('approvals.timeout, approvals.on_timeout: a call that nobody answers waits so long, and then this becomes of it', async () => {
  for (const [on_timeout, expected] of [
    ['deny', -32001],
    ['allow', null],
  ] as const) {
    const { code, proxy } = await attended({ timeout: '400ms', on_timeout });
    const from = performance.now();
    expect(await code()).toBe(expected);
    expect(performance.now() - from).toBeGreaterThan(380);
    expect(performance.now() - from).toBeLessThan(5000);
    expect(proxy.records().at(-1)?.reason).toBe('no_answer');
  }
});

it('approvals.ask: which calls are asked about in mode audit', async () => {
  const asked = async (ask: string) => {
    const proxy = await runGateway(
      { upstream, policy: { mode: 'audit' }, approvals: { ask, timeout: '1s' } },
      { policies: denying },
    );
    proxy.setAttended(true);
    const { code } = await openCalls(proxy.url);
    const isAsked = async (tool: string) => {
      const answered = code(tool);
      await new Promise((resolve) => setTimeout(resolve, 400));
      const waits = (await proxy.commands['approvals.list']()).length > 0;
      await answered;
      return waits;
    };
    return [await isAsked('fine'), await isAsked('other')];
  };
  expect(await asked('none')).toEqual([false, false]);
  expect(await asked('denied')).toEqual([false, true]);
  expect(await asked('all')).toEqual([true, true]);
});

it('approvals.max_hold: the countdown stands still while somebody reads, but no longer than that', async () => {
  const { proxy, code } = await attended({ timeout: '500ms', max_hold: '800ms' });
  const from = performance.now();
  const answer = code();
  const id = await waiting(proxy);
  expect(await proxy.commands['approvals.hold']({ id, held: true })).toBe(true);
  expect(await answer).toBe(-32001);
  expect(performance.now() - from).toBeGreaterThan(1000);
  expect(performance.now() - from).toBeLessThan(6000);
});

it('approvals.retry_window: an answer after the client gave up holds for the same call so long', async () => {
  const retried = async (retry_window: string) => {
    const { proxy, session, code } = await attended({ retry_window, timeout: '10s' });
    const body = toolCall('raw', { n: 1 });
    void session.post(body).catch(() => undefined);
    const id = await waiting(proxy);
    const requestId = (JSON.parse(body) as { id: number }).id;
    await session.post(
      JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } }),
    );
    await new Promise((resolve) => setTimeout(resolve, 600));
    await allow(proxy, id);
    const again = code('raw', { n: 1 });
    const asksAgain = async () => (await proxy.commands['approvals.list']()).length;
    const first = await Promise.race([
      again.then(() => 'answered'),
      vi.waitFor(
        async () => {
          if ((await asksAgain()) === 0) throw new Error('nothing');
          return 'asked';
        },
        { timeout: 5000 },
      ),
    ]);
    await proxy.close();
    await again.catch(() => null);
    return first;
  };
  expect(await retried('1m')).toBe('answered');
  expect(await retried('200ms')).toBe('asked');
});

it('approvals.wait_for_api: without a window calls wait for an answer all the same', async () => {
  const outcome = async (wait_for_api: boolean) => {
    const proxy = await runGateway(
      { upstream, approvals: { wait_for_api, timeout: '20s' } },
      { policies: asking },
    );
    const { code } = await openCalls(proxy.url);
    const answer = code();
    if (wait_for_api) await allow(proxy, await waiting(proxy));
    return answer;
  };
  expect(await outcome(false)).toBe(-32001);
  expect(await outcome(true)).toBeNull();
});

const limited = async (limits: object) => {
  const proxy = await runGateway({ upstream, limits });
  const { call } = await openCalls(proxy.url);
  const codes = async (tool: string, times: number, ask = call) => {
    const all: (number | null)[] = [];
    for (let n = 0; n < times; n += 1) all.push((await ask(tool)).error?.code ?? null);
    return all;
  };
  return { proxy, codes };
};
const refused = -32003;

it('limits.agents.NAME.per_session, limits.tools.NAME.per_session: so many calls in a session, and as many in the next one', async () => {
  const { proxy, codes } = await limited({
    agents: { anonymous: { per_session: 4 } },
    tools: { mail: { per_session: 1 } },
  });
  expect(await codes('mail', 2)).toEqual([null, refused]);
  expect(await codes('raw', 4)).toEqual([null, null, null, refused]);
  const { call } = await openCalls(proxy.url);
  expect(await codes('mail', 2, call)).toEqual([null, refused]);
});

it('limits.agents.NAME.per_minute, limits.tools.NAME.per_minute: so many calls a minute', async () => {
  const { codes } = await limited({
    agents: { default: { per_minute: 3 } },
    tools: { 'default/mail': { per_minute: 1 } },
  });
  expect(await codes('mail', 2)).toEqual([null, refused]);
  expect(await codes('raw', 3)).toEqual([null, null, refused]);
  later(61_000);
  expect(await codes('mail', 2)).toEqual([null, refused]);
  expect(await codes('raw', 3)).toEqual([null, null, refused]);
});

it('limits.agents.NAME.per_hour, limits.tools.NAME.per_hour: so many calls an hour', async () => {
  const { codes } = await limited({ agents: { default: { per_hour: 3 } }, tools: { mail: { per_hour: 1 } } });
  expect(await codes('mail', 2)).toEqual([null, refused]);
  later(61_000);
  expect(await codes('mail', 1)).toEqual([refused]);
  expect(await codes('raw', 3)).toEqual([null, null, refused]);
  later(62 * 60_000);
  expect(await codes('mail', 2)).toEqual([null, refused]);
  expect(await codes('raw', 3)).toEqual([null, null, refused]);
});
