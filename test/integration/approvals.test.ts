// Calls that wait for a person, as real clients make them and a script answers them over the admin API.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { pendingApproval, type PendingApproval } from '../../electron/shared/approvals.ts';
import { readAuditLog } from './audit-log.ts';
import { type RunningProxy, startProxy } from './harness.ts';
import type { Inbound } from './raw-session.ts';
import { connectSdkClient } from './sdk-client.ts';

const asking = {
  'ask.rego': `package mcp.policy

# METADATA
# title: Every call of a tool needs a word
decision := {"allow": true, "ask": input.method == "tools/call", "matched_rule": "ask_calls", "violations": []}
`,
};

/** Five minutes where there is time for them (MCP_LONG_TESTS=1), else long enough for one sign of life. */
const isLong = process.env.MCP_LONG_TESTS === '1';
const waitMs = isLong ? 300_000 : 12_000;
/** What a client without patience waits: less than that, but for the signs of life. */
const clientTimeoutMs = isLong ? 60_000 : 8_000;

async function start() {
  const config = {
    api: { enabled: true },
    approvals: { wait_for_api: true, timeout: '10m' },
    audit: { enabled: true },
  };
  const proxy = await startProxy({ config, policies: asking });
  onTestFinished(() => proxy.stop());
  return proxy;
}

async function api(proxy: RunningProxy, method: string, path: string, body?: object): Promise<unknown> {
  const token = readFileSync(join(proxy.userData, 'api-token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${proxy.url}${path}`, { method, headers, ...init });
  expect(response.status).toBe(200);
  return response.json();
}

async function connect(inbound: Inbound, proxy: RunningProxy) {
  const sdk = await connectSdkClient(inbound, proxy.url);
  onTestFinished(() => sdk.close());
  return sdk;
}

/** The call that waits, once it does. */
async function waiting(proxy: RunningProxy): Promise<PendingApproval> {
  let found: PendingApproval[] = [];
  await expect
    .poll(
      async () => {
        found = z.array(pendingApproval).parse(await api(proxy, 'GET', '/api/approvals'));
        return found.length;
      },
      { timeout: 10_000 },
    )
    .toBe(1);
  const [first] = found;
  if (first === undefined) throw new Error('nothing waits');
  return first;
}

const answer = (proxy: RunningProxy, { id }: PendingApproval, wish: object) =>
  api(proxy, 'POST', `/api/approvals/${id}`, wish);

it.each<Inbound>(['sse', 'streamable-http'])(
  'over %s a client that starts its clock anew with progress waits as long as the person takes',
  async (inbound) => {
    const proxy = await start();
    const sdk = await connect(inbound, proxy);
    await sdk.client.listTools();
    const options = { timeout: clientTimeoutMs, resetTimeoutOnProgress: true, onprogress: () => undefined };
    const result = sdk.call('list_notes', {}, options);
    const asked = await waiting(proxy);
    expect(asked).toMatchObject({
      client: { name: 'sdk client', version: '1', id: null },
      tool: 'list_notes',
      rule: 'ask_calls',
      why: 'policy',
      described: { description: expect.any(String) as string },
      arguments: '{}',
    });
    expect(asked.client.process?.pid).toBe(process.pid);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    await answer(proxy, asked, { allow: true, note: 'after a while' });
    await expect(result).resolves.toContain('welcome');
    const progress = sdk.heard
      .filter((word) => word.startsWith('progress'))
      .map((word) => Number(word.slice(9)));
    expect(progress.length).toBeGreaterThanOrEqual(Math.floor(waitMs / 5_000) - 1);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(Math.max(...progress)).toBeLessThan(0);
    const [record] = readAuditLog(proxy.userData).filter(({ tool }) => tool === 'list_notes');
    expect(record).toMatchObject({ decision: 'allow', reason: 'person', status: 'ok' });
  },
  waitMs + 60_000,
);

it('an answer after the client gave up holds once, for the same call', async () => {
  const proxy = await start();
  const sdk = await connect('streamable-http', proxy);
  const givenUp = sdk.call('list_notes', {}, { timeout: 1_000 });
  const asked = await waiting(proxy);
  await expect(givenUp).rejects.toThrow(/timed out/iu);
  await expect.poll(() => api(proxy, 'GET', '/api/approvals')).toEqual([]);
  expect(await answer(proxy, asked, { allow: true })).toMatchObject({ answered: [], kept: [asked.id] });
  await expect(sdk.call('list_notes')).resolves.toContain('welcome');
  // It is used up.
  const again = sdk.call('list_notes');
  await answer(proxy, await waiting(proxy), { allow: false });
  await expect(again).rejects.toThrow(/the user denied this call/u);
});

it('an answer for the session is one for the next calls, until it is revoked', async () => {
  const proxy = await start();
  const sdk = await connect('sse', proxy);
  const first = sdk.call('list_notes');
  const given = await answer(proxy, await waiting(proxy), {
    allow: true,
    duration: 'session',
    scope: 'tool',
  });
  await first;
  await expect(sdk.call('list_notes')).resolves.toContain('welcome');
  const [id] = z.object({ grants: z.array(z.string()) }).parse(given).grants;
  expect(await api(proxy, 'GET', '/api/grants')).toMatchObject({
    temporary: [{ id, uses: 1, scope: 'tool' }],
  });
  expect(await api(proxy, 'DELETE', `/api/grants/${id ?? ''}`)).toBe(true);
  const asked = sdk.call('list_notes');
  await answer(proxy, await waiting(proxy), { allow: true });
  await asked;
  const reasons = readAuditLog(proxy.userData).filter(({ tool }) => tool === 'list_notes');
  expect(reasons.map(({ reason }) => reason)).toEqual(['person', 'grant', 'person']);
});

it('an answer for always is a rule: the next call passes, its record names it, and without it people are asked', async () => {
  const proxy = await start();
  const sdk = await connect('streamable-http', proxy);
  const first = sdk.call('list_notes');
  const given = await answer(proxy, await waiting(proxy), { allow: true, duration: 'always', scope: 'tool' });
  await first;
  const [id = ''] = z.object({ grants: z.array(z.string()) }).parse(given).grants;
  await expect(sdk.call('list_notes')).resolves.toContain('welcome');
  const records = readAuditLog(proxy.userData).filter(({ tool }) => tool === 'list_notes');
  expect(records.at(-1)).toMatchObject({ reason: 'policy', matched_rule: id });
  expect(await api(proxy, 'DELETE', `/api/grants/${id}`)).toBe(true);
  const asked = sdk.call('list_notes');
  await answer(proxy, await waiting(proxy), { allow: false });
  await expect(asked).rejects.toThrow(/denied/u);
}, 60_000);
