import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallerProcess } from '../../../../electron/gateway/call.ts';
import { waitingClient } from '../../../../electron/gateway/session/waiting-client.ts';
import { request } from '../fakes.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Setting = Parameters<typeof waitingClient>[2];

const cursor: CallerProcess = { pid: 7, started: '1', executable: '/opt/cursor', name: 'cursor' };

function setting(
  params: Record<string, unknown>,
  sole: () => Promise<CallerProcess | null> = () => Promise.resolve(null),
) {
  const deliver = vi.fn<(json: Buffer, relatedTo: unknown) => void>();
  const presence = { sole } as Setting['presence'];
  const client = waitingClient(
    request(9, 'tools/call', { name: 'send', ...params }),
    { deliver },
    { transport: 'streamable-http', presence },
  );
  const told = () =>
    deliver.mock.calls.map(([json]) => JSON.parse(json.toString()) as { params: { progress: number } });
  return { client, deliver, told };
}

describe('a client that waits', () => {
  it('is told so every five seconds, by its own token, and no longer', () => {
    const { client, told, deliver } = setting({ _meta: { progressToken: 'abc' } });
    const over = client.waits();
    vi.advanceTimersByTime(4_999);
    expect(told()).toEqual([]);
    vi.advanceTimersByTime(10_001);
    expect(told()).toHaveLength(3);
    expect(told()[0]).toMatchObject({
      method: 'notifications/progress',
      params: { progressToken: 'abc', message: 'Waiting for approval by the user' },
    });
    expect(deliver.mock.calls.every(([, relatedTo]) => relatedTo === 9)).toBe(true);
    over();
    vi.advanceTimersByTime(60_000);
    expect(told()).toHaveLength(3);
  });

  it('hears of more progress each time, and of less than any server’s own', () => {
    const { client, told } = setting({ _meta: { progressToken: 1 } });
    const over = client.waits();
    vi.advanceTimersByTime(3_600_000);
    over();
    const progress = told().map(({ params }) => params.progress);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(new Set(progress).size).toBe(720);
    expect(Math.max(...progress)).toBeLessThan(0);
  });

  it.each([[{}], [{ _meta: {} }], [{ _meta: { progressToken: {} } }]])(
    'is told nothing without a token: %j',
    (params) => {
      const { client, deliver } = setting(params);
      client.waits()();
      client.waits();
      vi.advanceTimersByTime(60_000);
      expect(deliver).not.toHaveBeenCalled();
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});

describe('its program', () => {
  it('is what the system says', async () => {
    await expect(setting({}, () => Promise.resolve(cursor)).client.program()).resolves.toBe(cursor);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not known where the system takes too long', async () => {
    const program = setting({}, () => new Promise(() => undefined)).client.program();
    vi.advanceTimersByTime(500);
    await expect(program).resolves.toBeNull();
  });
});

it.each([
  ['streamable-http', true],
  ['sse', true],
  ['stateless', false],
] as const)('has a session of its own over %s: %s', (transport, own) => {
  const presence = { sole: () => Promise.resolve(null) } as Setting['presence'];
  const client = waitingClient(request(1, 'tools/call'), { deliver: vi.fn() }, { transport, presence });
  expect(client.hasOwnSession).toBe(own);
});
