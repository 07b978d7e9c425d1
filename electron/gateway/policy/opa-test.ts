// Runs the tests of policies with OPA, and finds out which of their lines they reach.
import { z } from 'zod';
import type { PolicyDiagnostic, PolicyTestRun } from '../../shared/policy-editing.ts';
import { likelyDialect, readOpaErrors, type Dialect } from './opa-check.ts';
import type { Opa } from './opa.ts';
import { diagnose } from './policy-failure.ts';
import { withCopies } from './scratch-folder.ts';
import { isTest, type PolicySource } from './sources.ts';

/** https://www.openpolicyagent.org/docs/policy-testing, `opa test --format json`; durations are nanoseconds. */
const testReport = z.array(
  z.object({
    name: z.string(),
    package: z.string(),
    location: z.object({ file: z.string(), row: z.int() }),
    duration: z.number().default(0),
    fail: z.boolean().default(false),
    skip: z.boolean().default(false),
    error: z.unknown().optional(),
    output: z.base64().optional(),
  }),
);

const ranges = z.array(z.object({ start: z.object({ row: z.int() }), end: z.object({ row: z.int() }) }));
const coverageReport = z.object({
  files: z.record(
    z.string(),
    z.object({
      covered: ranges.default([]),
      not_covered: ranges.default([]),
      coverage: z.number().default(0),
    }),
  ),
});

type Results = PolicyTestRun['results'];

/**
 * Policy data is not among what tests see: each says by `with data.… as` what it needs, so that nobody's data can
 * make the tests of a policy fail.
 * @param files rules and tests
 */
export function runPolicyTests(
  opa: Opa,
  files: readonly PolicySource[],
  { coverage }: { readonly coverage: boolean },
): Promise<PolicyTestRun> {
  return withCopies(files, async ({ sources }) => {
    const dialect = await likelyDialect(opa, sources);
    const [tested, covered] = await Promise.all([
      runTests(opa, sources, dialect),
      coverage ? measure(opa, sources, dialect) : [],
    ]);
    return { ...tested, coverage: covered };
  });
}

/** Tests that failed, at their places. */
export function failedTests(results: Results): PolicyDiagnostic[] {
  return results
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'error')
    .map(({ name, file, line, outcome, message }) => ({
      file,
      line,
      column: 1,
      severity: 'error',
      kind: 'test',
      message: `${name} ${outcome === 'failed' ? 'fails' : `can't be run: ${message ?? 'OPA does not say why'}`}`,
    }));
}

async function runTests(
  opa: Opa,
  sources: string,
  dialect: Dialect,
): Promise<Pick<PolicyTestRun, 'diagnostics' | 'results'>> {
  const { output } = await opa.run(['test', '--format', 'json', ...dialect, '.'], sources);
  const report = testReport.safeParse(parse(output));
  if (!report.success) return { diagnostics: diagnose(readOpaErrors(output), 'compile'), results: [] };
  const results = report.data.map(({ location, duration, fail, skip, error, output: printed, ...test }) => ({
    name: test.name,
    package: test.package,
    file: location.file,
    line: location.row,
    outcome: skip
      ? ('skipped' as const)
      : error !== undefined
        ? ('error' as const)
        : fail
          ? ('failed' as const)
          : ('passed' as const),
    durationMicros: duration / 1000,
    message: error === undefined ? textOf(printed) : messageOf(error),
  }));
  return { diagnostics: [], results };
}

async function measure(opa: Opa, sources: string, dialect: Dialect): Promise<PolicyTestRun['coverage']> {
  const args = ['test', '--coverage', '--format', 'json', ...dialect, '.'];
  const report = coverageReport.safeParse(parse((await opa.run(args, sources)).output));
  // Tests that fail give no coverage; the other run says which.
  if (!report.success) return [];
  return Object.entries(report.data.files)
    .filter(([file]) => !isTest(file))
    .map(([file, { covered, not_covered: notCovered, coverage }]) => ({
      file,
      covered: linesOf(covered),
      notCovered: linesOf(notCovered),
      percent: coverage,
    }));
}

/** OPA lists expressions; several of them may stand on one line, or touch. */
function linesOf(expressions: z.infer<typeof ranges>) {
  const merged: { from: number; to: number }[] = [];
  const ordered = expressions
    .map(({ start, end }) => ({ from: start.row, to: end.row }))
    .sort((a, b) => a.from - b.from);
  for (const range of ordered) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to + 1) last.to = Math.max(last.to, range.to);
    else merged.push(range);
  }
  return merged;
}

function parse(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return null;
  }
}

/** What a test printed. */
function textOf(printed: string | undefined): string | null {
  return printed === undefined ? null : Buffer.from(printed, 'base64').toString();
}

function messageOf(error: unknown): string {
  const described = z.object({ message: z.string() }).safeParse(error);
  return described.success ? described.data.message : JSON.stringify(error);
}
