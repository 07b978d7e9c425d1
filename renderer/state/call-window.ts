// The part of the audit log that is in memory: one unbroken run of calls, newest first, of bounded length.
import type { CallSummary } from '../../electron/shared/domain.ts';

/** How many calls are kept at most. */
export const keptCalls = 2_000;

/** Calls above the run that were let go; asking for what lies before the cursor brings them back. */
interface Dropped {
  readonly before: number;
  readonly count: number;
}

/**
 * Every change makes a new window, so that whoever shows one never sees it half changed.
 * Rows count from the newest call that was ever in it: `dropped` rows that are gone, then those of `calls`.
 */
export interface CallWindow {
  readonly calls: readonly CallSummary[];
  /** Number of rows above the run that were let go. */
  readonly dropped: number;
  readonly droppedParts: readonly Dropped[];
  /** Whether there are older calls below the run. */
  readonly more: boolean;
}

export const emptyWindow: CallWindow = { calls: [], dropped: 0, droppedParts: [], more: false };

/** Adds older calls below, and lets the topmost go where it is too many. */
export function withOlder(window: CallWindow, older: readonly CallSummary[], more: boolean): CallWindow {
  const calls = [...window.calls, ...older];
  const surplus = calls.length - keptCalls;
  const first = calls[0];
  if (surplus <= 0 || first === undefined) return { ...window, calls, more };
  return {
    calls: calls.slice(surplus),
    dropped: window.dropped + surplus,
    droppedParts: [...window.droppedParts, { before: first.id + 1, count: surplus }],
    more,
  };
}

/** The part that is next above the run, null where nothing was let go. */
export function partAbove({ droppedParts }: CallWindow): Dropped | null {
  return droppedParts.at(-1) ?? null;
}

/** Puts back the part above. It may have become smaller: old records are deleted after their time. */
export function withPartAbove(window: CallWindow, part: readonly CallSummary[]): CallWindow {
  const droppedParts = window.droppedParts.slice(0, -1);
  const kept = trimmed([...part, ...window.calls]);
  return {
    calls: kept.calls,
    dropped: droppedParts.reduce((sum, { count }) => sum + count, 0),
    droppedParts,
    more: window.more || kept.more,
  };
}

/** Adds newer calls at the very top. */
export function withNewer(window: CallWindow, newer: readonly CallSummary[]): CallWindow {
  const kept = trimmed([...newer, ...window.calls]);
  return { ...window, calls: kept.calls, more: window.more || kept.more };
}

/** Takes over what has become of calls that are in the run. */
export function withChanges(window: CallWindow, changed: readonly CallSummary[]): CallWindow {
  const byId = new Map(changed.map((call) => [call.id, call]));
  return { ...window, calls: window.calls.map((call) => byId.get(call.id) ?? call) };
}

/** The ids between which calls lie that were on their way when they were read; null where none was. */
export function pendingSpan(
  { calls }: CallWindow,
  within: number,
): { newest: number; oldest: number; count: number } | null {
  const recent = calls.slice(0, within);
  const first = recent.findIndex(({ status }) => status === 'pending');
  const last = recent.findLastIndex(({ status }) => status === 'pending');
  const newest = recent[first];
  const oldest = recent[last];
  if (newest === undefined || oldest === undefined) return null;
  return { newest: newest.id, oldest: oldest.id, count: last - first + 1 };
}

function trimmed(calls: readonly CallSummary[]): { calls: readonly CallSummary[]; more: boolean } {
  return { calls: calls.slice(0, keptCalls), more: calls.length > keptCalls };
}
