// The bridge between a client that speaks stdio alone and the running proxy: the real programs, end to end.
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readAuditLog } from './audit-log.ts';
import { type BridgeProcess, bridgeCommand, startBridge } from './bridge-process.ts';
import { startEverything } from './everything-server.ts';
import { type RunningProxy, allowAll, freePort, startProxy, temporaryFolder } from './harness.ts';
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts';
import { type SdkClient, connectSdkClientBy } from './sdk-client.ts';

const initialize =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},' +
  '"clientInfo":{"name":"stdio client","version":"1"},"big":1152921504606846977}}';
const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const call = (id: number, given: unknown = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'raw', arguments: given } });

/** A bridge whose client has introduced itself. */
async function openBridge(...args: string[]): Promise<BridgeProcess> {
  const bridge = startBridge(...args);
  bridge.say(initialize);
  await bridge.hear('"id":0');
  bridge.say(initialized);
  return bridge;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // ESRCH: it has ended.
    return false;
  }
}

describe('the SDK client over stdio', () => {
  let proxy: RunningProxy;
  let sdk: SdkClient;

  beforeAll(async () => {
    const server = await startEverything('stdio');
    proxy = await startProxy({ config: { upstream: server.section }, policies: allowAll });
    const { command, args, env } = bridgeCommand('--user-data', proxy.userData);
    sdk = await connectSdkClientBy(new StdioClientTransport({ command, args, env }));
  });
  afterAll(async () => {
    await sdk.close();
    await proxy.stop();
  });

  it('lists the tools, and those that depend on what the client can do', async () => {
    await expect
      .poll(async () => (await sdk.client.listTools()).tools.map((tool) => tool.name))
      .toEqual(expect.arrayContaining(['echo', 'trigger-sampling-request', 'trigger-elicitation-request']));
  });

  it('calls many tools at once, and each gets its answer', async () => {
    expect(await sdk.call('echo', { message: 'grüße 👋' })).toBe('Echo: grüße 👋');
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const sums = await Promise.all(numbers.map((a) => sdk.call('get-sum', { a, b: 1000 })));
    expect(sums.map((text) => /is (\d+)/.exec(text)?.[1])).toEqual(numbers.map((a) => String(a + 1000)));
  });

  it('hears progress, in order and before the result', async () => {
    const before = sdk.heard.length;
    await sdk.call(
      'trigger-long-running-operation',
      { duration: 0.3, steps: 3 },
      { onprogress: () => undefined },
    );
    const heard = sdk.heard.slice(before).filter((what) => /^(progress|result)/.test(what));
    expect(heard).toEqual(['progress 1', 'progress 2', 'progress 3', 'result']);
  });

  it('is asked for samples, elicitations and roots', async () => {
    expect(await sdk.call('trigger-sampling-request', { prompt: 'hi' })).toContain('a sampled answer');
    expect(await sdk.call('trigger-elicitation-request')).toContain('Name: Ada Lovelace');
    expect(await sdk.call('get-roots-list')).toContain('file:///somewhere/project');
  });

  it('hears what the server says by itself', async () => {
    await sdk.call('gzip-file-as-resource', { name: 'a.gz', data: 'data:text/plain,hello' });
    await expect.poll(() => sdk.heard).toContain('resources changed');
  });

  it('cancels a call, and goes on', async () => {
    const cancel = new AbortController();
    const slow = sdk.call(
      'trigger-long-running-operation',
      { duration: 5, steps: 50 },
      { signal: cancel.signal, onprogress: () => cancel.abort('enough') },
    );
    await expect(slow).rejects.toThrow('enough');
    expect(await sdk.call('echo', { message: 'still here' })).toBe('Echo: still here');
    const cancelled = () => readAuditLog(proxy.userData).filter((row) => row.status === 'cancelled');
    await expect.poll(() => cancelled().map((row) => row.tool)).toEqual(['trigger-long-running-operation']);
  });
});

