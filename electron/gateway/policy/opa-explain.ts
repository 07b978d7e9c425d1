// Asks OPA what a policy makes of one input, which rules held, and what it printed on the way.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { FiredRule, PolicyTried } from '../../shared/policy-trial.ts';
import { answerOf, type Decision } from '../call.ts';
import { denial, readDecision } from './decision.ts';
import { answerModule, type Question } from './entrypoints.ts';
import type { Opa, OpaRun } from './opa.ts';
import type { PolicySource } from './sources.ts';

export interface ExplainTask {
  /** A policy that loads: rules and data. */
  readonly files: readonly PolicySource[];
  readonly question: Question;
  /** JSON text of an object. */
  readonly input: string;
}

export type DecisionExplained = Extract<PolicyTried, { outcome: 'decided' }>;
type LineRanges = DecisionExplained['lines'][number];

/** Far longer than any call may take; for `opa eval --timeout`. */
const timeout = '2s';
const tookTooLong = 'eval_cancel_error';

/**
 * Evaluations of expressions, and returns to them, up to which there is a trace. OPA writes down with each what every
 * variable holds: a loop of a thousand rounds gives 600 MB, for which it takes 3 GB of memory. A decision of the
 * shipped policies takes a hundred or so.
 */
const mostSteps = 1000;

/** What `answerModule` goes by here; nothing that a policy folder can hold. */
const answerFile = '.answer.rego';

const places = z.array(z.object({ start: z.object({ row: z.int() }), end: z.object({ row: z.int() }) }));

/** https://www.openpolicyagent.org/docs/cli, `opa eval --format json`. */
const report = z.object({
  result: z.array(z.object({ expressions: z.array(z.object({ value: z.unknown() })) })).default([]),
  errors: z.array(z.object({ message: z.string(), code: z.string().default('') })).default([]),
  explanation: z.array(z.object({ Op: z.string(), Node: z.unknown(), Location: z.unknown() })).default([]),
  profile: z.array(z.object({ num_eval: z.number(), num_redo: z.number() })).default([]),
  coverage: z
    .object({
      files: z.record(z.string(), z.object({ covered: places.default([]), not_covered: places.default([]) })),
    })
    .optional(),
});
type Report = z.infer<typeof report>;

/** An event `Exit` of a rule: its body held. */
const ruleExit = z.object({
  Op: z.literal('Exit'),
  Node: z.object({
    head: z.object({ name: z.string() }),
    default: z.boolean().default(false),
    annotations: z.array(z.object({ title: z.string().optional() })).default([]),
  }),
  Location: z.object({ file: z.string(), row: z.int() }),
});

/**
 * Reads megabytes where the policy is large: not for a thread with calls to decide.
 * Rejects where OPA can't be run.
 */
export async function explainDecision(
  opa: Opa,
  { files, question, input }: ExplainTask,
): Promise<DecisionExplained> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-policy-'));
  try {
    const sources = join(folder, 'sources');
    for (const { name, text } of files) {
      await mkdir(dirname(join(sources, name)), { recursive: true });
      await writeFile(join(sources, name), text);
    }
    await writeFile(join(folder, answerFile), answerModule);
    await writeFile(join(folder, 'input.json'), input);
    return await explainIn(opa, sources, question);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function explainIn(
  opa: Opa,
  sources: string,
  { entrypoint, form }: Question,
): Promise<DecisionExplained> {
  const query = `data.${entrypoint.replaceAll('/', '.')}`;
  const evaluate = async (...flags: string[]) => {
    const args = ['eval', '--format', 'json', '--timeout', timeout, ...flags];
    const rest = ['--data', '.', '--data', `../${answerFile}`, '--input', '../input.json', query];
    // Of the two dialects the newer one, unless it can't be read so.
    const run = await opa.run([...args, ...rest], sources);
    return run.ok || !isUnread(run) ? run : await opa.run([...args, '--v0-compatible', ...rest], sources);
  };
  // Without a trace first: that of a policy which goes in circles would fill the memory.
  const counted = await evaluate('--coverage', '--profile', '--profile-limit', '100000');
  const said = readReport(counted);
  const decision = decisionIn(said, form);
  let rules: FiredRule[] = [];
  let traceProblem = whyNoTrace(said);
  if (traceProblem === null) {
    try {
      rules = firedIn(readReport(await evaluate('--explain', 'full')));
    } catch (error) {
      // It may be longer than can be read; the decision is not.
      traceProblem = `The trace can't be shown: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const { violations, matchedRule, requiredCapability, message } = decision;
  return {
    outcome: 'decided',
    decision: {
      answer: answerOf(decision),
      violations: [...violations],
      matchedRule,
      requiredCapability,
      message,
    },
    rules,
    lines: linesIn(said),
    printed: counted.stderr.split('\n').filter((line) => line !== ''),
    traceProblem,
  };
}

/** Null where there can be one. */
function whyNoTrace({ errors, profile }: Report): string | null {
  if (errors.some(({ code }) => code === tookTooLong))
    return 'There is no trace of an evaluation that took too long.';
  const steps = profile.reduce((sum, { num_eval: evals, num_redo: redos }) => sum + evals + redos, 0);
  if (steps <= mostSteps) return null;
  return `Which rules held can't be listed: the policy took ${steps.toLocaleString('en')} steps to this decision, and a trace has ${mostSteps.toLocaleString('en')} at most.`;
}

function readReport({ stdout }: OpaRun): Report {
  return report.parse(JSON.parse(stdout));
}

/** A parse error, and none of the evaluation. */
function isUnread({ stdout }: OpaRun): boolean {
  return stdout.includes('"rego_parse_error"') || stdout.includes('"rego_compile_error"');
}

function decisionIn({ errors: [error], result }: Report, form: Question['form']): Decision {
  if (error !== undefined) {
    return denial('evaluation_error', `The policy could not be evaluated for this call: ${error.message}`);
  }
  const value = result[0]?.expressions[0]?.value;
  return readDecision(value === undefined ? [] : [{ result: value }], form);
}

function firedIn({ explanation }: Report): FiredRule[] {
  const fired = new Map<string, FiredRule>();
  for (const event of explanation) {
    const { data } = ruleExit.safeParse(event);
    if (data === undefined || data.Location.file.endsWith(answerFile)) continue;
    const { Node: rule, Location: at } = data;
    const title = rule.annotations.find((each) => each.title !== undefined)?.title ?? null;
    const key = `${at.file}:${at.row}:${rule.head.name}`;
    const { name } = rule.head;
    if (!fired.has(key))
      fired.set(key, { name, file: at.file, line: at.row, title, isDefault: rule.default });
  }
  return [...fired.values()];
}

function linesIn({ coverage }: Report): LineRanges[] {
  return Object.entries(coverage?.files ?? {})
    .filter(([file]) => !file.endsWith(answerFile))
    .map(([file, { covered, not_covered: notCovered }]) => {
      const not = rowsOf(notCovered);
      return {
        file,
        held: rangesOf([...rowsOf(covered)].filter((row) => !not.has(row))),
        notHeld: rangesOf([...not]),
      };
    });
}

function rowsOf(parts: z.infer<typeof places>): Set<number> {
  const rows = new Set<number>();
  for (const { start, end } of parts) for (let row = start.row; row <= end.row; row += 1) rows.add(row);
  return rows;
}

function rangesOf(rows: readonly number[]): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const row of rows.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.to === row - 1) last.to = row;
    else ranges.push({ from: row, to: row });
  }
  return ranges;
}
