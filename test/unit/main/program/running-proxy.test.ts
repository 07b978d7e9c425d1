// Finding the running proxy by its file.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findRunningProxy } from '../../../../electron/main/program/running-proxy.ts';

let userData: string;
beforeEach(() => {
  userData = mkdtempSync(join(tmpdir(), 'running-'));
});
afterEach(() => rmSync(userData, { recursive: true, force: true }));

const leave = (content: string) => writeFileSync(join(userData, 'gateway.json'), content);
const url = 'http://127.0.0.1:3000';

it('finds a proxy whose process is alive', async () => {
  leave(JSON.stringify({ url, pid: process.pid, version: '0.1.0' }));
  expect(await findRunningProxy(userData)).toEqual({ found: true, url, certificate: null });
});

it('does not take the file of a dead process for a proxy', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  leave(JSON.stringify({ url, pid, version: '0.1.0' }));
  expect(await findRunningProxy(userData)).toMatchObject({
    found: false,
    why: expect.stringContaining('ended') as string,
  });
});

it('says so where there is no file', async () => {
  expect(await findRunningProxy(userData)).toMatchObject({
    found: false,
    why: expect.stringContaining('does not exist') as string,
  });
});

it.each(['', '{', '[]', '{"url":"x","pid":1,"version":"0"}', `{"url":"${url}","pid":-1,"version":"0"}`])(
  'refuses the content %j',
  async (content) => {
    leave(content);
    expect(await findRunningProxy(userData)).toMatchObject({
      found: false,
      why: expect.stringContaining('not what the proxy writes') as string,
    });
  },
);
