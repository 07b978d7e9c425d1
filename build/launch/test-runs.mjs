// The two test runners, Vitest and `opa test`, each reduced to counts of tests.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { attend, capture } from './child.mjs';
import { hasDisplay, startVirtualDisplay } from './display.mjs';
import { asNode } from './electron-node.mjs';
import { exampleBesideShipped, memory, root, tool } from './places.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @type {(...parts: Counts[]) => Counts} */
export const sum = (...parts) => ({
  passed: parts.reduce((total, part) => total + part.passed, 0),
  failed: parts.reduce((total, part) => total + part.failed, 0),
  skipped: parts.reduce((total, part) => total + part.skipped, 0),
});

export const nothing = { passed: 0, failed: 0, skipped: 0 };

/**
 * Runs Vitest on Electron's own Node, with a virtual display if there is no real one and `display` asks for one.
 * @param {string[]} args Vitest's options and filters.
 * @returns {Promise<Counts>} A file or a run that broke outside of any test counts as one failed test.
 */
export async function runVitest({ electron }, args, { display }) {
  const report = join(memory, 'vitest.json');
  await mkdir(memory, { recursive: true });
  await rm(report, { force: true });
  const virtual = display && !hasDisplay() ? await startVirtualDisplay() : undefined;
  let code;
  try {
    code = await attend(
      electron.path,
      [
        tool('vitest/vitest.mjs'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...args,
      ],
      { cwd: root, env: { ...asNode(), ...(virtual && { DISPLAY: virtual.name }) } },
    );
  } finally {
    await virtual?.close();
  }
  const counts = countVitest(await readFile(report, 'utf8').catch(() => undefined));
  return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function countVitest(report) {
  if (report === undefined) return { ...nothing, failed: 1 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(report);
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + brokenFiles.length,
    skipped: numPendingTests + numTodoTests,
  };
}

/** Runs the policies' own tests. @returns {Promise<Counts>} */
export async function runPolicyTests(progress, { opa }) {
  if (opa === undefined) return nothing;
  const begun = performance.now();
  const { stdout, output } = await capture(
    opa,
    ['test', '--format', 'json', '--ignore', 'examples', 'policies', exampleBesideShipped],
    { cwd: root },
  );
  const results = parseResults(stdout);
  const failures = results?.filter((result) => result.fail || result.error) ?? [];
  const counts =
    results === undefined
      ? { ...nothing, failed: 1 }
      : {
          failed: failures.length,
          skipped: results.filter((result) => result.skip).length,
          passed: results.filter((result) => !result.fail && !result.error && !result.skip).length,
        };
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  progress.note(
    `${counts.failed === 0 ? 'ok    ' : 'FAILED'} policy tests: ${counts.passed} passed (${seconds} s)`,
  );
  for (const { package: name, name: test, location } of failures) {
    progress.note(`  ${name}.${test} (${location.file}:${location.row})`);
  }
  if (results === undefined) progress.note(output.trimEnd());
  return counts;
}

/** OPA prints a list of results; where a policy does not compile, an object with the errors. */
function parseResults(text) {
  try {
    const value = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
