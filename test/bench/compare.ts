// Measures the candidates of a shape against each other: all of them are up, and take turns, round for round.
import { applyLoad, type Limits, type Slice } from './load.ts';
import { median } from './statistics.ts';
import type { Candidate, Connected, Role, Running, Surroundings } from './targets/candidate.ts';
import type { Shape } from './targets/shapes.ts';

export interface Effort {
  readonly rounds: number;
  readonly warmUp: Limits;
  readonly slice: Limits;
}

/** One candidate's figures at a number of connections: medians over the rounds. */
export interface Row {
  readonly shape: string;
  readonly connections: number;
  readonly name: string;
  readonly role: Role;
  readonly calls: number;
  readonly medianMicros: number;
  readonly p99Micros: number;
  readonly perSecond: number;
  /** What it adds to the direct way's median of the same round; null for that itself. */
  readonly addedMicros: number | null;
}

export interface Failure {
  readonly shape: string;
  readonly name: string;
  readonly role: Role;
  readonly problem: string;
}

export interface Comparison {
  readonly rows: readonly Row[];
  readonly failures: readonly Failure[];
}

interface Contender<T> {
  readonly candidate: Candidate;
  readonly part: T;
}

/** A candidate that fails is left out from then on, and is among the failures. */
export async function compare(
  shape: Shape,
  around: Surroundings,
  httpPort: number,
  connections: readonly number[],
  effort: Effort,
): Promise<Comparison> {
  const rows: Row[] = [];
  const failures: Failure[] = [];

  /** Does something with each in turn; keeps those with which it went well. */
  async function withEach<T, U>(
    contenders: readonly Contender<T>[],
    work: (part: T, candidate: Candidate) => Promise<U>,
  ): Promise<Contender<U>[]> {
    const kept: Contender<U>[] = [];
    for (const { candidate, part } of contenders) {
      try {
        kept.push({ candidate, part: await work(part, candidate) });
      } catch (error) {
        const { name, role } = candidate;
        failures.push({ shape: shape.name, name, role, problem: String(error).trim().slice(0, 500) });
      }
    }
    return kept;
  }

  const candidates = shape.candidates(around, httpPort).map((candidate) => ({ candidate, part: null }));
  const running = await withEach(candidates, (_, candidate) => candidate.start());
  try {
    for (const count of connections) {
      const usable = running.filter(({ candidate }) => !failures.some(({ name }) => name === candidate.name));
      const connected = await withEach(usable, (part: Running) => part.connect(count));
      try {
        rows.push(...(await takeTurns(connected, count)));
      } finally {
        for (const { part } of connected) await part.close();
      }
    }
  } finally {
    for (const { part } of running) await part.close();
  }
  return { rows, failures };

  async function takeTurns(connected: readonly Contender<Connected>[], count: number): Promise<Row[]> {
    const slices = new Map<Candidate, Slice[]>();
    let playing = await withEach(connected, async (part) => {
      await applyLoad(part.lanes, effort.warmUp);
      return part;
    });
    for (let round = 0; round < effort.rounds; round += 1) {
      playing = await withEach(playing, async (part, candidate) => {
        const slice = await applyLoad(part.lanes, effort.slice);
        slices.set(candidate, [...(slices.get(candidate) ?? []), slice]);
        return part;
      });
    }
    const direct = playing.find(({ candidate }) => candidate.role === 'direct');
    const reference = direct === undefined ? [] : (slices.get(direct.candidate) ?? []);
    return playing.map(({ candidate }) => toRow(candidate, count, slices.get(candidate) ?? [], reference));
  }

  function toRow({ name, role }: Candidate, count: number, slices: Slice[], direct: readonly Slice[]): Row {
    const over = (figure: (slice: Slice, round: number) => number) => median(slices.map(figure));
    return {
      shape: shape.name,
      connections: count,
      name,
      role,
      calls: slices.reduce((sum, { calls }) => sum + calls, 0),
      medianMicros: over(({ medianMicros }) => medianMicros),
      p99Micros: over(({ p99Micros }) => p99Micros),
      perSecond: over(({ perSecond }) => perSecond),
      addedMicros:
        role === 'direct'
          ? null
          : over(({ medianMicros }, round) => medianMicros - (direct[round]?.medianMicros ?? Number.NaN)),
    };
  }
}
