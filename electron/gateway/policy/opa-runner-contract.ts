// What the thread that runs OPA is asked, and what it answers.
import type { DecisionExplained, ExplainTask } from './opa-explain.ts';
import type { OpaRun } from './opa.ts';

/** What is to be done with the program at this path. */
export type OpaTask =
  | {
      readonly kind: 'run';
      readonly path: string;
      readonly args: readonly string[];
      /** Absolute. */
      readonly cwd: string;
    }
  | { readonly kind: 'explain'; readonly path: string; readonly task: ExplainTask };

export interface OpaResults {
  readonly run: OpaRun;
  readonly explain: DecisionExplained;
}

export interface OpaRequest {
  readonly id: number;
  readonly task: OpaTask;
}

export type OpaAnswer =
  | { readonly id: number; readonly result: OpaResults[keyof OpaResults] }
  /** It could not be started, or did not end in time; in words. */
  | { readonly id: number; readonly failed: string };
