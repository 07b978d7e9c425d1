import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AuditEvent } from '../../../../electron/shared/audit-events.ts';
import { countReads } from '../../../../electron/gateway/audit/counted-reads.ts';

const hourMs = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

function start() {
  const noted: AuditEvent[] = [];
  const clock = { now: () => Date.now(), monotonicMicros: () => 0 };
  const reads = countReads({ note: (event) => void noted.push(event) }, clock);
  return { reads, details: () => noted.map(({ kind, details }) => ({ kind, ...details })) };
}

it('records the first reading at once, and those of the hour behind it together', () => {
  const { reads, details } = start();
  reads.add(450);
  const first = { kind: 'log.read', requests: 1, records: 450, from: 1_000_000, to: 1_000_000 };
  expect(details()).toEqual([first]);
  for (let second = 0; second < 1800; second += 1) {
    vi.advanceTimersByTime(1000);
    reads.add(2);
  }
  expect(details()).toHaveLength(1);
  vi.advanceTimersByTime(hourMs / 2);
  const to = 1_000_000 + hourMs;
  expect(details()).toEqual([
    first,
    { kind: 'log.read', requests: 1800, records: 3600, from: 1_001_000, to },
  ]);
});

it('records one after a quiet hour at once again, and nothing for the quiet', () => {
  const { reads, details } = start();
  reads.add(1);
  vi.advanceTimersByTime(5 * hourMs);
  expect(details()).toHaveLength(1);
  reads.add(3);
  expect(details().at(-1)).toMatchObject({ requests: 1, records: 3 });
});

it('records at the end what it has not yet', () => {
  const { reads, details } = start();
  reads.add(1);
  reads.close();
  expect(details()).toHaveLength(1);
  const other = start();
  other.reads.add(1);
  other.reads.add(4);
  other.reads.close();
  expect(other.details().at(-1)).toMatchObject({ requests: 1, records: 4 });
  vi.advanceTimersByTime(hourMs);
  expect(other.details()).toHaveLength(2);
});
