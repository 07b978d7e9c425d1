// What policies say of lists: by a rule of their own, or by a decision that can be foreseen.
import { mayRead, type InputPath } from './input-paths.ts';

/** Whether the decision on a call is known before it is made, for whatever is listed. */
export interface Foreseeable {
  readonly item: boolean;
  /** Of a template it is not known either which resource will be read by it. */
  readonly template: boolean;
}

/** What another call of the same tool or resource may have otherwise. */
const unknownForItems: readonly InputPath[] = [
  ['arguments'],
  ['request', 'arguments'],
  ['session'],
  ['context', 'timestamp'],
];

/** @param paths what the policy can see; null where that is not known */
export function foresee(paths: readonly InputPath[] | null, readsClock: boolean): Foreseeable {
  const reads = (unknown: InputPath) => mayRead(paths, unknown);
  const item = !readsClock && !unknownForItems.some(reads);
  return { item, template: item && !reads(['resource']) };
}

/** What the rule `listed` says; null where it says neither true nor false. */
export function readListed(results: unknown): boolean | null {
  const [first] = Array.isArray(results) ? (results as { result?: unknown }[]) : [];
  return typeof first?.result === 'boolean' ? first.result : null;
}
