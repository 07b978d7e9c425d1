// The part of the log that a list has read: one unbroken run of pages, from which those out of sight can be let go.
import type { CallHit, CallHits } from '../../../electron/shared/audit-search.ts';

/** How many pages keep their calls at most. */
export const keptPages = 20;

interface HitPage {
  /** With which it was read, and can be read again. */
  readonly cursor: string | undefined;
  /** Null: let go. */
  readonly calls: readonly CallHit[] | null;
  /** How many calls it has, or had. */
  readonly length: number;
}

/** Every change makes a new run, so that whoever shows one never sees it half changed. */
export interface HitRun {
  /** In the order in which they were read. */
  readonly pages: readonly HitPage[];
  /** Of the next page; null where there is none. */
  readonly next: string | null;
  readonly total: number;
  /** It was read from the list's end: what was read first is the last row. */
  readonly fromEnd: boolean;
}

export const emptyRun: HitRun = { pages: [], next: null, total: 0, fromEnd: false };

/** A run of one page. */
export function runOf({ calls, cursor: next }: CallHits, fromEnd = false): HitRun {
  return { pages: [pageOf(calls, undefined)], next, total: calls.length, fromEnd };
}

/** Adds the page that `run.next` led to. */
export function withNextPage(run: HitRun, { calls, cursor: next }: CallHits): HitRun {
  const pages = [...run.pages, pageOf(calls, run.next ?? undefined)];
  return { ...run, pages, next, total: run.total + calls.length };
}

/** Puts a page that was read again in its place. Rows keep their numbers: it counts as long as it was. */
export function withPageAgain(run: HitRun, index: number, calls: readonly CallHit[]): HitRun {
  const pages = run.pages.map((page, at) =>
    at === index ? { ...page, calls: calls.slice(0, page.length) } : page,
  );
  return { ...run, pages };
}

/** Takes over what has become of calls that are in the run. */
export function withChanges(run: HitRun, changed: readonly CallHit[]): HitRun {
  const byId = new Map(changed.map((call) => [call.id, call]));
  const pages = run.pages.map((page) =>
    page.calls?.some(({ id }) => byId.has(id)) === true
      ? { ...page, calls: page.calls.map((call) => byId.get(call.id) ?? call) }
      : page,
  );
  return { ...run, pages };
}

/** Adds newer calls above the first page; null where they may not be next to it, and the run must be read anew. */
export function withNewest(run: HitRun, { calls, cursor }: CallHits, mostOnTop: number): HitRun | null {
  const top = run.pages[0];
  if (!top?.calls) return null;
  const known = top.calls[0];
  const newer = known === undefined ? calls : calls.filter(({ id }) => id > known.id);
  const joins = cursor === null || newer.length < calls.length;
  if (!joins || top.length + newer.length > mostOnTop) return null;
  const first = pageOf([...newer, ...top.calls], undefined);
  const grown = { ...run, pages: [first, ...run.pages.slice(1)], total: run.total + newer.length };
  return withChanges(grown, calls);
}

/** Lets calls go that are far from the rows in sight. The first page stays: read again it would be another one. */
export function withoutFarPages(run: HitRun, start: number, end: number): HitRun {
  const filled = run.pages.flatMap(({ calls }, index) => (calls === null || index === 0 ? [] : [index]));
  if (filled.length <= keptPages) return run;
  const places = pagesBetween(run, start, end);
  const middle = ((places[0] ?? 0) + (places.at(-1) ?? 0)) / 2;
  const far = new Set(
    filled
      .toSorted((a, b) => Math.abs(b - middle) - Math.abs(a - middle))
      .slice(0, filled.length - keptPages),
  );
  return { ...run, pages: run.pages.map((page, at) => (far.has(at) ? { ...page, calls: null } : page)) };
}

/** The pages that rows from `start` to `end` (exclusive) are on. */
export function pagesBetween(run: HitRun, start: number, end: number): number[] {
  const [from, to] = run.fromEnd ? [run.total - end, run.total - start] : [start, end];
  let first = 0;
  return run.pages.flatMap(({ length }, index) => {
    first += length;
    return first > from && first - length < to ? [index] : [];
  });
}

/** The call of a row; undefined where it was let go, or is gone from the log. */
export function callAt(run: HitRun, row: number): CallHit | undefined {
  let place = run.fromEnd ? run.total - 1 - row : row;
  if (place < 0) return undefined;
  for (const { length, calls } of run.pages) {
    if (place < length) return calls?.[place];
    place -= length;
  }
  return undefined;
}

/** The row of a call; null where it is not in the run, or was let go. */
export function rowOf(run: HitRun, id: number): number | null {
  let first = 0;
  for (const { calls, length } of run.pages) {
    const at = calls?.findIndex((call) => call.id === id) ?? -1;
    if (at !== -1) return run.fromEnd ? run.total - 1 - first - at : first + at;
    first += length;
  }
  return null;
}

/** All calls that are in memory and on their way, as they were read. */
export function pendingIn({ pages }: HitRun): CallHit[] {
  return pages.flatMap(({ calls }) => calls ?? []).filter(({ status }) => status === 'pending');
}

const pageOf = (calls: readonly CallHit[], cursor: string | undefined): HitPage => ({
  calls,
  cursor,
  length: calls.length,
});
