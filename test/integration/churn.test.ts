// Clients that come and go at random, in the middle of their calls: nothing of them stays.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { type MeasuredGateway, startMeasuredGateway } from './measured-gateway.ts';
import { openStream, send } from './raw-http.ts';
import { type Inbound, openRawSession, readEndpoint } from './raw-session.ts';
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const SESSIONS = 200;
/** So many clients at once. */
const CROWD = 12;
const CALLS = 4;
const patienceMs = 120_000;
const seed = Date.now() % 2 ** 31;

const inbounds: Inbound[] = ['sse', 'streamable-http'];
/** A child process takes much longer to start than a session with the server behind a URL, so they are fewer. */
const servers = ['child', 'remote', 'remote'] as const;
/** Leaves in order, with the connections of its calls cut before, or before it was welcomed. */
const manners = ['in order', 'cut off', 'early'] as const;

const call = (id: number, given: unknown) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'raw', arguments: given } });
const initialize =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},' +
  '"clientInfo":{"name":"hasty","version":"1"}}}';

/** Numbers from 0 to 1 that are the same for the same seed (Park and Miller's generator). */
function dice(from: number): () => number {
  let state = from || 1;
  return () => (state = (state * 48_271) % (2 ** 31 - 1)) / (2 ** 31 - 1);
}

let remote: RawUpstream;
let gateway: MeasuredGateway;

beforeAll(async () => {
  const child = await startRawUpstream('stdio');
  remote = await startRawUpstream('http');
  gateway = await startMeasuredGateway({
    policy: { enabled: false },
    servers: { child: child.section, remote: remote.section },
  });
});
afterAll(async () => {
  await gateway.stop();
  await remote.close();
});

async function comeAndGo(random: () => number): Promise<void> {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] ?? expect.unreachable();
  const base = `${gateway.url}/servers/${pick(servers)}`;
  const inbound = pick(inbounds);
  const manner = pick(manners);
  const staysMs = random() * 40;
  if (manner === 'early' && inbound === 'sse') {
    const stream = await openStream(`${base}/sse`);
    const welcome = send(await readEndpoint(stream, base), { body: initialize });
    await sleep(staysMs / 10);
    stream.close();
    await welcome;
    return;
  }
  const session = await openRawSession(inbound, base);
  const cut = new AbortController();
  const calls = Array.from({ length: CALLS }, async (_, id) => {
    await session.post(call(id, { hang: random() < 0.5 }), cut.signal).catch(() => 'cut off');
  });
  if (manner !== 'early') await sleep(staysMs);
  if (manner === 'cut off') cut.abort();
  await session.close();
  await Promise.all(calls);
}

/** All of them, a crowd at a time. Gives the most child processes that were seen. */
async function round(random: () => number): Promise<number> {
  let left = SESSIONS;
  let mostChildren = 0;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      if (left % 20 === 0) mostChildren = Math.max(mostChildren, gateway.children().length);
      await comeAndGo(random);
    }
  };
  await Promise.all(Array.from({ length: CROWD }, one));
  return mostChildren;
}

async function nothingLeft(): Promise<void> {
  await expect.poll(() => gateway.children(), { timeout: 5000 }).toEqual([]);
  await expect.poll(async () => (await gateway.holdings()).sessions, { timeout: 5000 }).toBe(0);
}

describe(`${SESSIONS} sessions that are dropped at random (seed ${seed})`, () => {
  it(
    'leave no process, no session and no memory behind',
    async () => {
      const random = dice(seed);
      // Caches fill and code is compiled in the first round, whose memory is what is to be come back to.
      await round(random);
      await nothingLeft();
      const before = await gateway.holdings();

      expect(await round(random)).toBeGreaterThan(0);
      await nothingLeft();
      const after = await gateway.holdings();
      expect(after.bytes).toBeLessThan(before.bytes * 1.1);
    },
    patienceMs,
  );

  it('leave no call behind whose end is not recorded', async () => {
    await gateway.stop();
    const statuses = new Set(readAuditLog(gateway.userData).map(({ status }) => status));
    expect(statuses).not.toContain('pending');
    expect(statuses).toContain('cancelled');
  });
});
