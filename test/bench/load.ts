// Puts load on one target for a moment: every lane sends its next call as soon as it has the answer to the last.
import { median, percentile } from './statistics.ts';

/** One caller with one call under way at a time. */
export interface Lane {
  /** Rejects where the answer is not the right one. */
  call(): Promise<void>;
}

/** A slice of load ends with what comes first. */
export interface Limits {
  readonly milliseconds: number;
  readonly calls: number;
}

export interface Slice {
  readonly calls: number;
  readonly medianMicros: number;
  readonly p99Micros: number;
  readonly perSecond: number;
}

/** A call that takes longer than this counts as lost, milliseconds. */
const patienceMs = 10_000;

/** Rejects with a lane's error, or where answers stay away. Calls under way at the end are waited for and counted. */
export async function applyLoad(lanes: readonly Lane[], limits: Limits): Promise<Slice> {
  const micros: number[] = [];
  const begun = performance.now();
  const end = begun + limits.milliseconds;
  let left = limits.calls;

  const drive = async (lane: Lane) => {
    for (let now = performance.now(); now < end && left > 0;) {
      left -= 1;
      await lane.call();
      const answered = performance.now();
      micros.push((answered - now) * 1000);
      now = answered;
    }
  };

  await withDeadline(Promise.all(lanes.map(drive)), limits.milliseconds + patienceMs, 'Answers stayed away');
  const seconds = (performance.now() - begun) / 1000;
  return {
    calls: micros.length,
    medianMicros: median(micros),
    p99Micros: percentile(micros, 99),
    perSecond: micros.length / seconds,
  };
}

/** Rejects with `what` where `work` is not over in time; the work itself goes on. */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} (${milliseconds} ms)`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
