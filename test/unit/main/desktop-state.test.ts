import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { searchCommands } from '../../../electron/shared/audit-search.ts';
import { followDesktop, type DesktopState } from '../../../electron/main/desktop-state.ts';
import type { GatewayHost } from '../../../electron/gateway/host.ts';
import { approvalCommands } from '../../../electron/shared/approvals.ts';
import { exportCommands } from '../../../electron/shared/audit-export.ts';
import { configCommands } from '../../../electron/shared/config-settings.ts';
import { auditProofCommands } from '../../../electron/shared/audit-proof.ts';
import { policyCommands, trialCommands, type Events } from '../../../electron/shared/contract.ts';
import { healthCommands } from '../../../electron/shared/health.ts';
import { serverCommands } from '../../../electron/shared/servers.ts';
import { forwardTo, type AnyEvent } from '../../../electron/shared/rpc.ts';
import type { CallSummary } from '../../../electron/shared/domain.ts';
import { sampleStatus } from '../../samples.ts';
import { approval, call } from './tray/states.ts';

type Event = AnyEvent<Events>;
const page = (calls: CallSummary[]) => ({
  calls: calls.map((one) => ({ ...one, asked: false, redacted: false, alerted: false, bytes: 0 })),
  cursor: null,
  through: 9,
});
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

function neverAsked(): never {
  throw new Error('not asked for here');
}

const standing = {
  id: 'answer_1',
  allow: true,
  title: "Always allow 'send_note'",
  file: 'answers/answer_1.rego',
  rule: null,
  note: '',
  since: null,
};

function setUp(readPage = vi.fn(() => page([call()]))) {
  const listeners = new Set<(event: Event) => void>();
  const host: Pick<GatewayHost, 'commands' | 'onEvent' | 'status'> = {
    status: () => sampleStatus({ state: 'starting', url: null }),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    commands: {
      'status.read': () => sampleStatus(),
      ...forwardTo(approvalCommands, neverAsked),
      'approvals.list': () => [],
      'grants.list': () => ({ now: 0, temporary: [], standing: [standing] }),
      'mode.set': () => undefined,
      'pause.set': () => undefined,
      ...forwardTo(auditProofCommands, neverAsked),
      ...forwardTo(exportCommands, neverAsked),
      ...forwardTo(policyCommands, neverAsked),
      ...forwardTo(trialCommands, neverAsked),
      ...forwardTo(configCommands, neverAsked),
      ...forwardTo(searchCommands, neverAsked),
      'calls.search': readPage,
      ...forwardTo(serverCommands, neverAsked),
      ...forwardTo(healthCommands, neverAsked),
      'demo.run': () => [],
      'sessions.end': () => false,
      'clients.list': () => [],
      'clients.register': neverAsked,
      'clients.rotate': neverAsked,
      'clients.remove': () => undefined,
      'clients.restore': neverAsked,
    },
  };
  const states: DesktopState[] = [];
  const feed = followDesktop(host, logger, (state) => states.push(state), 1000);
  const tell = (event: Event) => {
    for (const listener of listeners) listener(event);
  };
  return { feed, states, tell, readPage, listeners };
}

describe('desktop state', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('starts with what is known and follows status and approvals', () => {
    const { states, tell } = setUp();
    expect(states.at(-1)).toMatchObject({ status: { state: 'starting' }, approvals: [], recent: [] });
    tell({ name: 'status.changed', payload: sampleStatus({ mode: 'audit' }) });
    tell({ name: 'approvals.changed', payload: [approval()] });
    expect(states.at(-1)).toMatchObject({ status: { mode: 'audit' }, approvals: [{ id: 'a1' }] });
  });

  it('reads the last calls when the gateway begins to serve', async () => {
    const { states, tell } = setUp();
    tell({ name: 'status.changed', payload: sampleStatus() });
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)?.recent).toMatchObject([call()]);
  });

  it('lists five calls that something was decided about, and no handshakes', async () => {
    const calls = [
      call({ id: 9, method: 'initialize', tool: null, reason: 'pass' }),
      ...[8, 7, 6, 5, 4, 3].map((id) => call({ id })),
    ];
    const { states, tell } = setUp(vi.fn(() => page(calls)));
    tell({ name: 'calls.changed', payload: { newestId: 9 } });
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)?.recent.map(({ id }) => id)).toEqual([8, 7, 6, 5, 4]);
  });

  it('reads them at most once a second, and misses none of the last', async () => {
    const { tell, readPage } = setUp();
    for (let newestId = 1; newestId <= 1000; newestId++)
      tell({ name: 'calls.changed', payload: { newestId } });
    await vi.advanceTimersByTimeAsync(999);
    expect(readPage).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(readPage).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(readPage).toHaveBeenCalledTimes(2);
    tell({ name: 'calls.changed', payload: { newestId: 1001 } });
    expect(readPage).toHaveBeenCalledTimes(3);
  });

  it('keeps what it has where the calls cannot be read, and tries again at the next change', async () => {
    const readPage = vi.fn(() => {
      throw new Error('gone');
    });
    const { states, tell } = setUp(readPage);
    tell({ name: 'calls.changed', payload: { newestId: 1 } });
    await vi.advanceTimersByTimeAsync(1000);
    expect(states.at(-1)?.recent).toEqual([]);
    tell({ name: 'calls.changed', payload: { newestId: 2 } });
    expect(readPage).toHaveBeenCalledTimes(2);
  });

  it('shows for two seconds that calls come in, and not for those of earlier days', async () => {
    const { states, tell } = setUp();
    tell({ name: 'calls.changed', payload: { newestId: 40 } });
    expect(states.at(-1)?.isWorking).toBe(false);
    tell({ name: 'calls.changed', payload: { newestId: 40 } });
    expect(states.at(-1)?.isWorking).toBe(false);
    tell({ name: 'calls.changed', payload: { newestId: 41 } });
    await vi.advanceTimersByTimeAsync(1500);
    tell({ name: 'calls.changed', payload: { newestId: 42 } });
    await vi.advanceTimersByTimeAsync(1999);
    expect(states.at(-1)?.isWorking).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(states.at(-1)?.isWorking).toBe(false);
  });

  it('knows of do not disturb until another gateway serves, which was not told', () => {
    const { states, tell } = setUp();
    const current = { from: 0, until: 1, as: 'deny', calls: 0 } as const;
    tell({ name: 'approvals.quiet.changed', payload: { now: 0, current, last: null, unasked: [] } });
    expect(states.at(-1)?.quiet).toEqual(current);
    tell({ name: 'status.changed', payload: sampleStatus({ state: 'starting', url: null }) });
    tell({ name: 'status.changed', payload: sampleStatus() });
    expect(states.at(-1)?.quiet).toBeNull();
  });

  it('counts the answers that hold for longer, from the start on', async () => {
    const { states, tell } = setUp();
    tell({ name: 'status.changed', payload: sampleStatus() });
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)?.grants).toBe(1);
    tell({ name: 'grants.changed', payload: { now: 0, temporary: [], standing: [] } });
    expect(states.at(-1)?.grants).toBe(0);
  });

  it('is silent once closed', async () => {
    const { feed, states, tell, listeners } = setUp();
    tell({ name: 'calls.changed', payload: { newestId: 1 } });
    feed.close();
    const before = states.length;
    await vi.advanceTimersByTimeAsync(5000);
    expect(states).toHaveLength(before);
    expect(listeners.size).toBe(0);
  });
});
