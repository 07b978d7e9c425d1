// The conformance suite for clients: what the SDK's client passes, it passes with the proxy between it and the server.
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences, table } from './comparison.ts';
import { runClientSuite, type SuiteResults } from './suite.ts';

const patienceMs = 180_000;

/** What the suite judges. The rest is its diary of requests and answers, where two runs may differ. */
function judged(results: SuiteResults): SuiteResults {
  return new Map(
    [...results].map(([name, checks]) => [name, checks.filter(({ status }) => status !== 'INFO')]),
  );
}

describe.each([
  ['2025-11-25', 'client.ts'],
  ['2026-07-28', 'modern-client.ts'],
])('the conformance suite for clients of %s', (revision, script) => {
  const client = fileURLToPath(new URL(`../../fixtures/conformance/${script}`, import.meta.url));
  let direct: SuiteResults;
  let proxied: SuiteResults;

  beforeAll(async () => {
    const runs = [
      runClientSuite([client], revision),
      runClientSuite([client, '--proxied'], revision),
    ] as const;
    [direct, proxied] = (await Promise.all(runs)).map(judged) as [SuiteResults, SuiteResults];
  }, patienceMs);

  it('is passed without the proxy, so that there is something to lose', () => {
    const checks = [...direct.values()].flat();
    expect(checks.filter(({ status }) => status === 'SUCCESS').length).toBeGreaterThan(10);
    expect(checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING')).toEqual([]);
  });

  it('is passed through the proxy', () => {
    const found = differences(direct, proxied);
    expect(found, `Differences:\n${table(found)}`).toEqual([]);
  });
});
