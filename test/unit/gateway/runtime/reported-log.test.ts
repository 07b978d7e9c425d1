// Counting what is written, and telling what can't be: a failed record stops its call, nothing else does.
import { describe, expect, it, vi } from 'vitest';
import { reportWrites } from '../../../../electron/gateway/runtime/reported-log.ts';
import type { CallOutcome, Verdict } from '../../../../electron/gateway/call.ts';
import { callOf, MemoryLog, recordingLogger, request } from '../fakes.ts';

const verdict: Verdict = {
  allow: true,
  reason: 'policy',
  mode: 'enforce',
  waitedMs: null,
  decision: {
    allow: true,
    ask: false,
    violations: [],
    matchedRule: null,
    requiredCapability: null,
    message: null,
  },
};
const outcome: CallOutcome = {
  status: 'ok',
  latencyMicros: 1,
  responseBytes: 2,
  errorCode: null,
  errorMessage: null,
};
const refusal = { code: -32001, message: 'no' };
const refusedMessage = {
  requestId: 'req_1',
  at: 1,
  sessionId: '',
  server: 's',
  method: 'm',
  reason: 'malformed',
  errorCode: -32700,
  errorMessage: 'bad',
  sourceIp: '',
} as const;

const someCall = callOf(request(1, 'tools/call', { name: 'x' }));

const diskIsFull = () => {
  throw new Error('database or disk is full');
};

describe('the reported log', () => {
  it('counts calls, denials and questions, and tells of each write', async () => {
    const told: number[] = [];
    const log = reportWrites(new MemoryLog(), recordingLogger(), (id) => told.push(id));
    const id = await log.record(someCall, verdict, null);
    await log.record(someCall, { ...verdict, allow: false, waitedMs: 5 }, refusal);
    log.refused(refusedMessage);
    log.complete(id, outcome);
    await vi.waitFor(() => expect(told).toHaveLength(4));
    expect(log.totals).toEqual({ calls: 3, denied: 2, asked: 1 });
    expect(log.newestId).toBe(told.at(-1));
    expect(log.problem).toBeNull();
  });

  it('rejects where a record can not be written, says so, and takes it back with the next that can', async () => {
    const inner = new MemoryLog();
    const logger = recordingLogger();
    const log = reportWrites(inner, logger, () => undefined);
    inner.broken = true;
    await expect(log.record(someCall, verdict, null)).rejects.toThrow('disk is full');
    expect(log.problem).toMatchObject({ code: 'audit_write' });
    expect(log.problem?.message).toContain('disk is full');
    expect(logger.lines.map(({ event }) => event)).toEqual(['audit_record_failed']);
    expect(log.totals.calls).toBe(0);
    inner.broken = false;
    await log.record(someCall, verdict, null);
    expect(log.problem).toBeNull();
  });

  it('does not fail for what can not be undone any more', async () => {
    const inner = Object.assign(new MemoryLog(), {
      refused: diskIsFull,
      complete: () => Promise.reject(new Error('database or disk is full')),
    });
    const logger = recordingLogger();
    const log = reportWrites(inner, logger, () => undefined);
    log.refused(refusedMessage);
    log.complete(1, outcome);
    await vi.waitFor(() => expect(logger.lines).toHaveLength(2));
    expect(logger.lines.map(({ event }) => event)).toEqual(['audit_refusal_failed', 'audit_outcome_failed']);
    expect(log.problem).not.toBeNull();
  });
});
