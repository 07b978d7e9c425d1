// npm test and npm run check: sets up, runs the checks and the tests, and ends with their count.
import { runChecks } from './checks.mjs';
import { compile } from './compile.mjs';
import { setUp } from './setup/setup.mjs';
import { nothing, runPolicyTests, runVitest, sum } from './test-runs.mjs';

/**
 * Everything. With arguments Vitest alone, with these (`npm test -- --project unit policy`).
 * @returns {Promise<number>} Exit code.
 */
export async function test(progress, args) {
  const tools = await prepare(progress, { window: true, bus: true });
  if (args.length > 0) {
    await compile(progress, tools);
    return conclude(progress, [], await runVitest(tools, args, { display: true }));
  }
  const failed = await runChecks(progress, tools);
  const policies = await runPolicyTests(progress, tools);
  try {
    await compile(progress, tools);
  } catch (error) {
    progress.note(error.message);
    return conclude(progress, [...failed, 'compiling'], sum(policies, nothing));
  }
  const tests = await runVitest(tools, ['--coverage'], { display: true });
  return conclude(progress, failed, sum(policies, tests));
}

/** The checks and what runs in a second: unit and policy tests. Needs no display. */
export async function check(progress) {
  const tools = await prepare(progress, { window: false });
  const failed = await runChecks(progress, tools);
  const policies = await runPolicyTests(progress, tools);
  const units = await runVitest(tools, ['--project', 'unit'], { display: false });
  return conclude(progress, failed, sum(policies, units));
}

async function prepare(progress, needs) {
  const tools = await setUp(progress, needs);
  const { version, source } = tools.electron;
  progress.note(`Electron ${version} (${source}), Node ${process.versions.node} for the launcher`);
  return tools;
}

/** The last line is for machines and people: how many tests there were. None at all is a failure. */
function conclude(progress, failedChecks, { passed, failed, skipped }) {
  if (failedChecks.length > 0) progress.note(`Failed checks: ${failedChecks.join(', ')}`);
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  return failedChecks.length === 0 && failed === 0 && passed > 0 ? 0 : 1;
}
