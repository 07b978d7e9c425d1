// Which problems are told of at once, each of them once until it is over.
import type { Problem } from '../../shared/domain.ts';

const urgentCodes = new Set(['audit_write', 'audit_salvaged']);

export interface UrgentProblems {
  /** Those that were not there the last time. */
  newAmong(problems: readonly Problem[]): Problem[];
}

export function createUrgentProblems(): UrgentProblems {
  let known: ReadonlySet<string> = new Set();
  return {
    newAmong(problems) {
      const urgent = problems.filter(({ code }) => urgentCodes.has(code));
      const found = urgent.filter(({ code }) => !known.has(code));
      known = new Set(urgent.map(({ code }) => code));
      return found;
    },
  };
}
