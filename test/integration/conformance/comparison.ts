// Compares two runs of a suite check by check.
import type { Check, SuiteResults } from './suite.ts';

export interface Difference {
  /** `scenario / id / name`, and which one of them where there are several. */
  readonly check: string;
  readonly direct: string;
  readonly proxied: string;
}

const ABSENT = 'absent';

/** Every check whose outcome is not the same in both runs, or that only one of them has; sorted. */
export function differences(direct: SuiteResults, proxied: SuiteResults): Difference[] {
  const left = outcomes(direct);
  const right = outcomes(proxied);
  const checks = [...new Set([...left.keys(), ...right.keys()])].sort();
  return checks.flatMap((check) => {
    const found = { check, direct: left.get(check) ?? ABSENT, proxied: right.get(check) ?? ABSENT };
    return found.direct === found.proxied ? [] : [found];
  });
}

/** One line for each, for people. */
export function table(found: readonly Difference[]): string {
  return found.map(({ check, direct, proxied }) => `${check}\n  ${direct} -> ${proxied}`).join('\n');
}

function outcomes(results: SuiteResults): Map<string, string> {
  const found = new Map<string, string>();
  for (const [scenario, checks] of results) {
    const seen = new Map<string, number>();
    for (const check of checks) {
      const key = `${scenario} / ${check.id} / ${check.name}`;
      const nth = (seen.get(key) ?? 0) + 1;
      seen.set(key, nth);
      found.set(nth === 1 ? key : `${key} #${nth}`, outcomeOf(check));
    }
  }
  return found;
}

function outcomeOf({ status, errorMessage }: Check): string {
  return errorMessage === '' ? status : `${status}: ${errorMessage}`;
}
