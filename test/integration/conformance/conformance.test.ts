import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowAll, type RunningProxy, startProxy } from '../harness.ts';
import { differences, table } from './comparison.ts';
import { type FixtureServer, startFixtureServer } from './fixture-server.ts';
import { runServerSuite, type SuiteResults } from './suite.ts';

/** A run takes some seconds, and twice that on two cores that others use. */
const patienceMs = 180_000;

/** The tasks of 2026-07-28 are an extension that the server does not have. What the suite says of them is compared. */
const OF_TASKS = 'tasks-';

let fixture: FixtureServer;
let proxy: RunningProxy;

beforeAll(async () => {
  fixture = await startFixtureServer();
  proxy = await startProxy({ config: { upstream: { url: fixture.url } }, policies: allowAll });
}, patienceMs);

afterAll(async () => {
  await proxy.stop();
  await fixture.close();
});

describe.each(['2025-11-25', '2026-07-28'])('the conformance suite for servers of %s', (revision) => {
  let direct: SuiteResults;
  let proxied: SuiteResults;

  beforeAll(async () => {
    direct = await runServerSuite(fixture.url, revision);
    proxied = await runServerSuite(`${proxy.url}/mcp`, revision);
  }, patienceMs);

  it('is passed by the server behind the proxy, so that there is something to lose', () => {
    const checks = [...direct].flatMap(([scenario, made]) => (scenario.startsWith(OF_TASKS) ? [] : made));
    expect(checks.filter(({ status }) => status === 'SUCCESS').length).toBeGreaterThan(80);
    expect(checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING')).toEqual([]);
  });

  it('sees no difference through the proxy', () => {
    const found = differences(direct, proxied);
    expect(found, `Differences:\n${table(found)}`).toEqual([]);
  });
});
