// The register of started servers, with real processes that neither heed SIGTERM nor the end of their input.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openChildRegister } from '../../../../electron/gateway/upstream/child-register.ts';
import { markProcess } from '../../../../electron/gateway/upstream/process-mark.ts';
import { recordingLogger, runs } from './peers.ts';

const fixture = join(import.meta.dirname, 'fixtures/stdio-server.mjs');
let folder: string;
let path: string;
const spawned: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'child-register-'));
  path = join(folder, 'child-processes.json');
});
afterEach(() => {
  for (const child of spawned.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function startDeaf(): Promise<number> {
  const child = spawn(process.execPath, [fixture, 'deaf'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  spawned.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

const written = () => JSON.parse(readFileSync(path, 'utf8')) as { pid: number; server: string }[];

it('ends what an earlier run has left, the deaf too', async () => {
  const pid = await startDeaf();
  openChildRegister(path, recordingLogger()).started(pid, 'files');
  expect(written()).toMatchObject([{ pid, server: 'files' }]);
  // The first one was never closed: its program was killed.
  const logger = recordingLogger();
  await openChildRegister(path, logger).close();
  await vi.waitFor(() => expect(runs(pid)).toBe(false));
  expect(logger.lines).toEqual([{ event: 'orphan_ends', fields: { server: 'files', pid } }]);
  expect(existsSync(path)).toBe(false);
});

it('leaves a process alone that only has the id of one that it started', async () => {
  const pid = await startDeaf();
  const mark = markProcess(pid).replace(/.$/u, (last) => (last === '0' ? '1' : '0'));
  writeFileSync(path, JSON.stringify([{ pid, mark, server: 'files' }]));
  const logger = recordingLogger();
  await openChildRegister(path, logger).close();
  expect(runs(pid)).toBe(true);
  expect(logger.lines).toEqual([]);
  expect(existsSync(path)).toBe(false);
});

it('forgets what has ended, and keeps what lives', () => {
  const register = openChildRegister(path, recordingLogger());
  register.started(process.pid, 'one');
  register.ended(process.pid);
  register.started(process.ppid, 'two');
  expect(written()).toMatchObject([{ server: 'two' }]);
});

it('keeps what an earlier run has left until that is ended', async () => {
  const pid = await startDeaf();
  openChildRegister(path, recordingLogger()).started(pid, 'left');
  const register = openChildRegister(path, recordingLogger());
  register.started(process.pid, 'new');
  expect(written().map(({ server }) => server)).toEqual(['left', 'new']);
  await register.close();
  expect(written().map(({ server }) => server)).toEqual(['new']);
});

it.each(['{', '[{"pid":1,"mark":"x","server":"init"}]', '{"pid":5}'])(
  'takes nothing from a file that it can not have written: %s',
  async (text) => {
    writeFileSync(path, text);
    const logger = recordingLogger();
    await openChildRegister(path, logger).close();
    expect(logger.lines.map(({ event }) => event)).toEqual(['children_unreadable']);
  },
);

it('does without a file that can not be written', () => {
  const logger = recordingLogger();
  openChildRegister(join(folder, 'missing', 'file.json'), logger).started(process.pid, 'files');
  expect(logger.lines.map(({ event }) => event)).toEqual(['children_unwritten']);
});
