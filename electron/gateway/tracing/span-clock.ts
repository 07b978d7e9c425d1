// The time of spans: to the microsecond and always forward, but by the system's clock, so that spans of other programs fit in.
import type { HrTime } from '@opentelemetry/api';
import type { Clock } from '../ports.ts';

/** So far the two clocks may be apart before the system's counts: it was set, or the machine slept. Microseconds. */
const TOLERANCE = 2000;
const MICROS_PER_SECOND = 1e6;

/** The SDK's own start times are whole milliseconds: spans of one call would begin and end outside of each other. */
export function createSpanClock(clock: Clock): () => HrTime {
  let offset = -Infinity;
  return () => {
    const ticks = clock.monotonicMicros();
    const wall = clock.now() * 1000;
    if (Math.abs(wall - ticks - offset) > TOLERANCE) offset = wall - ticks;
    const micros = Math.round(ticks + offset);
    return [Math.floor(micros / MICROS_PER_SECOND), (micros % MICROS_PER_SECOND) * 1000];
  };
}
