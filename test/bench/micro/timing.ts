// Times small pieces of work against each other.
import { median } from '../statistics.ts';

/** Clock readings cost about as much as the shortest pieces of work, so these are timed in batches. */
const batch = 64;

/** Microseconds that one run of each takes: medians over rounds in which they take turns. */
export function timeInTurns(
  works: readonly (() => unknown)[],
  { rounds, milliseconds }: { rounds: number; milliseconds: number },
): number[] {
  const micros = works.map(() => [] as number[]);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, work] of works.entries()) {
      const one = timeFor(work, milliseconds);
      // The first round is for the compiler.
      if (round >= 0) micros[index]?.push(one);
    }
  }
  return micros.map(median);
}

function timeFor(work: () => unknown, milliseconds: number): number {
  // Kept, so that the work is not optimised away.
  const results: unknown[] = [];
  const begun = performance.now();
  let runs = 0;
  let now = begun;
  while (now - begun < milliseconds) {
    for (let run = 0; run < batch; run += 1) results[run] = work();
    runs += batch;
    now = performance.now();
  }
  return ((now - begun) * 1000) / runs;
}
