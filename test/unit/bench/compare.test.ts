import { describe, expect, it } from 'vitest';
import { compare } from '../../bench/compare.ts';
import type { Candidate, Role, Surroundings } from '../../bench/targets/candidate.ts';

const effort = {
  rounds: 3,
  warmUp: { milliseconds: 1000, calls: 1 },
  slice: { milliseconds: 1000, calls: 4 },
};
const nothing: Surroundings = {
  processes: {
    start: () => expect.unreachable(),
    startServer: () => expect.unreachable(),
    killAll: () => undefined,
  },
  folder: '',
  peer: () => expect.unreachable(),
};

/** A candidate that says in `told` what is done with it. */
function candidate(name: string, role: Role, told: string[], call = () => Promise.resolve()): Candidate {
  return {
    name,
    role,
    start: () =>
      Promise.resolve({
        connect(connections) {
          told.push(`${name} connect ${connections}`);
          const lane = { call: () => (told.push(name), call()) };
          return Promise.resolve({
            lanes: Array.from({ length: connections }, () => lane),
            close: () => (told.push(`${name} disconnect`), Promise.resolve()),
          });
        },
        close: () => (told.push(`${name} close`), Promise.resolve()),
      }),
  };
}

const comparing = (candidates: Candidate[], connections = [1]) =>
  compare({ name: 'shape', candidates: () => candidates }, nothing, 0, connections, effort);

describe('compare', () => {
  it('lets the candidates take turns, and closes what it has opened', async () => {
    const told: string[] = [];
    await comparing([candidate('a', 'direct', told), candidate('b', 'ours', told)]);
    const turn = (name: string) => [name, name, name, name];
    const round = [...turn('a'), ...turn('b')];
    const opened = ['a connect 1', 'b connect 1', 'a', 'b'];
    const closed = ['a disconnect', 'b disconnect', 'a close', 'b close'];
    expect(told).toEqual([...opened, ...round, ...round, ...round, ...closed]);
  });

  it('counts calls of all rounds, and what is added to the direct way', async () => {
    const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    const { rows } = await comparing(
      [candidate('a', 'direct', []), candidate('b', 'ours', [], slow)],
      [1, 2],
    );
    expect(rows.map(({ name, connections, calls }) => [name, connections, calls])).toEqual([
      ['a', 1, 12],
      ['b', 1, 12],
      ['a', 2, 12],
      ['b', 2, 12],
    ]);
    expect(rows[0]?.addedMicros).toBeNull();
    expect(rows[1]?.addedMicros).toBeGreaterThan(15_000);
  });

  it('leaves out a candidate that fails, and says why', async () => {
    const told: string[] = [];
    const broken = candidate('broken', 'peer', told, () => Promise.reject(new Error('no echo')));
    const { rows, failures } = await comparing([candidate('a', 'direct', told), broken], [1, 32]);
    expect(rows.map(({ name }) => name)).toEqual(['a', 'a']);
    expect(failures).toEqual([{ shape: 'shape', name: 'broken', role: 'peer', problem: 'Error: no echo' }]);
    expect(told).toContain('broken disconnect');
    expect(told).toContain('broken close');
    expect(told).not.toContain('broken connect 32');
  });

  it('leaves out a candidate that does not start', async () => {
    const absent: Candidate = {
      name: 'absent',
      role: 'peer',
      start: () => Promise.reject(new Error('not here')),
    };
    const { rows, failures } = await comparing([candidate('a', 'direct', []), absent]);
    expect(rows).toHaveLength(1);
    expect(failures[0]?.problem).toBe('Error: not here');
  });
});
