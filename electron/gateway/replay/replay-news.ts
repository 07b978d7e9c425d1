// What the thread of a replay is given, and what it tells.
import type { PolicyLearned, PolicyReplay, ReplayChange } from '../../shared/policy-trial.ts';
import type { SendablePolicy } from '../policy/candidate.ts';

interface LogTask {
  /** Absolute path of the audit database. */
  readonly database: string;
}

export interface ReplayTask extends LogTask {
  readonly kind: 'replay';
  readonly count: number;
  readonly policy: SendablePolicy;
}

export interface LearnTask extends LogTask {
  readonly kind: 'learn';
  /** Unix milliseconds; null leaves the period open. */
  readonly from: number | null;
  readonly to: number | null;
}

/** How far a replay is, as whole numbers since its beginning; `found` alone is what is new. */
export interface ReplayNews extends Pick<
  PolicyReplay,
  'total' | 'decided' | 'skipped' | 'changed' | 'changes'
> {
  readonly found: readonly ReplayChange[];
  readonly done: boolean;
}

export interface LearnNews {
  /** Looked at so far. */
  readonly calls: number;
  /** Null: it is still reading. */
  readonly learned: PolicyLearned | null;
}
