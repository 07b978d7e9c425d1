// The goals for speed, as ratios of figures of one run, and what a run says about them.
import type { Row } from './compare.ts';
import type { MicroRow } from './micro/micro.ts';
import { ratio } from './statistics.ts';

export interface Verdict {
  readonly goal: string;
  /** Null where the run does not have the figures for it. */
  readonly ratio: number | null;
  readonly bound: number;
  /** Whether it is an upper bound. */
  readonly atMost: boolean;
  readonly met: boolean | null;
}

/** Added medians are those at one connection; throughput and p99 those at the most connections. */
export function judge(rows: readonly Row[], micro: readonly MicroRow[]): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const shape of new Set(rows.map((row) => row.shape))) {
    const ofShape = rows.filter((row) => row.shape === shape);
    const counts = ofShape.map(({ connections }) => connections);
    const lightly = ofShape.filter(({ connections }) => connections === Math.min(...counts));
    const heavily = ofShape.filter(({ connections }) => connections === Math.max(...counts));
    if (!ofShape.some(({ role }) => role === 'ours')) continue;

    const added = lightly.find(({ role }) => role === 'ours')?.addedMicros ?? null;
    const relay = lightly.find(({ role }) => role === 'relay')?.addedMicros ?? null;
    const peersAdded = peersOf(lightly).flatMap(({ addedMicros }) => addedMicros ?? []);
    if (lightly.some(({ role }) => role === 'relay')) {
      verdicts.push(atMost(`${shape}: added median / bare TCP relay's`, divided(added, relay), 2.5));
    }
    verdicts.push(atMost(`${shape}: added median / best peer's`, divided(added, least(peersAdded)), 0.5));

    const ours = heavily.find(({ role }) => role === 'ours');
    const direct = heavily.find(({ role }) => role === 'direct');
    const peersPerSecond = peersOf(heavily).map(({ perSecond }) => perSecond);
    verdicts.push(
      atLeast(
        `${shape}: requests/s / best peer's`,
        divided(ours?.perSecond ?? null, most(peersPerSecond)),
        3,
      ),
      atMost(`${shape}: p99 / direct p99`, divided(ours?.p99Micros ?? null, direct?.p99Micros ?? null), 2),
    );
  }
  for (const { goal, micros, referenceMicros, bound } of micro) {
    if (bound !== null) verdicts.push(atMost(goal, ratio(micros, referenceMicros), bound));
  }
  return verdicts;
}

const peersOf = (rows: readonly Row[]) => rows.filter(({ role }) => role === 'peer');
const least = (values: readonly number[]) => (values.length === 0 ? null : Math.min(...values));
const most = (values: readonly number[]) => (values.length === 0 ? null : Math.max(...values));

function divided(value: number | null, reference: number | null): number | null {
  return value === null || reference === null ? null : ratio(value, reference);
}

function atMost(goal: string, value: number | null, bound: number): Verdict {
  return { goal, ratio: value, bound, atMost: true, met: value === null ? null : value <= bound };
}

function atLeast(goal: string, value: number | null, bound: number): Verdict {
  return { goal, ratio: value, bound, atMost: false, met: value === null ? null : value >= bound };
}