describe('one of several servers', () => {
  let proxy: RunningProxy;
  let files: RawUpstream;

  beforeAll(async () => {
    const other = await startRawUpstream('stdio');
    files = await startRawUpstream('stdio');
    const config = { upstream: other.section, servers: { files: files.section } };
    proxy = await startProxy({ config, policies: allowAll });
  });
  afterAll(() => proxy.stop());

  it('is chosen by name', async () => {
    const bridge = await openBridge('--user-data', proxy.userData, '--server', 'files');
    bridge.say(call(1));
    expect(await bridge.hear('"id":1')).toBe('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(files.received().map(String)).toContain(call(1));
    bridge.hangUp();
    expect(await bridge.ended).toBe(0);
  });

  it('that is not there: the client is told so', async () => {
    const bridge = startBridge('--url', proxy.url, '--server', 'unheard-of');
    bridge.say(initialize);
    expect(await bridge.hear('"id":0')).toMatch(/"error":.*unheard-of/);
    bridge.hangUp();
    expect(await bridge.ended).toBe(0);
  });
});

describe('the bytes', () => {
  let upstream: RawUpstream;
  let proxy: RunningProxy;
  let bridge: BridgeProcess;

  beforeAll(async () => {
    upstream = await startRawUpstream('stdio');
    proxy = await startProxy({ config: { upstream: upstream.section, policy: { enabled: false } } });
    bridge = await openBridge('--url', proxy.url);
  });
  afterAll(async () => {
    bridge.hangUp();
    await bridge.ended;
    await proxy.stop();
  });

  it.each([
    ['whole numbers beyond 2^53', '[1152921504606846976,1152921504606846977,-9007199254740993]'],
    ['numbers in every notation', '[1.0,1e2,1E+2,-0,-0.0,0.10000000000000000001]'],
    ['escapes and a lone surrogate', String.raw`"\u0041\/\ud83d\ude00 \ud800"`],
    ['characters beyond ASCII', '"äöü 漢字 😀 \u2028"'],
    ['white space', '  { "a" :\t[ 1 ,  2 ] }  '],
  ])('of %s pass unchanged both ways', async (name, value) => {
    const id = JSON.stringify(name);
    const reply = `{"result":{"x":${value}}, "id":${id},"jsonrpc":"2.0"}`;
    const request =
      `{"id":${id}, "jsonrpc":"2.0","unknown":${value},"method":"tools/call",` +
      `"params":{"name":"raw","arguments":{"value":${value},"reply":"${base64(reply)}"}}}`;
    bridge.say(request);
    expect(await bridge.hear(name)).toBe(reply);
    expect(upstream.received().at(-1)?.toString()).toBe(request);
  });

  it('of messages before an answer come first, in order', async () => {
    const progress = (n: number) =>
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":${n}.0}}`;
    const before = bridge.lines.length;
    bridge.say(
      '{"jsonrpc":"2.0","id":20,"method":"tools/call","params":{"_meta":{"progressToken":"p"},"name":"raw",' +
        `"arguments":${JSON.stringify({ push: [progress(1), progress(2)].map(base64) })}}}`,
    );
    const answer = await bridge.hear('"id":20');
    expect(bridge.lines.slice(before)).toEqual([progress(1), progress(2), answer]);
  });

  it('of five megabytes pass', async () => {
    const reply = `{"jsonrpc":"2.0","id":21,"result":{"text":"${'äx'.repeat(1_750_000)}"}}`;
    bridge.say(call(21, { reply: base64(reply) }));
    expect((await bridge.hear('"id":21')) === reply).toBe(true);
  });

  it('that are no message are refused by the proxy, and the next ones pass', async () => {
    bridge.say('{"jsonrpc":', '', call(22));
    expect(await bridge.hear('-32700')).toContain('"id":null');
    expect(await bridge.hear('"id":22')).toBe('{"jsonrpc":"2.0","id":22,"result":{}}');
  });
});

describe('a proxy that goes and comes back', () => {
  async function startOn(port: number, upstream: RawUpstream, userData: string): Promise<RunningProxy> {
    const server = { listen: { address: '127.0.0.1', port } };
    const proxy = await startProxy({
      config: { server, upstream: upstream.section },
      policies: allowAll,
      userData,
    });
    onTestFinished(() => proxy.stop());
    return proxy;
  }

  it('fails the calls under way, and answers the next one in a new session with the old introduction', async () => {
    const upstream = await startRawUpstream('stdio');
    const userData = temporaryFolder();
    const port = await freePort();
    const first = await startOn(port, upstream, userData);
    const bridge = await openBridge('--url', first.url);
    bridge.say(call(1, { hang: true }));
    await expect.poll(() => upstream.received().length).toBe(3);
    await first.kill();
    expect(await bridge.hear('"id":1')).toContain('"code":-32004');

    await startOn(port, upstream, userData);
    bridge.say(call(2));
    expect(await bridge.hear('"id":2')).toBe('{"jsonrpc":"2.0","id":2,"result":{}}');
    const received = upstream.received().map(String);
    expect(received.filter((line) => line === initialize)).toHaveLength(2);
    expect(received.filter((line) => line === initialized)).toHaveLength(2);
    expect(bridge.lines.filter((line) => line.includes('"id":0'))).toHaveLength(1);
    bridge.hangUp();
    expect(await bridge.ended).toBe(0);
  });

  it('is waited for, found again at another port, and a call taken back meanwhile is not made', async () => {
    const upstream = await startRawUpstream('stdio');
    const userData = temporaryFolder();
    const first = await startOn(await freePort(), upstream, userData);
    const bridge = await openBridge('--user-data', userData);
    await expect.poll(() => upstream.received().length).toBe(2);
    await first.stop();
    bridge.say(call(1), call(2), call(3));
    bridge.say('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}');
    await startOn(await freePort(), upstream, userData);
    await Promise.all([bridge.hear('"id":1'), bridge.hear('"id":3')]);
    expect(upstream.received().map(String)).not.toContain(call(2));
    expect(bridge.lines.some((line) => line.includes('"id":2'))).toBe(false);
    bridge.hangUp();
    expect(await bridge.ended).toBe(0);
  });
});

describe('a proxy that is not there', () => {
  it.each([
    ['has left no file', () => ['--no-start', '--user-data', join(temporaryFolder(), 'nothing')]],
    ['does not listen', async () => ['--url', `http://127.0.0.1:${await freePort()}`]],
  ])('it %s: the client is told what to do', async (_name, args) => {
    const bridge = startBridge(...(await args()));
    bridge.say(initialize);
    const answer = await bridge.hear('"id":0');
    expect(JSON.parse(answer)).toMatchObject({
      id: 0,
      error: { code: -32004, message: expect.stringContaining('is not running: start it') as string },
    });
    bridge.hangUp();
    expect(await bridge.ended).toBe(0);
    expect(bridge.lines).toEqual([answer]);
  });
});

describe('how it ends', () => {
  it.each<[string, (bridge: BridgeProcess) => void]>([
    ['its input ends', (bridge) => bridge.hangUp()],
    ['SIGTERM', (bridge) => bridge.signal('SIGTERM')],
    ['SIGINT', (bridge) => bridge.signal('SIGINT')],
  ])('%s: exit code 0, and the session and its server are gone', async (_name, end) => {
    const upstream = await startRawUpstream('stdio');
    const proxy = await startProxy({ config: { upstream: upstream.section }, policies: allowAll });
    onTestFinished(() => proxy.stop());
    const bridge = await openBridge('--user-data', proxy.userData);
    const answer = JSON.parse(await bridge.hear('"id":0')) as { result: { serverInfo: { version: string } } };
    const server = Number(answer.result.serverInfo.version);
    bridge.say(call(1, { hang: true }));
    await expect.poll(() => upstream.received().length).toBe(3);
    expect(isAlive(server)).toBe(true);

    const began = performance.now();
    end(bridge);
    expect(await bridge.ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(2000);
    await expect.poll(() => isAlive(server), { timeout: 3000 }).toBe(false);
  });

  it('nobody reads its output any more: exit code 0', async () => {
    const upstream = await startRawUpstream('stdio');
    const proxy = await startProxy({ config: { upstream: upstream.section }, policies: allowAll });
    onTestFinished(() => proxy.stop());
    const bridge = await openBridge('--user-data', proxy.userData);
    bridge.stopReading();
    bridge.say(call(1));
    expect(await bridge.ended).toBe(0);
  });

  it('a wrong option: exit code 2, and nothing on standard output', async () => {
    const bridge = startBridge('--sever', 'x');
    expect(await bridge.ended).toBe(2);
    expect(bridge.stderr()).toContain('--sever');
    expect(bridge.lines).toEqual([]);
  });
});
