import { describe, expect, it } from 'vitest';
import type { AllowedMessage, Call, CallOutcome, Verdict } from '../../../../electron/gateway/call.ts';
import { createDrain } from '../../../../electron/gateway/runtime/drain.ts';
import { clientWith } from '../approval/desk.ts';
import { callOf, decision, MemoryLog, notification, request, toolCall } from '../fakes.ts';

const LONG_MS = 60_000;
const client = clientWith();
const { signal } = new AbortController();
const allow: Verdict = {
  allow: true,
  reason: 'policy',
  mode: 'enforce',
  decision: decision(),
  waitedMs: null,
};
const done: CallOutcome = {
  status: 'ok',
  latencyMicros: 1,
  responseBytes: 2,
  errorCode: null,
  errorMessage: null,
};
const forward = (_allowed: AllowedMessage) => Promise.resolve();

/** A path that records each call and forwards it once `decided` says so. */
function setting() {
  const log = new MemoryLog();
  const drain = createDrain(log, new Set(['subscriptions/listen']));
  const decided = Promise.withResolvers<undefined>();
  const ids: number[] = [];
  const passDown = drain.path(async (call) => {
    await decided.promise;
    ids.push(await drain.log.record(call, allow, null));
    return null;
  });
  const pass = (call: Call) => passDown(call, signal, forward, client);
  return { log, drain, ids, pass, decide: () => decided.resolve(undefined) };
}

/** Whether it has resolved by now. */
async function isOver(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<false>((go) => setImmediate(go, false))]);
}

describe('the end in good order', () => {
  it('is at once where nothing runs', async () => {
    expect(await isOver(setting().drain.begin(LONG_MS))).toBe(true);
  });

  it('waits for a call from its verdict to its answer', async () => {
    const { drain, ids, pass, decide } = setting();
    const passed = pass(toolCall());
    const drained = drain.begin(LONG_MS);
    expect(await isOver(drained)).toBe(false);
    decide();
    await passed;
    expect(await isOver(drained)).toBe(false);
    drain.log.complete(ids[0] ?? 0, done);
    expect(await isOver(drained)).toBe(true);
  });

  it('waits no longer than it is told', async () => {
    const { drain, pass, decide } = setting();
    decide();
    await pass(toolCall());
    await drain.begin(5);
  });

  it('does not wait for what does not end by itself', async () => {
    const { drain, pass, decide } = setting();
    decide();
    await pass(callOf(request(1, 'subscriptions/listen', { notifications: {} })));
    expect(await isOver(drain.begin(LONG_MS))).toBe(true);
  });

  it('refuses new requests, and says so in the log', async () => {
    const { drain, log, pass, decide } = setting();
    decide();
    await drain.begin(LONG_MS);
    expect(await pass(toolCall('send'))).toEqual({ error: 'stopping' });
    expect(log.refusals).toMatchObject([{ method: 'tools/call', tool: 'send', errorCode: -32004 }]);
  });

  it('lets notifications pass, which may be about running calls', async () => {
    const { drain, log, pass, decide } = setting();
    decide();
    await drain.begin(LONG_MS);
    expect(await pass(callOf(notification('notifications/cancelled', { requestId: 1 })))).toBeNull();
    expect(log.calls).toHaveLength(1);
  });
});
