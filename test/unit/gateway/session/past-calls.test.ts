import { describe, expect, it } from 'vitest';
import type { Call } from '../../../../electron/gateway/call.ts';
import { PastCalls } from '../../../../electron/gateway/session/past-calls.ts';
import { callOf, request, toolCall } from '../fakes.ts';

function after(...calls: readonly Call[]): PastCalls {
  const past = new PastCalls();
  for (const call of calls) past.add(call);
  return past;
}

const read = (uri: string) => callOf(request(1, 'resources/read', { uri }));

describe('the past calls of a session', () => {
  it('are each thing that was called, once, with how often', () => {
    const call = toolCall('read_file', { path: '/a' });
    const { history } = after(call, read('file:///a'), toolCall('read_file', { path: '/b' }), {
      ...call,
      server: 'other',
    });
    expect(history).toEqual({
      calls: [
        { server: 'files', method: 'tools/call', tool: 'read_file', resource: '', count: 2 },
        { server: 'files', method: 'resources/read', tool: '', resource: 'file:///a', count: 1 },
        { server: 'other', method: 'tools/call', tool: 'read_file', resource: '', count: 1 },
      ],
      truncated: false,
    });
  });

  it('are those alone that a policy checks', () => {
    expect(after(callOf(request(1, 'ping')), callOf(request(2, 'tools/list'))).history.calls).toEqual([]);
  });

  it('name each of several resources', () => {
    const uris = ['file:///a', 'file:///b'];
    const params = { notifications: { resourceSubscriptions: uris } };
    const { calls } = after(callOf(request(1, 'subscriptions/listen', params))).history;
    expect(calls.map(({ resource }) => resource)).toEqual(uris);
  });

  it('stay for a call what they were when it came', () => {
    const past = after(toolCall('a'));
    const { history } = past;
    past.add(toolCall('a'));
    past.add(toolCall('b'));
    expect(history.calls).toMatchObject([{ tool: 'a', count: 1 }]);
    expect(past.history.calls).toMatchObject([{ tool: 'a', count: 2 }, { tool: 'b' }]);
  });

  it('are at most 500, and say where some are missing; known ones are counted on', () => {
    const past = after(...Array.from({ length: 500 }, (_, index) => toolCall(`tool_${index}`)));
    expect(past.history.truncated).toBe(false);
    past.add(toolCall('one_more'));
    past.add(toolCall('tool_7'));
    const { calls, truncated } = past.history;
    expect(truncated).toBe(true);
    expect(calls).toHaveLength(500);
    expect(calls[7]).toMatchObject({ tool: 'tool_7', count: 2 });
  });

  it('lack what has too long a name, and say so', () => {
    const { history } = after(read(`file:///${'a'.repeat(1_000)}`), toolCall('a'));
    expect(history).toMatchObject({ calls: [{ tool: 'a' }], truncated: true });
  });
});
