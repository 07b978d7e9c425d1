// Whatever becomes of windows, screen, gateway, mode and app while calls wait: none reaches its server without an answer to
// it, one that holds, or a mode that only records.
import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BroadcastChannel } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { startGatewayHost, type GatewayHost } from '../../electron/gateway/host.ts';
import { createAttendance, type Attendance } from '../../electron/main/attendance.ts';
import { freePort, nodeCommand, temporaryFolder, writeConfig } from './harness.ts';
import { readAuditLog } from './audit-log.ts';
import { connectSdkClient, type SdkClient } from './sdk-client.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const workerEntry = join(root, 'test', 'fixtures', 'crashing-gateway-worker.mjs');
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const timeoutMs = 800;

/** Of the calls that wait, or of those that were made, whether they still wait or not. */
const nth = fc.nat({ max: 5 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'call' as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('answer' as const), nth, allow: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('presence' as const),
      what: fc.constantFrom('window', 'prompt', 'locked', 'asleep', 'dark'),
      is: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'comes_back' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'window_crashes' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'gateway_crashes' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(0, 20, 850) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gives_up' as const), nth }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('mode' as const),
      mode: fc.constantFrom('enforce', 'enforce', 'audit'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('allow_session' as const), nth }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'revoke_all' as const }) },
);

/** What chance alone would come to too seldom: an answer that held is taken back, and the next call waits for its own. */
const ending = [
  { kind: 'comes_back' },
  { kind: 'mode', mode: 'enforce' },
  { kind: 'call' },
  { kind: 'time', ms: 20 },
  { kind: 'allow_session', nth: 0 },
  { kind: 'revoke_all' },
  { kind: 'call' },
  { kind: 'time', ms: 20 },
] as const;

interface Made {
  readonly to: string;
  readonly client: AbortController;
  /** Comes once, or the test does not end. */
  readonly end: Promise<'forwarded' | 'refused'>;
  /** Somebody said yes to it, or may have: the gateway crashed before it could say so. */
  allowed: boolean;
  isOver: boolean;
}

interface Desk {
  readonly host: GatewayHost;
  readonly attendance: Attendance;
  readonly calls: Made[];
  readonly crash: BroadcastChannel;
  client: SdkClient | null;
  /** For all that waits, or comes: the mode only records, or an answer holds. Until the opposite is certain. */
  readonly lets: { mode: boolean; grant: boolean };
}

async function connect(desk: Desk): Promise<SdkClient | null> {
  const url = desk.host.status().url;
  if (url === null) return null;
  desk.client ??= await connectSdkClient('streamable-http', url).catch(() => null);
  return desk.client;
}

/** Whose gateway is gone can't say goodbye. */
async function leave(desk: Desk): Promise<void> {
  await desk.client?.close().catch(() => undefined);
  desk.client = null;
}

let made = 0;

async function call(desk: Desk): Promise<void> {
  const client = await connect(desk);
  if (client === null) return;
  const to = `person-${(made += 1)}@example.com`;
  const aborts = new AbortController();
  const options = { signal: aborts.signal, timeout: 20_000 };
  const end = client.call('send_note', { name: 'ideas', to }, options).then(
    () => 'forwarded' as const,
    () => 'refused' as const,
  );
  const entry: Made = { to, client: aborts, end, allowed: desk.lets.mode || desk.lets.grant, isOver: false };
  void end.then(() => (entry.isOver = true));
  desk.calls.push(entry);
}

/** One call goes on in each run: where nothing ever does, nothing is shown. */
async function letOneGo(desk: Desk): Promise<void> {
  await call(desk);
  const waiting = async () => (await desk.host.commands['approvals.list']()).length;
  await expect.poll(waiting, { interval: 5 }).toBe(1);
  await answer(desk, 0, true);
}

/** From now on whatever has no answer yet may go on. */
function letAll({ calls }: Desk): void {
  for (const each of calls) if (!each.isOver) each.allowed = true;
}

async function setMode(desk: Desk, mode: 'enforce' | 'audit'): Promise<void> {
  if (mode === 'audit') {
    desk.lets.mode = true;
    letAll(desk);
  }
  const isSet = await Promise.resolve(desk.host.commands['mode.set'](mode)).then(
    () => true,
    () => false,
  );
  if (isSet && mode === 'enforce') desk.lets.mode = false;
}

async function allowSession(desk: Desk, place: number): Promise<void> {
  const waiting = await Promise.resolve(desk.host.commands['approvals.list']()).catch(() => []);
  const found = waiting[place % Math.max(1, waiting.length)];
  if (found === undefined) return;
  desk.lets.grant = true;
  letAll(desk);
  const wish = { duration: 'session', scope: 'tool', note: '', via: 'prompt' } as const;
  await Promise.resolve(
    desk.host.commands['approvals.answer']({ ...wish, ids: [found.id], allow: true }),
  ).catch(() => null);
}

