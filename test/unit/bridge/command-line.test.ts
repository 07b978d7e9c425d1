// The bridge's options, and the endpoint and token that they lead to.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readCommandLine } from '../../../electron/bridge/command-line.ts';
import { createFindToken, withToken } from '../../../electron/bridge/client-token.ts';
import { createLocate } from '../../../electron/bridge/locate.ts';

const cwd = resolve('/somewhere');
const read = (...args: string[]) => readCommandLine(args, cwd);

describe('the options', () => {
  it('can all be left out', () => {
    expect(read()).toEqual({
      kind: 'run',
      server: null,
      tokenFile: null,
      whereabouts: { kind: 'user-data', folder: null },
      mayStart: true,
    });
    expect(read('--no-start')).toMatchObject({ mayStart: false });
  });

  it('name a server, and a folder and a file, which start at the working directory', () => {
    expect(
      read('--stdio', '--server', 'files', '--user-data', 'data', '--token-file', 'token'),
    ).toMatchObject({
      kind: 'run',
      server: 'files',
      tokenFile: resolve(cwd, 'token'),
      whereabouts: { kind: 'user-data', folder: resolve(cwd, 'data') },
    });
  });

  it.each([
    [['--url', 'ftp://127.0.0.1'], 'ftp://127.0.0.1'],
    [['--url', '127.0.0.1:3000'], '127.0.0.1:3000'],
    [['--url', 'http://127.0.0.1:1', '--user-data', 'x'], 'exclude'],
    [['--server', ''], '--server'],
    [['--server', '../all'], '../all'],
    [['--server'], '--server'],
    [['--sever', 'x'], '--sever'],
    [['x'], 'x'],
  ])('%j are wrong', (args, named) => {
    expect(read(...args)).toMatchObject({ kind: 'wrong', message: expect.stringContaining(named) as string });
  });
});

const neverStarted = () => ({ isStarting: false, advice: 'Start it by hand.' });

describe('the endpoint', () => {
  const at = (url: string) => ({ kind: 'url', url: new URL(url) }) as const;

  it.each([
    ['http://127.0.0.1:3000', null, 'http://127.0.0.1:3000/mcp'],
    ['http://127.0.0.1:3000/mcp', null, 'http://127.0.0.1:3000/mcp'],
    ['http://127.0.0.1:3000', 'files', 'http://127.0.0.1:3000/servers/files/mcp'],
  ])('of %s and server %s', async (url, server, endpoint) => {
    expect(await createLocate(at(url), server, neverStarted)()).toEqual({
      url: new URL(endpoint),
      certificate: null,
    });
  });

  it('is read anew from the folder each time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bridge-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const locate = createLocate({ kind: 'user-data', folder }, null, neverStarted);
    await expect(locate()).rejects.toThrow('does not exist');
    for (const port of [3000, 3001]) {
      const file = { url: `http://127.0.0.1:${port}`, pid: process.pid, version: '0.1.0' };
      writeFileSync(join(folder, 'gateway.json'), JSON.stringify(file));
      expect(await locate()).toMatchObject({
        url: new URL(`http://127.0.0.1:${port}/mcp`),
        certificate: null,
      });
    }
  });
});

describe('the token', () => {
  const tokenFile = (text: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'bridge-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'token');
    writeFileSync(file, text);
    return file;
  };

  it.each([undefined, '', ' \n'])('is none where the environment says %j', async (text) => {
    expect(await createFindToken(null, text)()).toEqual({ found: true, token: null });
  });

  it('comes from the environment, or from the file, which comes first and is read anew each time', async () => {
    expect(await createFindToken(null, 'mcpp_a')()).toEqual({ found: true, token: 'mcpp_a' });
    const file = tokenFile('mcpp_b\n');
    const find = createFindToken(file, 'mcpp_a');
    expect(await find()).toEqual({ found: true, token: 'mcpp_b' });
    writeFileSync(file, 'mcpp_c');
    expect(await find()).toEqual({ found: true, token: 'mcpp_c' });
  });

  it('that can not be had is told of, in words that do not hold it', async () => {
    const found = await Promise.all([
      createFindToken(null, 'hunter2 hunter2')(),
      createFindToken(tokenFile('hunter2\r\nX: hunter2'), undefined)(),
      createFindToken(tokenFile(''), undefined)(),
      createFindToken('/nowhere/token', undefined)(),
    ]);
    expect(found.map(({ found: there }) => there)).toEqual([false, false, false, false]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('goes with the address of the proxy, which is not looked for without it', async () => {
    const address = { url: new URL('http://127.0.0.1:1'), certificate: null };
    const locate = () => Promise.resolve(address);
    expect(await withToken(locate, createFindToken(null, 'mcpp_a'))()).toEqual({
      ...address,
      token: 'mcpp_a',
    });
    const lost = withToken(locate, createFindToken('/nowhere/token', 'mcpp_a'));
    await expect(lost()).rejects.toThrow("The token can't be read");
  });
});
