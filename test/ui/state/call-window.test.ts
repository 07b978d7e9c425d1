import { describe, expect, it } from 'vitest';
import {
  emptyWindow,
  keptCalls,
  partAbove,
  pendingSpan,
  withChanges,
  withNewer,
  withOlder,
  withPartAbove,
} from '../../../renderer/state/call-window.ts';
import { sampleCall } from '../../samples.ts';
import { sampleLog } from '../sample-log.ts';

describe('call window', () => {
  it('stays bounded on the way down and finds the way back up without a gap', () => {
    const log = sampleLog(keptCalls + 1_000);
    let window = emptyWindow;
    for (let more = true; more;) {
      const page = log.page({
        limit: 100,
        ...(window.calls.length > 0 && { before: window.calls.at(-1)?.id ?? 0 }),
      });
      window = withOlder(window, page.calls, page.more);
      more = page.more;
      expect(window.calls.length).toBeLessThanOrEqual(keptCalls);
    }
    expect(window).toMatchObject({ dropped: 1_000, more: false });
    expect(window.calls.at(-1)?.id).toBe(1);

    for (let part = partAbove(window); part !== null; part = partAbove(window)) {
      window = withPartAbove(window, log.page({ before: part.before, limit: part.count }).calls);
      expect(window.calls.length).toBeLessThanOrEqual(keptCalls);
    }
    expect(window).toMatchObject({ dropped: 0, more: true });
    expect(window.calls.map(({ id }) => id)).toEqual(
      Array.from({ length: keptCalls }, (_, place) => keptCalls + 1_000 - place),
    );
  });

  it('lets the oldest go where newer ones come in at the top', () => {
    const log = sampleLog(keptCalls);
    const full = withOlder(emptyWindow, log.page({ limit: keptCalls }).calls, false);
    const window = withNewer(full, [sampleCall(keptCalls + 1)]);
    expect(window.calls[0]?.id).toBe(keptCalls + 1);
    expect(window.calls.at(-1)?.id).toBe(2);
    expect(window.more).toBe(true);
  });

  it('knows between which ids calls are on their way, and takes over how they ended', () => {
    const calls = [5, 4, 3, 2, 1].map((id) =>
      sampleCall(id, id === 4 || id === 2 ? { status: 'pending' } : {}),
    );
    const window = withOlder(emptyWindow, calls, false);
    expect(pendingSpan(window, 500)).toEqual({ newest: 4, oldest: 2, count: 3 });
    expect(pendingSpan(window, 2)).toEqual({ newest: 4, oldest: 4, count: 1 });
    const after = withChanges(window, [sampleCall(4), sampleCall(2, { status: 'error' })]);
    expect(after.calls.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'error', 'ok']);
    expect(pendingSpan(after, 500)).toBeNull();
  });
});
