import { describe, expect, it } from 'vitest';
import type { Row } from '../../bench/compare.ts';
import { judge } from '../../bench/goals.ts';

const shape = 'HTTP to HTTP';
const row = (role: Row['role'], connections: number, figures: Partial<Row>): Row => ({
  shape,
  connections,
  name: role,
  role,
  calls: 1,
  medianMicros: 100,
  p99Micros: 100,
  perSecond: 1000,
  addedMicros: null,
  ...figures,
});

const rows = [
  row('direct', 1, {}),
  row('relay', 1, { addedMicros: 100 }),
  row('ours', 1, { addedMicros: 200 }),
  row('peer', 1, { addedMicros: 1000 }),
  row('peer', 1, { addedMicros: 500 }),
  row('direct', 32, { p99Micros: 1000 }),
  row('ours', 32, { p99Micros: 2500, perSecond: 4000 }),
  row('peer', 32, { perSecond: 1000 }),
  row('peer', 32, { perSecond: 500 }),
];

const verdict = (part: string, given: readonly Row[] = rows) =>
  judge(given, []).find(({ goal }) => goal.includes(part));

describe('judge', () => {
  it('compares added medians with the relay and with the best peer', () => {
    expect(verdict('relay')).toMatchObject({ ratio: 2, met: true });
    expect(verdict('added median / best peer')).toMatchObject({ ratio: 0.4, met: true });
  });

  it('compares throughput with the best peer, where more is better', () => {
    expect(verdict('requests/s')).toMatchObject({ ratio: 4, met: true });
    const slow = rows.map((one) =>
      one.role === 'ours' && one.connections === 32 ? { ...one, perSecond: 2000 } : one,
    );
    expect(verdict('requests/s', slow)).toMatchObject({ ratio: 2, met: false });
  });

  it('compares p99 under load with the direct one', () => {
    expect(verdict('p99')).toMatchObject({ ratio: 2.5, met: false });
  });

  it('says nothing about peers that are not there', () => {
    const alone = rows.filter(({ role }) => role !== 'peer');
    expect(verdict('added median / best peer', alone)).toMatchObject({ ratio: null, met: null });
  });

  it('judges the steps of a call', () => {
    const step = { step: 's', micros: 3, reference: 'r', referenceMicros: 2, bound: 1.2, goal: 'step' };
    expect(judge([], [step])).toEqual([{ goal: 'step', ratio: 1.5, bound: 1.2, atMost: true, met: false }]);
  });
});
