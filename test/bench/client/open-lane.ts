// A lane with a session of its own, as its opener has it.
import type { Lane } from '../load.ts';

export interface OpenLane extends Lane {
  readonly close: () => void;
}
