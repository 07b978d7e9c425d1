import { describe, expect, it } from 'vitest';
import {
  callAt,
  emptyRun,
  type HitRun,
  keptPages,
  pagesBetween,
  pendingIn,
  rowOf,
  runOf,
  withChanges,
  withNewest,
  withNextPage,
  withoutFarPages,
  withPageAgain,
} from '../../../../renderer/state/activity/hit-run.ts';
import { sampleHit } from '../../../samples.ts';
import { sampleLog } from '../../sample-log.ts';

const pageSize = 10;

/** All pages of a log, from its top or from its end. */
function wholeRun(length: number, fromEnd = false): HitRun {
  const log = sampleLog(length);
  const sort = fromEnd ? 'oldest' : 'newest';
  let run = runOf(log.search({ sort, limit: pageSize }), fromEnd);
  while (run.next !== null) {
    run = withNextPage(run, log.search({ sort, limit: pageSize, cursor: run.next }));
  }
  return run;
}

describe('a run of calls', () => {
  it('numbers its rows from the top, from whichever end it was read', () => {
    const down = wholeRun(25);
    expect([0, 9, 10, 24, 25, -1].map((row) => callAt(down, row)?.id)).toEqual([
      25,
      16,
      15,
      1,
      undefined,
      undefined,
    ]);
    const up = wholeRun(25, true);
    expect([0, 24, 25].map((row) => callAt(up, row)?.id)).toEqual([25, 1, undefined]);
    expect([rowOf(down, 1), rowOf(up, 1), rowOf(down, 99)]).toEqual([24, 24, null]);
    expect(pagesBetween(down, 9, 11)).toEqual([0, 1]);
    expect(pagesBetween(up, 0, 3)).toEqual([2]);
    expect(rowOf(emptyRun, 1)).toBeNull();
  });

  it('lets pages go that are far from what is in sight, but the first, and takes them again', () => {
    const run = wholeRun(400);
    const rows = run.total;
    const near = withoutFarPages(run, 200, 210);
    const filled = near.pages.flatMap(({ calls }, index) => (calls === null ? [] : [index]));
    expect(filled).toHaveLength(keptPages + 1);
    expect(filled[0]).toBe(0);
    expect(filled).toContain(20);
    expect([near.total, callAt(near, rows - 1)]).toEqual([rows, undefined]);
    const again = withPageAgain(near, 39, (run.pages[39]?.calls ?? []).slice(1));
    expect(callAt(again, rows - 2)?.id).toBe(1);
    expect(again.total).toBe(rows);
    expect(withoutFarPages(wholeRun(50), 0, 5).pages.every(({ calls }) => calls !== null)).toBe(true);
  });

  it('grows at its top as long as that leaves no gap and is not too much', () => {
    const log = sampleLog(15);
    const run = runOf(log.search({ limit: pageSize }));
    log.grow(3);
    const grown = withNewest(run, log.search({ limit: pageSize }), 20);
    expect([grown?.total, grown && callAt(grown, 0)?.id, grown && callAt(grown, 12)?.id]).toEqual([
      13, 18, 6,
    ]);
    log.grow(40);
    expect(withNewest(run, log.search({ limit: pageSize }), 20)).toBeNull();
    log.grow(5);
    expect(withNewest(run, log.search({ limit: 50 }), 20)).toBeNull();
    const first = withNewest(runOf({ calls: [], cursor: null, through: 0 }), log.search({ limit: 100 }), 200);
    expect(first?.total).toBe(63);
    expect(withNewest(emptyRun, log.search({}), 100)).toBeNull();
  });

  it('takes over what has become of its calls', () => {
    const pending = [sampleHit(2, { status: 'pending' }), sampleHit(1)];
    const run = runOf({ calls: pending, cursor: null, through: 2 });
    expect(pendingIn(run).map(({ id }) => id)).toEqual([2]);
    const changed = withChanges(run, [sampleHit(2), sampleHit(7)]);
    expect([pendingIn(changed), changed.total]).toEqual([[], 2]);
  });
});
