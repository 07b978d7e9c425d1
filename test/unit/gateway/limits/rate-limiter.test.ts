// Rates for agents and tools, over sessions, minutes and hours.
import { describe, expect, it } from 'vitest';
import type { Call } from '../../../../electron/gateway/call.ts';
import { createRateLimiter } from '../../../../electron/gateway/limits/rate-limiter.ts';
import { configSchema } from '../../../../electron/shared/config.ts';
import { toolCall } from '../fakes.ts';

const SECOND = 1_000_000;

function limiter(limits: object) {
  const time = { micros: 0 };
  const clock = { now: () => 0, monotonicMicros: () => time.micros };
  const rates = createRateLimiter(configSchema.parse({ limits }).limits, clock);
  const call = (change: { agent?: string; session?: string; tool?: string; server?: string } = {}): Call => {
    const made = toolCall(change.tool ?? 'send_mail');
    return {
      ...made,
      server: change.server ?? made.server,
      agent: { ...made.agent, id: change.agent ?? 'cursor' },
      session: { ...made.session, id: change.session ?? 'one' },
    };
  };
  const times = (count: number, ...change: Parameters<typeof call>) =>
    Array.from({ length: count }, () => rates.take(call(...change)));
  return {
    forget: (session: string) => rates.forget(session),
    times,
    wait: (seconds: number) => (time.micros += seconds * SECOND),
  };
}

describe('a rate', () => {
  it('lets as many through as it says, and tells then which one it is', () => {
    const { times } = limiter({ tools: { send_mail: { per_minute: 3 } } });
    expect(times(5)).toEqual([
      null,
      null,
      null,
      { whose: "tool 'send_mail'", limit: 3, span: 'minute' },
      { whose: "tool 'send_mail'", limit: 3, span: 'minute' },
    ]);
  });

  it('is of a window that slides: a burst over the full minute does not count double', () => {
    const { times, wait } = limiter({ tools: { send_mail: { per_minute: 2 } } });
    wait(59);
    expect(times(2)).toEqual([null, null]);
    wait(2);
    expect(times(1)).not.toEqual([null]);
    wait(58);
    expect(times(3).map((hit) => hit === null)).toEqual([true, true, false]);
  });

  it('does not count what it refuses', () => {
    const { times, wait } = limiter({ tools: { send_mail: { per_minute: 1 } } });
    times(1);
    wait(30);
    times(10);
    wait(30);
    expect(times(1)).toEqual([null]);
  });

  it('of an hour lasts an hour', () => {
    const { times, wait } = limiter({ agents: { cursor: { per_hour: 1 } } });
    times(1);
    wait(3599);
    expect(times(1)).toEqual([{ whose: "agent 'cursor'", limit: 1, span: 'hour' }]);
    wait(1);
    expect(times(1)).toEqual([null]);
  });

  it('of a session is of each session by itself, and gone with it', () => {
    const { times, forget } = limiter({ agents: { cursor: { per_session: 1 } } });
    expect(times(2, { session: 'a' })).toEqual([
      null,
      { whose: "agent 'cursor'", limit: 1, span: 'session' },
    ]);
    expect(times(1, { session: 'b' })).toEqual([null]);
    forget('a');
    expect(times(1, { session: 'a' })).toEqual([null]);
  });

  it('counts a call by all of its limits or by none', () => {
    const { times } = limiter({
      agents: { cursor: { per_minute: 3 } },
      tools: { send_mail: { per_minute: 1 } },
    });
    times(10);
    expect(times(3, { tool: 'other' }).map((hit) => hit === null)).toEqual([true, true, false]);
  });
});

describe('whose rate it is', () => {
  it('is `default` for each agent without an entry, each for itself', () => {
    const { times } = limiter({ agents: { default: { per_minute: 1 }, codex: { per_minute: 2 } } });
    expect(times(2, { agent: 'a' })).toEqual([null, { whose: "agent 'a'", limit: 1, span: 'minute' }]);
    expect(times(1, { agent: 'b' })).toEqual([null]);
    expect(times(2, { agent: 'codex' })).toEqual([null, null]);
  });

  it('is the same for all who call a tool', () => {
    const { times } = limiter({ tools: { send_mail: { per_minute: 1 } } });
    times(1, { agent: 'a' });
    expect(times(1, { agent: 'b', session: 'two' })).not.toEqual([null]);
  });

  it('is that of the tool of one server where it names the server', () => {
    const { times } = limiter({ tools: { 'mail/send_mail': { per_minute: 1 } } });
    expect(times(2, { server: 'other' })).toEqual([null, null]);
    expect(times(2, { server: 'mail' }).map((hit) => hit === null)).toEqual([true, false]);
  });

  it("is nobody's where a name is one that every object has", () => {
    const { times } = limiter({ tools: { send_mail: { per_minute: 1 } } });
    expect(times(3, { tool: 'constructor', agent: '__proto__' })).toEqual([null, null, null]);
  });

  it('stays exact when many names come by', () => {
    const { times, wait } = limiter({ agents: { default: { per_minute: 1 } } });
    times(1, { agent: 'kept' });
    for (let index = 0; index < 3000; index += 1) times(1, { agent: `agent ${index}` });
    expect(times(1, { agent: 'kept' })).not.toEqual([null]);
    wait(60);
    for (let index = 0; index < 3000; index += 1) times(1, { agent: `later ${index}` });
    expect(times(1, { agent: 'kept' })).toEqual([null]);
  });
});
