// What the thread that runs OPA is asked, and what it answers.
import type { OpaRun } from './opa.ts';

export interface RunRequest {
  readonly id: number;
  readonly path: string;
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
}

export type RunAnswer =
  | { readonly id: number; readonly ran: OpaRun }
  /** It could not be started, or did not end in time; in words. */
  | { readonly id: number; readonly failed: string };
