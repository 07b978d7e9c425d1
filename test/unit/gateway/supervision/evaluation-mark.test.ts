import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createEvaluationMark,
  evaluationMemory,
  nameOf,
  watchEvaluations,
  type Overrun,
} from '../../../../electron/gateway/supervision/evaluation-mark.ts';
import { toolCall } from '../fakes.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched() {
  const memory = evaluationMemory();
  const found: Overrun[] = [];
  const watch = watchEvaluations(memory, (overrun) => found.push(overrun));
  onTestFinished(() => watch.close());
  const mark = createEvaluationMark(memory);
  mark.policy('a'.repeat(64), 100);
  return { mark, found };
}

describe('an evaluation that does not end', () => {
  it('is told once, with the policy and all that a record of the call needs', () => {
    const { mark, found } = watched();
    const call = toolCall('read\nfile');
    mark.begin(call);
    vi.advanceTimersByTime(5000);
    const { requestId, at, sourceIp, server } = call;
    const facts = { requestId, at, sourceIp, server, sessionId: call.session.id };
    expect(found).toEqual([
      { hash: 'a'.repeat(64), call: { ...facts, method: 'tools/call', target: 'read\nfile' } },
    ]);
    expect(found.map((each) => nameOf(each.call))).toEqual([`${requestId} (tools/call read\nfile)`]);
  });

  it('is cut where it names more than there is room for', () => {
    const { mark, found } = watched();
    mark.begin(toolCall('é'.repeat(1000)));
    vi.advanceTimersByTime(5000);
    expect(found[0]?.call.target).toMatch(/^é{100,512}$/u);
  });

  it('is not what many short ones are', () => {
    const { mark, found } = watched();
    for (let round = 0; round < 20; round += 1) {
      mark.begin(toolCall('read_file'));
      vi.advanceTimersByTime(400);
      mark.end();
      vi.advanceTimersByTime(200);
    }
    expect(found).toEqual([]);
  });
});
