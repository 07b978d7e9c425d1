// Why policies can't be used, as data: for the window, the log and the command line.
import type { PolicyDiagnostic } from '../../shared/policy-editing.ts';

/** One mistake in a policy file; lines and columns count from 1, null where they are not known. */
export interface PolicyError {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}

/** At least one error; the first is the most telling. */
export interface PolicyFailure {
  readonly errors: readonly [PolicyError, ...PolicyError[]];
}

export type Loaded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: PolicyFailure };

/** A failure that is not tied to a place in a file. */
export function failed(message: string, file: string | null = null): Loaded<never> {
  return { ok: false, failure: { errors: [{ file, line: null, column: null, message }] } };
}

/** The same for the window. */
export function diagnose(
  errors: readonly PolicyError[],
  kind: PolicyDiagnostic['kind'],
  severity: PolicyDiagnostic['severity'] = 'error',
): PolicyDiagnostic[] {
  return errors.map((error) => ({ ...error, kind, severity }));
}

export function describeFailure({ errors }: PolicyFailure): string {
  return describeErrors(errors);
}

/** Like a compiler: `decision.rego:5:1: unexpected } token`, one error a line. */
export function describeErrors(errors: readonly PolicyError[]): string {
  return errors
    .map(({ file, line, column, message }) => {
      const place = [file, line, column].filter((part) => part !== null).join(':');
      return place === '' ? message : `${place}: ${message}`;
    })
    .join('\n');
}
