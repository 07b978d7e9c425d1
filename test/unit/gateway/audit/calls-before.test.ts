import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openCallLog } from '../../../../electron/gateway/audit/call-log.ts';
import { readCallsBefore } from '../../../../electron/gateway/audit/calls-before.ts';
import { openForReading } from '../../../../electron/gateway/audit/open-database.ts';
import type { BeforeQuery } from '../../../../electron/gateway/ports.ts';
import { sampleRedactor } from '../redaction/sample.ts';
import { temporaryFolder } from './places.ts';
import { allowed, denied, recordingLogger, sampleCall } from './samples.ts';

const hosts = '{"path":"/etc/hosts"}';
const query: BeforeQuery = {
  sessionId: 'session-1',
  agentId: 'anonymous',
  client: 'Claude Desktop',
  server: 'default',
  method: 'tools/call',
  tool: 'read_file',
  resource: null,
  arguments: hosts,
};
const none = { calls: 0, asked: 0, allowed: 0, denied: 0, lastAt: null };

function openLog() {
  const path = join(temporaryFolder(), 'audit.db');
  const log = openCallLog({
    path,
    synchronous: 'normal',
    captureArguments: true,
    surroundings: { environment: 'test', proxyRegion: '' },
    redactor: sampleRedactor(),
    logger: recordingLogger(),
  });
  onTestFinished(() => log.close());
  const database = openForReading(path);
  onTestFinished(() => void database.close());
  const before = (change: Partial<BeforeQuery> = {}, signal = new AbortController().signal) =>
    readCallsBefore(database, { ...query, ...change }, signal);
  return { log, before };
}

it('knows nothing where nothing was called', async () => {
  const { before } = openLog();
  expect(await before()).toEqual({ alike: none, same: none, since: null, session: [] });
});

it('tells those with the same arguments from those that are alike, and how each was answered', async () => {
  const { log, before } = openLog();
  await log.record(sampleCall({ argumentsText: hosts, at: 1_000 }), { ...allowed, waitedMs: 40 }, null);
  await log.record(sampleCall({ argumentsText: hosts, at: 2_000 }), denied, null);
  await log.record(sampleCall({ argumentsText: '{"path":"/tmp/a"}', at: 3_000 }), allowed, null);
  const { alike, same, since } = await before();
  expect(same).toEqual({ calls: 2, asked: 1, allowed: 1, denied: 1, lastAt: 2_000 });
  expect(alike).toEqual({ calls: 3, asked: 1, allowed: 2, denied: 1, lastAt: 3_000 });
  expect(since).toBe(1_000);
});

it.each([
  ['another client', { client: 'Cursor' }],
  ['another tool', { tool: 'write_file' }],
  ['another server', { server: 'files' }],
])('counts no calls of %s', async (_what, other) => {
  const { log, before } = openLog();
  await log.record(sampleCall({ argumentsText: hosts, ...other }), allowed, null);
  expect(await before()).toMatchObject({ alike: none, same: none });
});

it('finds none the same where the arguments of this call would not be kept', async () => {
  const { log, before } = openLog();
  await log.record(sampleCall({ argumentsText: hosts }), allowed, null);
  expect(await before({ arguments: null })).toMatchObject({ alike: { calls: 1 }, same: none });
});

it('has the last ten calls of the session, the newest first, without those that pass unchecked', async () => {
  const { log, before } = openLog();
  for (let at = 1; at <= 12; at += 1) await log.record(sampleCall({ tool: `tool_${at}`, at }), allowed, null);
  await log.record(sampleCall({ tool: null, at: 13 }), { ...allowed, reason: 'pass' }, null);
  const { session } = await before();
  expect(session.map(({ tool }) => tool)).toEqual(
    Array.from({ length: 10 }, (_, index) => `tool_${12 - index}`),
  );
  expect(session[0]).toMatchObject({ verdict: 'allow', at: 12, server: 'default' });
  expect((await before({ sessionId: 'session-2' })).session).toEqual([]);
});

it('ends with whoever wanted to know', async () => {
  const { log, before } = openLog();
  await log.record(sampleCall(), allowed, null);
  await expect(before({}, AbortSignal.abort())).rejects.toThrow();
});