async function revokeAll(desk: Desk): Promise<void> {
  const held = await Promise.resolve(desk.host.commands['grants.list']()).catch(() => null);
  if (held === null) return;
  const done = held.temporary.map(({ id }) => Promise.resolve(desk.host.commands['grants.revoke']({ id })));
  const isDone = await Promise.all(done).then(
    () => true,
    () => false,
  );
  if (isDone) desk.lets.grant = false;
}

async function answer({ host, calls }: Desk, place: number, allow: boolean): Promise<void> {
  const waiting = await Promise.resolve(host.commands['approvals.list']()).catch(() => []);
  const found = waiting[place % Math.max(1, waiting.length)];
  const target = calls.find(({ to }) => found?.arguments.includes(`"${to}"`));
  if (found === undefined || target === undefined) return;
  const once = { duration: 'once', scope: 'arguments', note: '', via: 'prompt' } as const;
  const wish = { ...once, ids: [found.id], allow };
  const given = await Promise.resolve(host.commands['approvals.answer'](wish)).catch(() => null);
  const isTaken = given === null || (given.outcome === 'answered' && given.answered.length > 0);
  if (allow && isTaken) target.allowed = true;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function take(desk: Desk, next: typeof step extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
  switch (next.kind) {
    case 'call':
      await call(desk);
      // Long enough for the question to be there, mostly: what comes next may come before it, too.
      await pause(40);
      break;
    case 'answer':
      await answer(desk, next.nth, next.allow);
      break;
    case 'presence':
      desk.attendance.tell({ [next.what]: next.is });
      break;
    case 'comes_back':
      desk.attendance.tell({ prompt: true, locked: false, asleep: false, dark: false });
      break;
    case 'window_crashes':
      desk.attendance.lost();
      break;
    case 'gateway_crashes':
      desk.crash.postMessage(null);
      await leave(desk);
      await pause(30);
      break;
    case 'time':
      await pause(next.ms);
      break;
    case 'mode':
      await setMode(desk, next.mode);
      break;
    case 'allow_session':
      await allowSession(desk, next.nth);
      break;
    case 'revoke_all':
      await revokeAll(desk);
      break;
    case 'gives_up':
      desk.calls[next.nth]?.client.abort();
      break;
  }
}

it('holds for random interleavings of crashes, reloads, locks, answers, timeouts and quits', async () => {
  const folder = temporaryFolder();
  const notes = join(folder, 'notes');
  const userData = join(folder, 'user data');
  const configFile = await writeConfig(folder, {
    server: { listen: { address: '127.0.0.1', port: await freePort() } },
    upstream: nodeCommand(join(root, 'out', 'demo', 'notes-server.js'), notes),
    logging: { level: 'error' },
    approvals: { timeout: `${timeoutMs}ms` },
  });
  const sent = () =>
    existsSync(join(notes, 'outbox.log')) ? readFileSync(join(notes, 'outbox.log'), 'utf8') : '';
  const channel = `crash-${process.pid}`;
  const crash = new BroadcastChannel(channel);
  onTestFinished(() => crash.close());
  let forwarded = 0;
  let refused = 0;

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 16 }), async (steps) => {
      const host = startGatewayHost({
        gateway: {
          version: '0.0.0',
          configFile,
          managedConfigFile: null,
          userData,
          shippedPolicies: join(root, 'policies'),
          out: join(root, 'out'),
          bundledOpa: null,
          env: { ...process.env, MCP_TEST_CRASH: channel },
        },
        logger: silent,
        workerEntry,
        timing: { backoffMs: [20] },
      });
      const attendance = createAttendance((attended) => host.setAttended(attended));
      const lets = { mode: false, grant: false };
      const desk: Desk = { host, attendance, calls: [], crash, client: null, lets };
      try {
        expect(await host.started).toEqual({ ok: true, url: expect.any(String) as string });
        attendance.tell({ prompt: true });
        // The last run may have left another one.
        await host.commands['mode.set']('enforce');
        await letOneGo(desk);
        for (const each of [...steps, ...ending]) await take(desk, each);
      } finally {
        // The app quits, whatever waits.
        attendance.close();
        await host.close();
        await leave(desk);
      }
      const outbox = sent();
      for (const { to, end, allowed } of desk.calls) {
        const isForwarded = (await end) === 'forwarded';
        const times = outbox.split(`"${to}"`).length - 1;
        expect(times).toBeLessThanOrEqual(allowed ? 1 : 0);
        if (isForwarded) expect(times).toBe(1);
        const records = readAuditLog(userData).filter((each) => each.arguments?.includes(`"${to}"`));
        expect(records.length).toBeLessThanOrEqual(1);
        // On disk before it is sent; the gateway may crash between the two.
        if (times === 1) expect(records).toMatchObject([{ decision: 'allow' }]);
        if (isForwarded) forwarded += 1;
        else refused += 1;
      }
    }),
    { numRuns: 7, endOnFailure: true },
  );
  // Both happen, or the test shows nothing.
  expect(forwarded).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
});
