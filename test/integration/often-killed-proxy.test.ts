// kill -9 of the proxy at random moments under 32 clients, a full disk, and a file made read-only: what reached the
// server stands in the log, once, and the log is whole.
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readCheckpointFile } from '../../electron/gateway/audit/checkpoint-file.ts';
import { verifyLog } from '../../electron/gateway/audit/verify-log.ts';
import { allowAll, type RunningProxy, startProxy, temporaryFolder } from './harness.ts';
import { openRawSession } from './raw-session.ts';
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const kills = process.env.MCP_LONG_TESTS === '1' ? 200 : 4;
const clients = 32;
/** A kill comes at some moment in so many milliseconds of calls. */
const longestLife = 400;

let last = 0;
const nextCall = (padding = '') => {
  last += 1;
  const text = JSON.stringify({
    jsonrpc: '2.0',
    id: last,
    method: 'tools/call',
    params: { name: 'count', arguments: { n: last, padding } },
  });
  return { n: last, text };
};

function numbersIn(texts: readonly string[]): number[] {
  return texts.map((text) => Number(/"n":(\d+)/u.exec(text)?.[1]));
}

function reached(upstream: RawUpstream): number[] {
  return numbersIn(
    upstream
      .received()
      .map(String)
      .filter((text) => text.includes('tools/call')),
  );
}

/** 32 clients that call without a pause, until they are told to stop or the proxy is gone. */
async function startClients(proxy: RunningProxy, padding = '') {
  let stopped = false;
  const answers: string[] = [];
  const sessions = await Promise.all(
    Array.from({ length: clients }, () => openRawSession('streamable-http', proxy.url)),
  );
  const over = Promise.allSettled(
    sessions.map(async (session) => {
      while (!stopped) answers.push(...(await session.ask(nextCall(padding).text)));
    }),
  );
  return {
    answers,
    async stop() {
      stopped = true;
      await over;
    },
  };
}

/** What the log says, and whether it holds; with the folder of its key, whether its signatures do, too. */
function examined(path: string, keyFolder: string | null) {
  const database = new Database(path, { readonly: true });
  try {
    const rows = database
      .prepare<[], { arguments: string; decision: string }>(
        `SELECT arguments, decision FROM audit_log WHERE method = 'tools/call'`,
      )
      .all();
    const steps = verifyLog(database, {
      publicKey:
        keyFolder === null ? null : createPublicKey(readFileSync(join(keyFolder, 'audit-key.pub.pem'))),
      beside: readCheckpointFile(path),
    });
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    return {
      logged: numbersIn(rows.map((row) => row.arguments)),
      integrity: database.pragma('integrity_check', { simple: true }),
      broken: step.value.broken,
      signedThrough: step.value.signedThrough,
    };
  } finally {
    database.close();
  }
}

function expectWhole(path: string, upstream: RawUpstream, keyFolder: string | null = null) {
  const forwarded = reached(upstream);
  const { logged, integrity, broken, signedThrough } = examined(path, keyFolder);
  const known = new Set(logged);
  expect(forwarded.filter((n) => !known.has(n))).toEqual([]);
  expect(new Set(forwarded).size).toBe(forwarded.length);
  expect(known.size).toBe(logged.length);
  expect(integrity).toBe('ok');
  expect(broken).toBeNull();
  return { forwarded: forwarded.length, logged: logged.length, signedThrough };
}

it(
  `nothing is missing or there twice after ${kills} kills at random moments`,
  { timeout: 60_000 + kills * 15_000 },
  async () => {
    const upstream = await startRawUpstream('http');
    const options = { config: { upstream: upstream.section }, policies: allowAll };
    const userData = join(temporaryFolder(), 'user data');
    for (let kill = 0; kill < kills; kill += 1) {
      const proxy = await startProxy({ ...options, userData });
      const running = await startClients(proxy);
      await sleep(Math.random() * longestLife);
      await proxy.kill();
      await running.stop();
    }
    await sleep(300);
    const { forwarded, logged, signedThrough } = expectWhole(join(userData, 'audit.db'), upstream, userData);
    expect(signedThrough).toBeGreaterThan(0);
    expect(forwarded).toBeGreaterThan(kills * clients);
    process.stderr.write(
      `${kills} kills: ${forwarded} calls forwarded, ${logged} recorded, signed to ${signedThrough}\n`,
    );
    await upstream.close();
  },
);

/** Runs clients against a log in this folder, breaks it, and mends it; the proxy is the same all the while. */
async function throughFailure(folder: string, fail: () => void, mend: () => void, padding: string) {
  const path = join(folder, 'audit.db');
  const upstream = await startRawUpstream('http');
  const proxy = await startProxy({
    config: { upstream: upstream.section, audit: { db_path: path }, api: { enabled: true } },
    policies: allowAll,
  });
  onTestFinished(() => proxy.stop());
  const running = await startClients(proxy, padding);
  const denied = () =>
    running.answers.filter((answer) => answer.includes('audit record could not be written'));
  await sleep(200);
  fail();
  await expect.poll(() => denied().length, { timeout: 20_000 }).toBeGreaterThan(clients);
  const forwarded = reached(upstream).length;
  await sleep(200);
  mend();
  // Without a restart.
  await expect.poll(() => reached(upstream).length, { timeout: 20_000 }).toBeGreaterThan(forwarded + clients);
  await running.stop();
  await proxy.stop();
  const figures = expectWhole(path, upstream);
  process.stderr.write(
    `${denied().length} denied, ${figures.forwarded} forwarded, ${figures.logged} recorded\n`,
  );
  await upstream.close();
}

const canMount = works(() => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-proxy-mount-'));
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m', 'test', folder], { stdio: 'ignore' });
    execFileSync('/bin/umount', [folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The attribute that root, too, is held to. */
const canFreeze = works(() => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-proxy-frozen-'));
  try {
    execFileSync('/usr/bin/chattr', ['+i', folder], { stdio: 'ignore' });
    execFileSync('/usr/bin/chattr', ['-i', folder], { stdio: 'ignore' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function works(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    // Not on this system, or not for this user: then what needs it is skipped.
    return false;
  }
}

describe('a disk that fails under 32 clients denies calls, loses nothing, and calls go on by themselves', () => {
  it.skipIf(!canMount)('full (skipped where nothing can be mounted)', async () => {
    const disk = temporaryFolder();
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=24m', 'test', disk]);
    onTestFinished(() => void execFileSync('/bin/umount', ['--lazy', disk]));
    const filler = join(disk, 'filler');
    const fill = () => {
      try {
        writeFileSync(filler, Buffer.alloc(24 * 1024 * 1024));
      } catch (error) {
        expect(String(error)).toContain('ENOSPC');
      }
    };
    await throughFailure(disk, fill, () => rmSync(filler), 'x'.repeat(1000));
  });

  it.skipIf(!canFreeze)('read-only (skipped where no file can be made so for root)', async () => {
    const folder = join(temporaryFolder(), 'log');
    mkdirSync(folder);
    // Not the -shm file: it is mapped into memory, and the kernel ends whoever writes to such memory (SIGBUS).
    const files = ['audit.db', 'audit.db-wal'].map((name) => join(folder, name));
    const change = (how: '+i' | '-i') => execFileSync('/usr/bin/chattr', [how, ...files]);
    onTestFinished(() => void works(() => change('-i')));
    await throughFailure(
      folder,
      () => change('+i'),
      () => change('-i'),
      '',
    );
  });
});
