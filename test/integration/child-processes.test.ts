// The servers that the proxy starts live as long as the client that they were started for, and no longer.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RunningProxy, allowAll, nodeCommand, startProxy } from './harness.ts';
import { openStream, send } from './raw-http.ts';
import { type Inbound, openRawSession, readEndpoint } from './raw-session.ts';
import { startRawUpstream } from './raw-upstream.ts';

async function start(): Promise<RunningProxy> {
  const { section } = await startRawUpstream('stdio');
  const proxy = await startProxy({ config: { upstream: section }, policies: allowAll });
  onTestFinished(() => proxy.stop());
  return proxy;
}

/** The raw server gives its process id as its version. */
function serverPid(initializeResult: unknown): number {
  const pid = Number((initializeResult as { serverInfo: { version: string } }).serverInfo.version);
  if (!Number.isSafeInteger(pid)) throw new Error('The server did not tell its process id');
  return pid;
}

/** One that has ended, and waits to be collected by whoever adopted it, is not. */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  try {
    process.kill(pid, 0);
    return !existsSync(stat) || !readFileSync(stat, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Answers, and heeds neither the end of its input nor SIGTERM. */
const stubbornScript = `
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
  process.stdin.on('data', (line) => {
    const { id } = JSON.parse(line);
    if (id === undefined) return;
    const serverInfo = { name: 'stubborn', version: String(process.pid) };
    const result = { protocolVersion: '2025-03-26', capabilities: {}, serverInfo };
    console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
`;
const stubborn = { config: { upstream: nodeCommand('-e', stubbornScript) }, policies: allowAll };

const within = { timeout: 2000, interval: 20 };
const hanging =
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"raw","arguments":{"hang":true}}}';

describe('a stdio server that heeds nothing', () => {
  it.each<Inbound>(['sse', 'streamable-http'])('is gone within 2 s of its %s client', async (inbound) => {
    const proxy = await startProxy(stubborn);
    onTestFinished(() => proxy.stop());
    const session = await openRawSession(inbound, proxy.url);
    const pid = serverPid(session.initializeResult);
    await session.close();
    await expect.poll(() => isAlive(pid), within).toBe(false);
  });

  it('outlives a proxy that is killed, until that is started again', async () => {
    const proxy = await startProxy(stubborn);
    const pid = serverPid((await openRawSession('streamable-http', proxy.url)).initializeResult);
    await proxy.kill();
    await sleep(300);
    expect(isAlive(pid)).toBe(true);
    const again = await startProxy({ ...stubborn, userData: proxy.userData });
    onTestFinished(() => again.stop());
    await expect.poll(() => isAlive(pid), within).toBe(false);
  });
});

describe('a stdio server', () => {
  it.each<Inbound>(['sse', 'streamable-http'])('is gone within 2 s of its %s client', async (inbound) => {
    const proxy = await start();
    const session = await openRawSession(inbound, proxy.url);
    const pid = serverPid(session.initializeResult);
    expect(isAlive(pid)).toBe(true);
    await session.close();
    await expect.poll(() => isAlive(pid), within).toBe(false);
  });

  it('is gone within 2 s of a client that vanished in the middle of a call', async () => {
    const proxy = await start();
    const stream = await openStream(`${proxy.url}/sse`);
    const endpoint = await readEndpoint(stream, proxy.url);
    await send(endpoint, {
      body:
        '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},' +
        '"clientInfo":{"name":"x","version":"1"}}}',
    });
    const { data } = await stream.next();
    const pid = serverPid((JSON.parse(data) as { result: unknown }).result);
    await send(endpoint, { body: hanging });
    stream.close();
    await expect.poll(() => isAlive(pid), within).toBe(false);
  });

  it('is one of its own for each client', async () => {
    const proxy = await start();
    const sessions = await Promise.all([
      openRawSession('sse', proxy.url),
      openRawSession('streamable-http', proxy.url),
    ]);
    const pids = sessions.map((session) => serverPid(session.initializeResult));
    expect(new Set(pids).size).toBe(2);
    await sessions[0].close();
    await expect.poll(() => isAlive(pids[0] ?? 0), within).toBe(false);
    expect(isAlive(pids[1] ?? 0)).toBe(true);
    expect(await sessions[1].ask('{"jsonrpc":"2.0","id":2,"method":"ping"}')).toEqual([
      '{"jsonrpc":"2.0","id":2,"result":{}}',
    ]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('is gone when the proxy has ended by %s', async (signal) => {
    const proxy = await start();
    const sessions = await Promise.all([1, 2, 3].map(() => openRawSession('streamable-http', proxy.url)));
    const pids = sessions.map((session) => serverPid(session.initializeResult));
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    await proxy.stop(signal);
    expect(pids.map(isAlive)).toEqual([false, false, false]);
  });

  it('is gone within 2 s of a proxy that was killed', async () => {
    const proxy = await start();
    const pid = serverPid((await openRawSession('streamable-http', proxy.url)).initializeResult);
    await proxy.kill();
    await expect.poll(() => isAlive(pid), within).toBe(false);
  });

  it('that dies is told to the client of the call that it was working on', async () => {
    const proxy = await start();
    const session = await openRawSession('streamable-http', proxy.url);
    const pid = serverPid(session.initializeResult);
    const answer = session.ask(hanging);
    await sleep(100);
    process.kill(pid, 'SIGKILL');
    expect(JSON.parse((await answer)[0] ?? '')).toMatchObject({ id: 1, error: { code: -32004 } });
  });
});
