// What is wrong with the policy files on disk: remembered for the overview, and told to the log and to whoever looks.
import type { PolicyDiagnostic } from '../../shared/policy-editing.ts';
import type { Logger } from '../ports.ts';
import { describeErrors, diagnose } from './policy-failure.ts';
import { noBundleYet } from './policy-folder.ts';

export interface DiskProblemsOptions {
  readonly folder: string;
  /** The version in force; null where there is none, and then every call is denied. */
  readonly inForce: () => number | null;
  /** Has every call denied for this reason. */
  readonly refuse: (why: string) => void;
  readonly logger: Logger;
  /** What is on disk has changed, or what is wrong with it. */
  readonly onChange: () => void;
}

export interface DiskProblems {
  /** The mark of what was looked at last; null where that could not be read. */
  seen(): string | null;
  diagnostics(): PolicyDiagnostic[];
  /** In words; null where nothing of it is an error. */
  problem(): string | null;
  /** @param mark of what was looked at; null where it could not be read */
  tell(mark: string | null, found: readonly PolicyDiagnostic[]): void;
  /** Nothing on disk counts until a bundle has come from this URL: that is no error of anybody's yet. */
  waitFor(url: string): void;
}

export function createDiskProblems(options: DiskProblemsOptions): DiskProblems {
  const { folder, inForce, refuse, logger, onChange } = options;
  let seen: string | null = null;
  let diagnostics: readonly PolicyDiagnostic[] = [];

  function problem(): string | null {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    return errors.length === 0 ? null : describeErrors(errors);
  }

  function remember(mark: string | null, found: readonly PolicyDiagnostic[]): void {
    seen = mark;
    diagnostics = found;
    if (inForce() === null)
      refuse(`No policy is in force, so every call is denied. ${problem() ?? ''}`.trim());
    onChange();
  }

  return {
    seen: () => seen,
    diagnostics: () => [...diagnostics],
    problem,

    tell(mark, found) {
      // A folder that is gone is looked for again and again: that is told once.
      if (mark === null && seen === null && JSON.stringify(found) === JSON.stringify(diagnostics)) return;
      remember(mark, found);
      const wrong = problem();
      if (wrong !== null) logger.error('policy_unusable', { folder, problem: wrong, inForce: inForce() });
      for (const { severity, message, file, line, column } of found)
        if (severity === 'warning') logger.warn('policy_warning', { file, line, column, message });
    },

    waitFor(url) {
      const message = noBundleYet(url);
      remember(null, diagnose([{ file: null, line: null, column: null, message }], 'bundle'));
      logger.info('policy_waits_for_bundle', { url, message: `${message}. Until then every call is denied` });
    },
  };
}
